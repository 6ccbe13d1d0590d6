// What hookspan init asks: each question with what is usual, which follows from the answers before it, and with what an answer must be.
import { didYouMean } from "../src/core/did-you-mean.ts";
import { compileTemplate } from "../src/core/expression.ts";
import type { PresetName } from "../src/core/source.ts";
import { PRESETS } from "../src/sources/presets.ts";
import { typesOf } from "./sending/examples.ts";
import { constantsOf } from "./sending/sample.ts";
import { isPreset, needs, noPreset } from "./source-config.ts";

export const NAMES = [
  "sender",
  "on",
  "record",
  "publicUrl",
  "origin",
  "engine",
  "engineUrl",
  "workflow",
  "callback",
] as const;
export type Told = Record<(typeof NAMES)[number], string>;

export interface Question {
  readonly text: string;
  /** Whether it is asked at all. */
  when?(told: Told): boolean;
  usual(told: Told): string;
  /** @returns what is wrong with an answer */
  fault?(answer: string, told: Told): string | null;
}

/** The engines that a few answers describe; any other has docs/engines.md. */
export const ENGINES: Readonly<Record<string, { readonly url: string; readonly workflow: string }>> = {
  transactionlink: { url: "", workflow: "0940b863-eb4e-471a-8ae4-40a24b889e03" },
  "cloudflare-workflows": {
    url: "https://api.cloudflare.com/client/v4/accounts/0123456789abcdef0123456789abcdef",
    workflow: "my-workflow",
  },
  n8n: { url: "https://n8n.example.com", workflow: "my-workflow" },
};

/** A source's name, made of its preset's. */
export function sourceOf({ sender }: Pick<Told, "sender">): string {
  return sender.replace(/[^a-z0-9]+/g, "-");
}

export const QUESTIONS: Readonly<Record<keyof Told, Question>> = {
  sender: {
    text: "Which sender? (a preset: stripe, github, typeform, hubspot, … or standard-webhooks, token)",
    usual: () => "stripe",
    fault: (answer) => (isPreset(answer) ? null : noPreset(answer)),
  },
  on: {
    text: "Which types of its events, separated by commas? (* at the end stands for anything)",
    usual: ({ sender }) => (isPreset(sender) ? usualType(sender) : "*"),
  },
  record: {
    text: "What is the record about, as an expression over the event?",
    usual: ({ sender }) => (sender === "stripe" ? "{% data.object.customer %}" : "{% subject %}"),
    fault: (answer) => {
      const compiled = compileTemplate(answer);
      return compiled.ok ? null : compiled.error.map(({ message }) => message).join("; ");
    },
  },
  publicUrl: {
    text: "It signs the address that it sends to. Which is that, exactly as it is registered there?",
    when: ({ sender }) => isPreset(sender) && needs(sender, "publicUrl"),
    usual: (told) => `https://bridge.example.com/in/${sourceOf(told)}`,
    fault: httpsFault,
  },
  origin: {
    text: "From which page may the form come? (https, without a path)",
    when: ({ sender }) => isPreset(sender) && needs(sender, "allowOrigins"),
    usual: () => "https://www.example.com",
    fault: (answer) =>
      URL.canParse(answer) && new URL(answer).origin === answer
        ? null
        : `${answer} is no origin, such as https://www.example.com`,
  },
  engine: {
    text: `Which engine? (${Object.keys(ENGINES).join(", ")}; any other: docs/engines.md)`,
    usual: () => "transactionlink",
    fault: (answer) =>
      Object.hasOwn(ENGINES, answer)
        ? null
        : `It is one of ${Object.keys(ENGINES).join(", ")}${didYouMean(answer, Object.keys(ENGINES))}.`,
  },
  engineUrl: {
    text: "Where is it (its base URL)?",
    when: ({ engine }) => ENGINES[engine]?.url !== "",
    usual: ({ engine }) => ENGINES[engine]?.url ?? "",
    fault: httpsFault,
  },
  workflow: {
    text: "Which workflow is started (its definition's id, or its name)?",
    usual: ({ engine }) => ENGINES[engine]?.workflow ?? "",
  },
  callback: {
    text: "Where is the result sent (https)?",
    usual: () => "https://crm.example.com/hooks",
    fault: httpsFault,
  },
};

function usualType(preset: PresetName): string {
  const [known] = [...typesOf(preset), ...constantsOf(PRESETS[preset].event.type)];
  return preset === "github" ? "issues.opened" : preset === "shopify" ? "orders/create" : (known ?? "*");
}

function httpsFault(answer: string): string | null {
  return URL.canParse(answer) && new URL(answer).protocol === "https:" ? null : `${answer} is no https address.`;
}

// hookspan init: a first configuration, and values of its secrets for local use. Asks for nothing that it is told.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { readSetup } from "../src/bridge/setup.ts";
import { didYouMean } from "../src/core/did-you-mean.ts";
import { PRESET_NAMES } from "../src/core/source.ts";
import { Stop } from "./bridge.ts";
import { check } from "./check.ts";
import { VALUES, valuesInFile } from "./secrets.ts";

export interface Wishes {
  readonly sender?: string | undefined;
  readonly on?: string | undefined;
  readonly record?: string | undefined;
  readonly workflow?: string | undefined;
  readonly callback?: string | undefined;
  /** Take what is usual for everything that is not told. */
  readonly yes?: boolean | undefined;
  readonly force?: boolean | undefined;
}

const FILE = "bridge.config.json";

const USUAL = {
  sender: "stripe",
  on: "customer.subscription.created",
  record: "{% data.object.customer %}",
  workflow: "0940b863-eb4e-471a-8ae4-40a24b889e03",
  callback: "https://crm.example.com/hooks",
} as const;

const QUESTIONS: Readonly<Record<keyof typeof USUAL, string>> = {
  sender: "Which sender? (a preset: stripe, github, typeform, hubspot, … or standard-webhooks, token)",
  on: "Which types of its events, separated by commas? (* at the end stands for anything)",
  record: "What is the record about, as an expression over the event?",
  workflow: "Which workflow is started (its definition's id)?",
  callback: "Where is the result sent (https)?",
};

/** @returns what was written, and what is to be done now */
export async function init(wishes: Wishes, input: Readable, output: Writable): Promise<string> {
  for (const file of [FILE, VALUES]) {
    if (existsSync(file) && !wishes.force) throw new Stop(2, `${file} is there already: use --force to write over it.`);
  }
  const told = wishes.yes ? { ...USUAL, ...defined(wishes) } : await answers(wishes, input, output);
  if (!(PRESET_NAMES as readonly string[]).includes(told.sender)) {
    throw new Stop(
      2,
      `There is no preset ${told.sender}${didYouMean(told.sender, PRESET_NAMES)}; hookspan send --list names them.`,
    );
  }
  const source = told.sender.replace(/[^a-z0-9]+/g, "-");
  const upper = source.replaceAll("-", "_").toUpperCase();
  const names = { token: "TRANSACTIONLINK_TOKEN", source: `${upper}_WEBHOOK_SECRET`, callback: "CALLBACK_SECRET" };
  const document = {
    $schema: "./bridge.schema.json",
    engines: { default: { preset: "transactionlink", token: names.token } },
    sources: { [source]: { preset: told.sender, secrets: [names.source] } },
    callbacks: { crm: { url: told.callback, secrets: [names.callback] } },
    rules: [
      {
        id: `on-${source}`,
        source,
        on: told.on.split(",").map((type) => type.trim()),
        start: { workflowDefinitionId: told.workflow, recordId: told.record, parameters: { event: "{% id %}" } },
        callbacks: ["crm"],
      },
    ],
  };
  // Before anything is written.
  const setup = readSetup(document, { development: false, hasSecret: () => true });
  if (!setup.ok) {
    const faults = setup.error.faults.map(({ path, message }) => `  ${path}: ${message}`);
    throw new Stop(1, `This makes no configuration, and nothing was written:\n${faults.join("\n")}`);
  }
  const kept = valuesInFile();
  writeFileSync(FILE, `${JSON.stringify(document, null, 2)}\n`);
  const values = {
    [names.token]: "tot_local-development-only",
    [names.source]: `whsec_${randomBytes(24).toString("base64")}`,
    [names.callback]: `whsec_${randomBytes(24).toString("base64")}`,
    ADMIN_TOKEN: randomBytes(24).toString("hex"),
  };
  // A value that is there may be one that somebody needs.
  const lines = Object.entries({ ...values, ...kept }).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(VALUES, lines.join(""), { mode: 0o600 });
  chmodSync(VALUES, 0o600);
  check(FILE, VALUES);
  const put = Object.keys(values).map((name) => `  npx wrangler secret put ${name}`);
  return [
    `${FILE} and ${VALUES} (values for local use) are written.`,
    "",
    "Now, in two terminals:",
    "  npm run dev -- --quiet",
    `  npm run hookspan -- send ${told.sender} ${document.rules[0]?.on[0]?.replace("*", "happened")}`,
    "",
    "To deploy it, the real values, and then npm run deploy:",
    ...put,
  ].join("\n");
}

type Told = Record<keyof typeof USUAL, string>;

async function answers(wishes: Wishes, input: Readable, output: Writable): Promise<Told> {
  const asking = createInterface({ input, output });
  const lines = asking[Symbol.asyncIterator]();
  const told: Told = { ...USUAL, ...defined(wishes) };
  try {
    for (const [name, question] of Object.entries(QUESTIONS) as [keyof typeof USUAL, string][]) {
      if (wishes[name] !== undefined) continue;
      output.write(`${question}\n  [${USUAL[name]}] `);
      const { value = "", done } = await lines.next();
      if (done) throw new Stop(2, "\nThe answers have ended: nothing was written. With --yes nothing is asked.");
      if (value.trim() !== "") told[name] = value.trim();
    }
  } finally {
    asking.close();
  }
  return told;
}

function defined({ sender, on, record, workflow, callback }: Wishes): Partial<Told> {
  const entries = Object.entries({ sender, on, record, workflow, callback });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<Told>;
}

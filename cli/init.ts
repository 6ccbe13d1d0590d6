// hookspan init: a first configuration, and values of its secrets for local use. Asks for nothing that it is told, and asks again where an answer
// cannot be right.
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { readSetup } from "../src/bridge/setup.ts";
import { Stop } from "./bridge.ts";
import { check } from "./check.ts";
import { make } from "./init-document.ts";
import { NAMES, QUESTIONS, type Told } from "./init-questions.ts";
import { VALUES, valuesInFile } from "./values-file.ts";

export type Wishes = { readonly [Name in keyof Told]?: string | undefined } & {
  /** Take what is usual for everything that is not told. */
  readonly yes?: boolean | undefined;
  readonly force?: boolean | undefined;
};

const FILE = "bridge.config.json";

/** Such as an engine or a sender of another name: nothing after it makes sense. */
const DECISIVE = ["sender", "engine"] as const;

/** @returns what was written, and what is to be done now */
export async function init(wishes: Wishes, input: Readable, output: Writable): Promise<string> {
  for (const file of [FILE, VALUES]) {
    if (existsSync(file) && !wishes.force) throw new Stop(2, `${file} is there already: use --force to write over it.`);
  }
  for (const name of DECISIVE) {
    const fault = wishes[name] === undefined ? null : QUESTIONS[name].fault?.(wishes[name], {} as Told);
    if (fault) throw new Stop(2, fault);
  }
  const told = await answers(wishes, input, output);
  const { document, values } = make(told);
  // Before anything is written.
  const setup = readSetup(document, { development: false, hasSecret: () => true });
  if (!setup.ok) {
    const faults = setup.error.faults.map(({ path, message }) => `  ${path}: ${message}`);
    throw new Stop(1, `This makes no configuration, and nothing was written:\n${faults.join("\n")}`);
  }
  const kept = valuesInFile();
  writeFileSync(FILE, `${JSON.stringify(document, null, 2)}\n`);
  // A value that is there may be one that somebody needs.
  const lines = Object.entries({ ...values, ...kept }).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(VALUES, lines.join(""), { mode: 0o600 });
  chmodSync(VALUES, 0o600);
  check(FILE, VALUES);
  return [
    `${FILE} and ${VALUES} (values for local use) are written.`,
    "",
    "Now, in two terminals:",
    "  npm run dev -- --quiet",
    `  npm run hookspan -- send ${told.sender} ${document.rules[0]?.on[0]?.replace("*", "happened")}`,
    "",
    "To deploy it, the real values, and then npm run deploy:",
    ...Object.keys(values).map((name) => `  npx wrangler secret put ${name}`),
  ].join("\n");
}

async function answers(wishes: Wishes, input: Readable, output: Writable): Promise<Told> {
  const asking = wishes.yes ? null : createInterface({ input, output });
  const lines = asking?.[Symbol.asyncIterator]();
  const told = {} as Told;
  try {
    for (const name of NAMES) {
      const question = QUESTIONS[name];
      const usual = question.usual(told);
      told[name] = wishes[name] ?? usual;
      const isAsked = wishes[name] === undefined && (question.when?.(told) ?? true);
      if (lines === undefined || !isAsked) continue;
      output.write(`${question.text}\n`);
      let fault: string | null = null;
      do {
        output.write(`  [${usual}] `);
        const { value = "", done } = await lines.next();
        if (done) throw new Stop(2, "\nThe answers have ended: nothing was written. With --yes nothing is asked.");
        told[name] = value.trim() || usual;
        fault = question.fault?.(told[name], told) ?? null;
        if (fault !== null) output.write(`${fault}\n`);
      } while (fault !== null);
    }
  } finally {
    asking?.close();
  }
  return told;
}

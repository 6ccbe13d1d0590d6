// What a person sees of a command: lines on stdout, words and progress on stderr, a question before something is done. Knows no bridge.
import { createInterface } from "node:readline/promises";
import { stripVTControlCharacters } from "node:util";
import { Stop } from "./bridge.ts";

/** A second signal within this time is the same wish, passed on by the launcher and by the terminal. */
const SAME_WISH_MS = 500;

/** What senders have written may hold control characters that would steer a terminal. */
export function print(text: string): void {
  process.stdout.write(`${harmless(text)}\n`);
}

/** For people only: not part of what was found. */
export function say(text: string): void {
  process.stderr.write(`${harmless(text)}\n`);
}

function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken away.
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

/** Words for people in place of a stack, and the exit code that goes with them. */
export async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown));
    process.exitCode = thrown instanceof Stop ? thrown.exitCode : 1;
  }
}

/** @throws Stop where nobody can answer, or the answer is no */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new Stop(2, `${question} Nothing was done: say --yes where nobody can be asked.`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Stop(1, "Nothing was done.");
  } finally {
    asking.close();
  }
}

const BAR_CHARS = 24;

/** @returns how much of all is done, as a bar; only a number where nobody knows how much there is */
export function bar(done: number, all: number | null): string {
  if (all === null || all === 0) return `${done}`;
  const filled = Math.round((Math.min(done, all) / all) * BAR_CHARS);
  return `[${"#".repeat(filled).padEnd(BAR_CHARS)}] ${done} of ${all}`;
}

/** A line that is written over and over; nothing where stderr is no terminal. */
export function progress(): { tell(text: string): void; end(): void } {
  if (!process.stderr.isTTY) return { tell: () => undefined, end: () => undefined };
  return {
    tell: (text) => void process.stderr.write(`\r\u001b[K${harmless(text)}`),
    end: () => void process.stderr.write("\r\u001b[K"),
  };
}

/** Aborted by Ctrl-C or SIGTERM; whoever insists ends the program at once. */
export function untilInterrupted(): AbortSignal {
  const stopping = new AbortController();
  let since = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted && Date.now() - since > SAME_WISH_MS) process.exit(130);
      if (!stopping.signal.aborted) since = Date.now();
      stopping.abort();
    });
  }
  return stopping.signal;
}

/** `2 started, 1 refused`, without what is 0. */
export function counted(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([name, count]) => `${count} ${name}`).join(", ") || "nothing";
}

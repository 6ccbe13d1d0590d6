// Keeps workerd running and ticking: starts it again when it ends by itself, kills it when it hangs, asks for a sweep every minute, and
// stops it in order.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { fireTicker } from "../workerd/ticker.ts";
import { pause } from "./pause.ts";
import { hangs, type Watch } from "./watch.ts";

const RESTART_MS = { min: 250, max: 30_000 };
/** What ran so long was no failure to start. */
const SETTLED_MS = 60_000;
/** As long as the longest answer may take. */
const STOP_PATIENCE_MS = 25_000;

export interface Supervised {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** The path of the ticker's socket. */
  readonly ticker: string;
  /** null: nobody is asked to sweep. */
  readonly tickEveryMs: number | null;
  readonly watch: Watch;
  say(text: string): void;
}

/** @returns when it was told to stop and has stopped */
export async function supervise(supervised: Supervised, stop: AbortSignal): Promise<void> {
  const { ticker, tickEveryMs, say } = supervised;
  let waitMs = RESTART_MS.min;
  const ticking = tickEveryMs === null ? undefined : tick(ticker, tickEveryMs, say, stop);
  while (!stop.aborted) {
    const begun = Date.now();
    const end = await live(supervised, stop);
    if (stop.aborted) break;
    waitMs = Date.now() - begun > SETTLED_MS ? RESTART_MS.min : Math.min(waitMs * 2, RESTART_MS.max);
    say(`workerd has ended (${end}); it is started again in ${waitMs} ms.`);
    await pause(waitMs, stop);
  }
  await ticking;
}

/** One life of workerd. @returns how it has ended */
async function live({ command, environment, ticker, watch, say }: Supervised, stop: AbortSignal): Promise<string> {
  // A socket that a killed process has left keeps the next one from listening.
  rmSync(ticker, { force: true });
  const [program, ...args] = command;
  const child = spawn(program, args, { env: { ...environment }, stdio: ["ignore", "inherit", "inherit"] });
  const ended = once(child, "exit").then(
    ([code, signal]) => String(signal ?? code),
    (thrown: unknown) => String(thrown),
  );
  const over = new AbortController();
  const onStop = (): void => {
    over.abort();
    void shutDown(child, ended);
  };
  stop.addEventListener("abort", onStop, { once: true });
  const watching = hangs(watch, over.signal, say).then((hung) => {
    if (!hung) return;
    say("workerd hangs: it is killed.");
    // What hangs does not heed anything else.
    child.kill("SIGKILL");
  });
  const end = await ended;
  over.abort();
  stop.removeEventListener("abort", onStop);
  await watching;
  return end;
}

/** What is under way may end; then it is over. */
async function shutDown(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE_MS);
  await ended;
  clearTimeout(timer);
}

/** One sweep at a time; one that fails is told, and the next comes as ever. */
async function tick(
  socketPath: string,
  everyMs: number,
  say: (text: string) => void,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    // At the beginning of each period, as cron has it.
    await pause(everyMs - (Date.now() % everyMs), stop);
    if (stop.aborted) return;
    const answer = await fireTicker({ socketPath }, { signal: stop }).catch((thrown: unknown) => String(thrown));
    if (answer !== "ok" && !stop.aborted) say(`The sweep has failed: ${answer}`);
  }
}

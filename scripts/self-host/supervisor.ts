// Keeps workerd running and ticking: starts it again when it ends by itself, asks for a sweep every minute, and stops it in order.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { request } from "node:http";

const RESTART_MS = { min: 250, max: 30_000 };
/** What ran so long was no failure to start. */
const SETTLED_MS = 60_000;
const TICK_TIMEOUT_MS = 120_000;
/** As long as the longest answer may take. */
const STOP_PATIENCE_MS = 25_000;

export interface Supervised {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly ticker: string;
  readonly tickEveryMs: number;
  say(text: string): void;
}

/** @returns when it was told to stop and has stopped */
export async function supervise(
  { command, environment, ticker, tickEveryMs, say }: Supervised,
  stop: AbortSignal,
): Promise<void> {
  let waitMs = RESTART_MS.min;
  const ticking = tick(ticker, tickEveryMs, say, stop);
  while (!stop.aborted) {
    // A socket that a killed process has left keeps the next one from listening.
    rmSync(ticker, { force: true });
    const begun = Date.now();
    const [program, ...args] = command;
    const child = spawn(program, args, { env: { ...environment }, stdio: ["ignore", "inherit", "inherit"] });
    const ended = once(child, "exit");
    const onStop = (): void => void shutDown(child, ended);
    stop.addEventListener("abort", onStop, { once: true });
    const [code, signal] = await ended.catch((thrown: unknown) => [String(thrown), null]);
    stop.removeEventListener("abort", onStop);
    if (stop.aborted) break;
    waitMs = Date.now() - begun > SETTLED_MS ? RESTART_MS.min : Math.min(waitMs * 2, RESTART_MS.max);
    say(`workerd has ended (${signal ?? code}); it is started again in ${waitMs} ms.`);
    await pause(waitMs, stop);
  }
  await ticking;
}

/** What is under way may end; then it is over. */
async function shutDown(child: ChildProcess, ended: Promise<unknown[]>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE_MS);
  await ended.catch(() => undefined);
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
    const answer = await sweep(socketPath, stop).catch((thrown: unknown) => String(thrown));
    if (answer !== "ok" && !stop.aborted) say(`The sweep has failed: ${answer}`);
  }
}

function sweep(socketPath: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: "/", method: "POST", timeout: TICK_TIMEOUT_MS, signal }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve(text));
      answer.on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error("it took longer than two minutes")));
    asked.on("error", reject);
    asked.end();
  });
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener("abort", done, { once: true });
  });
}

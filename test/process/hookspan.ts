// Calls the command line as people do: a process of its own, in a directory of its own.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { resolve } from "node:path";

const HOOKSPAN = resolve("bin/hookspan.js");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ran>;
  /** Until the text has been written to stdout or stderr. */
  told(text: string | RegExp): Promise<void>;
}

/** @param environment all of it, beside PATH */
export function start(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [HOOKSPAN, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...environment },
  });
  let [stdout, stderr] = ["", ""];
  let heard = (): void => undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    heard();
  });
  const ended = new Promise<Ran>((done) => {
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
  return {
    child,
    ended,
    told: (text) =>
      new Promise((resolve, reject) => {
        heard = () => {
          if (`${stdout}${stderr}`.match(text) !== null) resolve();
        };
        heard();
        void ended.then(() => reject(new Error(`ended without ${text}: ${stdout}${stderr}`)));
      }),
  };
}

export function call(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = "",
): Promise<Ran> {
  const { child, ended } = start(directory, args, environment);
  child.stdin.end(input);
  return ended;
}

// A process that can be killed with SIGKILL at any moment and started again at the same port. None outlives this one.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 15;
/** What is kept of what it prints, in characters, to be shown when it does not start. */
const KEPT_OUTPUT = 4_000;

const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of alive) killGroup(child);
});
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

export interface KillableOptions {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Answers, with whatever status, as soon as it is up. */
  readonly readyUrl: string;
  onOutput?(text: string): void;
  /** What each life finds in its environment, asked once per start. */
  environment?(): Promise<Record<string, string>>;
}

export class Killable {
  readonly name: string;
  readonly #command: readonly [string, ...string[]];
  readonly #readyUrl: string;
  readonly #onOutput: (text: string) => void;
  readonly #environment: () => Promise<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = "";

  constructor({ name, command, readyUrl, onOutput, environment }: KillableOptions) {
    this.name = name;
    this.#command = command;
    this.#readyUrl = readyUrl;
    this.#onOutput = onOutput ?? (() => undefined);
    this.#environment = environment ?? (async () => ({}));
  }

  /** Starts it, again where the port is still held by what was killed, and waits until it answers. */
  async start(): Promise<void> {
    const until = Date.now() + READY_TIMEOUT_MS;
    const environment = await this.#environment();
    while (Date.now() < until) {
      this.#child ??= this.#spawn(environment);
      const answer = await fetch(this.#readyUrl).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer && this.#child) return;
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
    throw new Error(`the ${this.name} was not ready within ${READY_TIMEOUT_MS} ms:\n${this.#output}`);
  }

  #spawn(environment: Record<string, string>): ChildProcess {
    const [program, ...args] = this.#command;
    // A group of its own, so that whatever it starts dies with it.
    const child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    alive.add(child);
    const keep = (text: string): void => {
      this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
      this.#onOutput(text);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => keep(String(error)));
    child.on("exit", () => {
      alive.delete(child);
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }

  /** Of the life that goes on. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** SIGKILL: nothing is told, nothing is flushed. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    const gone = once(child, "exit");
    killGroup(child);
    await gone;
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
}

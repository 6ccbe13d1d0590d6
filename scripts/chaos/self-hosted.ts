// The bridge of a chaos run as strangers run it: `npm start` itself, supervisor and workerd, which are killed together. A rehearsal
// (scripts/self-host/rehearsal.ts) puts tap and receiver in place of engine and callbacks; it is written anew for each life.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tickerSocket } from "../self-host/data-directory.ts";
import type { Rehearsal } from "../self-host/rehearsal.ts";
import { fireTicker } from "../workerd/ticker.ts";
import { Killable } from "./killable.ts";

const START = fileURLToPath(new URL("../start.ts", import.meta.url));
const TICK_MS = 1_000;

export interface SelfHostedOptions {
  readonly directory: string;
  readonly port: number;
  /** The configuration, asked for each life: in development the file rules, where it differs from the store. */
  config(): object;
  readonly secrets: Readonly<Record<string, string>>;
  readonly callbackUrl: string;
  /** The engine for the life that begins. */
  engineUrl(): Promise<string>;
  onOutput?(text: string): void;
}

export interface SelfHosted {
  readonly bridge: Killable;
  /** Whether the supervisor asks for sweeps by itself, from the next life on: not where time travels. */
  tick(on: boolean): void;
  /** @returns the outcome. @throws where there was none */
  sweep(at: number): Promise<string>;
}

export function selfHosted({ directory, port, config, secrets, callbackUrl, engineUrl, onOutput }: SelfHostedOptions) {
  const file = (name: string): string => `${directory}-${name}`;
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file("secrets"), lines.join(""), { mode: 0o600 });
  let ticking = true;
  const flags = {
    config: file("config.json"),
    secrets: file("secrets"),
    rehearsal: file("rehearsal.json"),
    data: directory,
    port: String(port),
  };
  const bridge = new Killable({
    name: "bridge",
    command: [
      process.execPath,
      START,
      "--allow-private-network",
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    readyUrl: `http://127.0.0.1:${port}/healthz`,
    ...(onOutput && { onOutput }),
    async environment() {
      const rehearsal: Rehearsal = {
        engineUrl: await engineUrl(),
        callbackUrl,
        tickEveryMs: ticking ? TICK_MS : null,
      };
      writeFileSync(file("rehearsal.json"), JSON.stringify(rehearsal));
      writeFileSync(file("config.json"), JSON.stringify(config()));
      return {};
    },
  });
  return {
    bridge,
    tick(on: boolean) {
      ticking = on;
    },
    sweep: (at: number) => fireTicker({ socketPath: tickerSocket(directory) }, { at }),
  } satisfies SelfHosted;
}

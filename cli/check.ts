// hookspan check: whether a configuration is right, without any bridge; all faults at once.
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { readSetup } from "../src/bridge/setup.ts";
import { Stop } from "./bridge.ts";

export interface Checked {
  readonly sources: number;
  readonly rules: number;
  readonly callbacks: number;
  /** Every secret that it names. */
  readonly secrets: readonly string[];
}

/** @param secretsFile whose names must be all that the configuration names. @throws Stop with every fault */
export function check(file: string, secretsFile?: string): Checked {
  if (!existsSync(file)) throw new Stop(2, `There is no ${file}.`);
  const known = secretsFile === undefined ? undefined : parseEnv(readFileSync(secretsFile, "utf8"));
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new Stop(1, `${file} is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  const secrets = new Set<string>();
  const hasSecret = (name: string): boolean => {
    secrets.add(name);
    return known === undefined || (known[name] ?? "") !== "";
  };
  const setup = readSetup(document, { development: false, hasSecret });
  if (!setup.ok) {
    const faults = setup.error.faults.map(({ path, message }) => `  ${path || "document"}: ${message}`);
    throw new Stop(1, `${file} is refused:\n${faults.join("\n")}`);
  }
  const { sources, rules, callbacks } = setup.value.config;
  return {
    sources: Object.keys(sources).length,
    rules: rules.length,
    callbacks: Object.keys(callbacks).length,
    secrets: [...secrets].toSorted(),
  };
}

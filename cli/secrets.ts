// Values of secrets that are known on this machine: of the environment, or of .dev.vars. Never printed.
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { Stop } from "./bridge.ts";

export const VALUES = ".dev.vars";

type Values = Readonly<Record<string, string | undefined>>;

export function valuesInFile(): Values {
  return existsSync(VALUES) ? parseEnv(readFileSync(VALUES, "utf8")) : {};
}

export function knownValues(): Values {
  return { ...valuesInFile(), ...process.env };
}

/** @throws Stop where nobody knows it */
export function secretValue(name: string): string {
  const value = knownValues()[name] ?? "";
  if (value === "") throw new Stop(2, `${name} is neither in the environment nor in ${VALUES}.`);
  return value;
}

// Values of secrets that are known on this machine: of the environment, or of .dev.vars. Never printed.
import { Stop } from "./bridge.ts";
import { VALUES, valuesInFile } from "./values-file.ts";

export function knownValues(): Readonly<Record<string, string | undefined>> {
  return { ...valuesInFile(), ...process.env };
}

/** @throws Stop where nobody knows it */
export function secretValue(name: string): string {
  const value = knownValues()[name] ?? "";
  if (value === "") throw new Stop(2, `${name} is neither in the environment nor in ${VALUES}.`);
  return value;
}

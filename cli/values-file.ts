// The file of values for local use, .dev.vars in the working directory. Never printed.
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";

export const VALUES = ".dev.vars";

export function valuesInFile(): Readonly<Record<string, string | undefined>> {
  return existsSync(VALUES) ? parseEnv(readFileSync(VALUES, "utf8")) : {};
}

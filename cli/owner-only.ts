// Files of secrets are their owner's: whoever else may read one knows all that is in it.
import { statSync } from "node:fs";

/** Whether others may read or write it; where the system has no such permissions, nobody can say. */
export function isOpenToOthers(file: string): boolean {
  return process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0;
}

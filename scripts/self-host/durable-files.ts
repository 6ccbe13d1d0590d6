// Files that are on the disk, and not on their way to it, before anything else is done.
import { closeSync, fsyncSync, openSync, writeFileSync } from "node:fs";

export function writeDurably(file: string, text: string): void {
  writeFileSync(file, text, { flush: true });
}

/** Of a file its content, of a directory its names. */
export function flush(path: string): void {
  const opened = openSync(path, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

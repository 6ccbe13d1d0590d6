// Puts a copy back, whole or not at all: it is checked before anything is touched, collected beside the storage, and takes its place by
// one rename. Cut off before that, it leaves a directory by which `npm start` and the next restore know.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { STORAGE } from "../workerd/capnp.ts";
import { mustBe, readSoundCopy } from "./backup-manifest.ts";
import { restoringOf, storageOf, takeDirectory } from "./data-directory.ts";
import { flush } from "./durable-files.ts";

/** @returns how many objects are back. @throws with words for the operator */
export async function restore(from: string, data: string, say: (text: string) => void): Promise<number> {
  const { files } = await readSoundCopy(from);
  await takeDirectory(data);
  const [storage, restoring] = [storageOf(data), restoringOf(data)];
  if (existsSync(storage) && readdirSync(storage).length > 0) {
    throw new Error(`${storage} is not empty: restore into a data directory that holds nothing.`);
  }
  if (existsSync(restoring)) {
    say(`${restoring} is left of a restore that was cut off: it is done anew.`);
    rmSync(restoring, { recursive: true });
  }
  // Before the first file, so that none can be there without the sign of it.
  mkdirSync(restoring, { mode: 0o700 });
  const directories = new Set([restoring]);
  for (const file of files) {
    const target = join(restoring, file.path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    directories.add(dirname(target));
    cpSync(join(from, STORAGE, file.path), target);
    await mustBe(target, file);
    flush(target);
  }
  for (const directory of directories) flush(directory);
  if (existsSync(storage)) rmdirSync(storage);
  renameSync(restoring, storage);
  flush(data);
  return files.length;
}

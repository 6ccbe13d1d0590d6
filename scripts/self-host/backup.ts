// Copies of what a self-hosted bridge keeps: one SQLite file for each Durable Object, copied by SQLite's own online backup, so that each
// copy is of one moment, whatever is being written. Different objects may be of moments that are some seconds apart: each
// execution lives in one object, so none is torn. backup.json is written last: a copy without it was cut off.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { STORAGE } from "../workerd/capnp.ts";
import { FORMAT, type Manifest, measure, writeManifest } from "./backup-manifest.ts";
import { storageOf } from "./data-directory.ts";

/** @returns how many objects were copied. @throws with words for the operator */
export async function backUp(data: string, to: string): Promise<number> {
  const from = storageOf(data);
  if (!existsSync(from)) throw new Error(`${from} is not there: name the bridge's data directory with --data.`);
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new Error(`${to} is not empty: name a new directory with --to.`);
  mkdirSync(join(to, STORAGE), { recursive: true, mode: 0o700 });
  const names = readdirSync(from, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sqlite"));
  const files: Manifest["files"] = [];
  for (const file of names) {
    const target = join(to, STORAGE, file);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    const source = new DatabaseSync(join(from, file), { readOnly: true });
    try {
      await backup(source, target);
    } finally {
      source.close();
    }
    mustBeSound(target);
    files.push({ path: file, ...(await measure(target)) });
  }
  writeManifest(to, { format: FORMAT, made: new Date().toISOString(), files });
  return files.length;
}

function mustBeSound(file: string): void {
  const copy = new DatabaseSync(file);
  try {
    const answer = copy.prepare("PRAGMA quick_check").get();
    if (!answer || Object.values(answer)[0] !== "ok")
      throw new Error(`${file} is not sound: ${JSON.stringify(answer)}`);
    // So that one file is all there is.
    copy.exec("PRAGMA journal_mode = DELETE");
  } finally {
    copy.close();
  }
}

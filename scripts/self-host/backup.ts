// Copies of what a self-hosted bridge keeps: one SQLite file for each Durable Object, copied by SQLite's own online backup, so that each
// copy is of one moment, whatever is being written. Different objects may be of moments that are some seconds apart: each
// execution lives in one object, so none is torn.
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { STORAGE } from "../workerd/capnp.ts";

/** @returns how many objects were copied. @throws with words for the operator */
export async function backUp(data: string, to: string): Promise<number> {
  const from = join(data, STORAGE);
  if (!existsSync(from)) throw new Error(`${from} is not there: name the bridge's data directory with --data.`);
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new Error(`${to} is not empty: name a new directory with --to.`);
  const files = readdirSync(from, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sqlite"));
  for (const file of files) {
    const target = join(to, STORAGE, file);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    const source = new DatabaseSync(join(from, file), { readOnly: true });
    try {
      await backup(source, target);
    } finally {
      source.close();
    }
    mustBeSound(target);
  }
  writeFileSync(
    join(to, "backup.json"),
    `${JSON.stringify({ made: new Date().toISOString(), objects: files.length }, null, 2)}\n`,
  );
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

/** @returns how many objects are back */
export function restore(from: string, data: string): number {
  const copies = join(from, STORAGE);
  if (!existsSync(copies)) throw new Error(`${from} is no backup of ours: it holds no ${STORAGE}.`);
  const target = join(data, STORAGE);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new Error(`${target} is not empty: restore into a data directory that holds nothing.`);
  }
  mkdirSync(target, { recursive: true, mode: 0o700 });
  cpSync(copies, target, { recursive: true });
  return readdirSync(target, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sqlite")).length;
}

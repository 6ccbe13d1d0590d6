// The directory of a self-hosted bridge: where things are in it, and who has it. One bridge at a time: two on the same databases would
// destroy them.
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { STORAGE } from "../workerd/capnp.ts";

/** What a socket's path may have, by the strictest system (sun_path), its end included. */
const MAX_SOCKET_PATH_BYTES = 104;

/** What is wanted is another's just now, which may end by itself. */
export class InUse extends Error {}

export const storageOf = (data: string): string => join(data, STORAGE);
/** Where a restore collects what it puts back; it is renamed at the end, so it is there only while one goes on or after one was cut off. */
export const restoringOf = (data: string): string => join(data, `${STORAGE}.restoring`);
/** Where the ticker listens: only the directory's owner may enter. */
export const tickerSocket = (data: string): string => join(data, "ticker.sock");

/** Makes it and takes it, until this process ends, however it ends. @throws InUse, or with words for the operator */
export async function takeDirectory(data: string): Promise<void> {
  if (Buffer.byteLength(tickerSocket(data)) >= MAX_SOCKET_PATH_BYTES) {
    throw new Error(`${data} is too long a path for a socket in it: choose a shorter one with --data.`);
  }
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  lock(join(data, "lock"), data);
  if (await isServed(data)) {
    throw new InUse(
      `workerd still serves ${data}, though what had started it was killed: end that process (pgrep -f ${data}).`,
    );
  }
}

/** Kept, since what nobody refers to would be closed. */
const locks: DatabaseSync[] = [];

/** A lock of SQLite's: the system drops it with the process, so none is ever left behind. */
function lock(file: string, data: string): void {
  const held = new DatabaseSync(file);
  try {
    held.exec("BEGIN EXCLUSIVE");
  } catch (thrown) {
    held.close();
    if (!String(thrown).includes("locked")) throw thrown;
    throw new InUse(`${data} is in use by another process of this bridge: one at a time may have it.`);
  }
  locks.push(held);
}

/** Whether a workerd listens at its socket, be it that it hangs. */
function isServed(data: string): Promise<boolean> {
  const path = tickerSocket(data);
  if (!existsSync(path)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

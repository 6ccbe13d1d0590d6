// npm run backup without a bridge: a copy is held against its own account before anything is touched, and what was cut off is known.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { developmentSecrets } from "../../../scripts/development-secrets.ts";
import { takeDirectory } from "../../../scripts/self-host/data-directory.ts";

const root = mkdtempSync(join(tmpdir(), "hookspan-backup-"));
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;
const fresh = (): string => join(root, String(made++));

const backup = (...args: string[]) => spawnSync(process.execPath, ["scripts/backup.ts", ...args], { encoding: "utf8" });
const CONFIG = "docs/examples/first-rule.config.json";
const SECRETS = developmentSecrets(JSON.parse(readFileSync(CONFIG, "utf8"))).all;
const SHARD = "hookspan-LedgerShard/ab12.sqlite";

/** What a bridge keeps, with one row, still open and in its write-ahead log. */
function dataDirectory(): { data: string; database: DatabaseSync } {
  const data = fresh();
  mkdirSync(join(data, "storage/hookspan-LedgerShard"), { recursive: true });
  const database = new DatabaseSync(join(data, "storage", SHARD));
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE kept (what TEXT); INSERT INTO kept VALUES ('an execution')");
  return { data, database };
}

function copyOf(): string {
  const copy = fresh();
  const { data, database } = dataDirectory();
  expect(backup("--data", data, "--to", copy)).toMatchObject({ status: 0, stderr: "" });
  database.close();
  return copy;
}

const manifestOf = (copy: string) => JSON.parse(readFileSync(join(copy, "backup.json"), "utf8"));
function change(copy: string, changes: object): void {
  writeFileSync(join(copy, "backup.json"), JSON.stringify({ ...manifestOf(copy), ...changes }));
}

describe("a copy", () => {
  it("says what it consists of, and only its owner may enter it", () => {
    const copy = copyOf();
    const bytes = readFileSync(join(copy, "storage", SHARD));
    expect(manifestOf(copy)).toEqual({
      format: 1,
      made: expect.stringMatching(/^\d{4}-.+Z$/),
      files: [{ path: SHARD, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }],
    });
    expect(statSync(copy).mode & 0o777).toBe(0o700);
  });

  it("comes back as it was", () => {
    const [copy, data] = [copyOf(), fresh()];
    expect(backup("--restore", copy, "--data", data)).toMatchObject({ status: 0, stderr: "" });
    const database = new DatabaseSync(join(data, "storage", SHARD));
    expect(database.prepare("SELECT what FROM kept").all()).toEqual([{ what: "an execution" }]);
    database.close();
    expect(readdirSync(data).toSorted()).toEqual(["lock", "storage"]);
  });

  it.for([
    ["no backup.json", (copy: string) => rmSync(join(copy, "backup.json")), "is no whole copy"],
    ["a broken backup.json", (copy: string) => truncateSync(join(copy, "backup.json"), 20), "is not understood"],
    ["another format", (copy: string) => change(copy, { format: 2 }), "format"],
    ["no files", (copy: string) => change(copy, { files: [] }), "files"],
    ["a file missing", (copy: string) => rmSync(join(copy, "storage", SHARD)), "is missing"],
    ["a file cut off", (copy: string) => truncateSync(join(copy, "storage", SHARD), 4096), "has 4096 bytes"],
    [
      "a byte changed",
      (copy: string) => {
        const bytes = readFileSync(join(copy, "storage", SHARD));
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        writeFileSync(join(copy, "storage", SHARD), bytes);
      },
      "SHA-256 differs",
    ],
    [
      "a path that leads elsewhere",
      (copy: string) => change(copy, { files: [{ ...manifestOf(copy).files[0], path: "../../a.sqlite" }] }),
      "must be a database inside the copy",
    ],
  ] as const)("with %s is refused, and nothing is touched", ([, damage, words]) => {
    const [copy, data] = [copyOf(), fresh()];
    damage(copy);
    expect(backup("--restore", copy, "--data", data)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(words),
    });
    expect(existsSync(data)).toBe(false);
  });

  it("leaves alone what lies beside its files", () => {
    const [copy, data] = [copyOf(), fresh()];
    appendFileSync(join(copy, "storage", `${SHARD}-wal`), "left by somebody who looked into it");
    expect(backup("--restore", copy, "--data", data).status).toBe(0);
    expect(readdirSync(join(data, "storage/hookspan-LedgerShard"))).toEqual(["ab12.sqlite"]);
  });
});

describe("a restore", () => {
  it("is refused where something is kept already", () => {
    const { data, database } = dataDirectory();
    expect(backup("--restore", copyOf(), "--data", data)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("is not empty"),
    });
    database.close();
  });

  it("is refused while a bridge has the directory", async () => {
    const data = fresh();
    await takeDirectory(data);
    expect(backup("--restore", copyOf(), "--data", data)).toMatchObject({
      status: 75,
      stderr: expect.stringContaining("is in use by another process"),
    });
  });

  it("that was cut off keeps the bridge from starting with half of it, and is done anew", async () => {
    const [copy, data] = [copyOf(), fresh()];
    // So large that it can be killed in the midst of it.
    const large = "hookspan-LedgerShard/cd34.sqlite";
    const bytes = Buffer.alloc(2 ** 27);
    writeFileSync(join(copy, "storage", large), bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    change(copy, { files: [...manifestOf(copy).files, { path: large, bytes: bytes.length, sha256 }] });
    const restoring = join(data, "storage.restoring");

    const child = spawn(process.execPath, ["scripts/backup.ts", "--restore", copy, "--data", data], {
      stdio: "ignore",
    });
    const gone = once(child, "exit");
    while (!existsSync(restoring) && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGKILL");
    expect(await gone).toEqual([null, "SIGKILL"]);
    expect(existsSync(restoring)).toBe(true);
    expect(existsSync(join(data, "storage"))).toBe(false);

    const started = spawnSync(process.execPath, ["scripts/start.ts", "--config", CONFIG, "--data", data], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, ...SECRETS },
    });
    expect(started).toMatchObject({ status: 2, stderr: expect.stringContaining(`A restore into ${data} was cut off`) });

    expect(backup("--restore", copy, "--data", data)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("is done anew"),
    });
    expect(existsSync(restoring)).toBe(false);
    expect(statSync(join(data, "storage", large)).size).toBe(bytes.length);
  });
});

it("npm run backup says how it is called where it is called otherwise", () => {
  expect(backup()).toMatchObject({ status: 2, stderr: expect.stringContaining("Usage:") });
  expect(backup("--to", fresh(), "--restore", fresh())).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("Usage:"),
  });
  expect(backup("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--restore") });
  expect(backup("--data", fresh(), "--to", fresh())).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("is not there"),
  });
});

// The revisions as they are kept: numbered, whole however large, bounded, one winner where two change the same one, and
// the same whether a call arrives once or twice.
import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { createConfigStore } from "../../src/config/config-client.ts";
import type { StoredRevision } from "../../src/config/config-object.ts";
import { migrate } from "../../src/config/migrations.ts";
import { type Configs, document, NOW, openConfigRoom } from "./config-objects.ts";

function revision(text: string, changes: Partial<StoredRevision> = {}): Omit<StoredRevision, "number"> {
  return { at: NOW, author: "ada", note: null, madeFrom: { kind: "put" }, text, ...changes };
}

describe("the object of the configuration", () => {
  it("knows of no revision at first, and then keeps each with all that is said of it", async ({ expect }) => {
    const { stub } = openConfigRoom();
    expect([await stub.since(0), await stub.get(1)]).toEqual([null, null]);
    expect(await stub.list(10, null)).toEqual({ revisions: [], next: null });

    const first = revision("{}", { madeFrom: { kind: "bundled" } });
    const second = revision('{"a":"é"}', { note: "why", madeFrom: { kind: "restore", of: 1 }, at: NOW + 1 });
    expect(await stub.put(first, 0, "a")).toEqual({ outcome: "stored", newest: 1 });
    expect(await stub.put(second, 1, "b")).toEqual({ outcome: "stored", newest: 2 });
    expect(await stub.get(1)).toEqual({ ...first, number: 1 });
    expect(await stub.since(0)).toEqual({ ...second, number: 2 });
    expect(await stub.since(1)).toEqual({ ...second, number: 2 });
    expect(await stub.since(2)).toBeNull();
  });

  it("refuses a change that does not know the newest revision, and says which that is", async ({ expect }) => {
    const { stub } = openConfigRoom();
    await stub.put(revision("1"), 0, "a");
    const outcomes = await Promise.all([stub.put(revision("2"), 1, "b"), stub.put(revision("3"), 1, "c")]);
    expect(outcomes).toEqual([
      { outcome: "stored", newest: 2 },
      { outcome: "conflict", newest: 2 },
    ]);
    expect((await stub.get(2))?.text).toBe("2");
    expect(await stub.put(revision("4"), 7, "d")).toEqual({ outcome: "conflict", newest: 2 });
  });

  it("makes one revision of a call that arrives twice, also after another came in between", async ({ expect }) => {
    const { stub } = openConfigRoom();
    await stub.put(revision("1"), 0, "a");
    await stub.put(revision("2"), 1, "b");
    expect(await stub.put(revision("1"), 0, "a")).toEqual({ outcome: "stored", newest: 1 });
    expect((await stub.list(10, null)).revisions).toHaveLength(2);
  });

  it("keeps a document that no row could hold, byte for byte, in rows below 2 MB", async ({ expect }) => {
    const { stub } = openConfigRoom();
    // Characters of one to four bytes, so that chunks end inside of some.
    const text = JSON.stringify({ big: "aé€😀".repeat(700_000) });
    expect(new TextEncoder().encode(text).byteLength).toBeGreaterThan(6_000_000);
    await stub.put(revision(text), 0, "a");
    expect((await stub.get(1))?.text === text).toBe(true);
    await runInDurableObject(stub, (_object, { storage: { sql } }) => {
      const sizes = sql.exec<{ size: number }>("SELECT length(bytes) AS size FROM chunks").toArray();
      expect(sizes.length).toBeGreaterThan(3);
      expect(Math.max(...sizes.map(({ size }) => size))).toBeLessThan(2_000_000);
    });
  });

  it("keeps the newest 200, and never gives a number again", async ({ expect }) => {
    const { stub } = openConfigRoom();
    for (let known = 0; known < 203; known++) await stub.put(revision(`${known + 1}`), known, `token ${known}`);
    expect([await stub.get(3), (await stub.get(4))?.text, (await stub.since(0))?.number]).toEqual([null, "4", 203]);
    await runInDurableObject(stub, (_object, { storage: { sql } }) => {
      expect(sql.exec("SELECT count(*) AS kept, min(revision) AS first FROM chunks").one()).toEqual({
        kept: 200,
        first: 4,
      });
    });
  });

  it("lists the newest first, page by page", async ({ expect }) => {
    const { stub } = openConfigRoom();
    for (let known = 0; known < 5; known++) await stub.put(revision("{}"), known, `token ${known}`);
    const pages = [await stub.list(2, null), await stub.list(2, 4), await stub.list(2, 2), await stub.list(5, null)];
    expect(pages.map(({ revisions, next }) => [revisions.map(({ number }) => number), next])).toEqual([
      [[5, 4], 4],
      [[3, 2], 2],
      [[1], null],
      [[5, 4, 3, 2, 1], null],
    ]);
  });

  it("migrated again changes nothing", async ({ expect }) => {
    const { stub } = openConfigRoom();
    await stub.put(revision("{}"), 0, "a");
    await runInDurableObject(stub, (_object, { storage }) => {
      const tables = () => storage.sql.exec("SELECT name, sql FROM sqlite_master ORDER BY name").toArray();
      const before = tables();
      migrate(storage);
      expect(tables()).toEqual(before);
    });
    expect((await stub.get(1))?.number).toBe(1);
  });
});

describe("its client", () => {
  it("gives documents as they were put", async ({ expect }) => {
    const { store } = openConfigRoom();
    const facts = { at: NOW, author: "ada", note: "why", madeFrom: { kind: "put" } } as const;
    expect(await store.put({ ...facts, document: document() }, 0)).toEqual({ outcome: "stored", newest: 1 });
    expect(await store.get(1)).toEqual({ ...facts, number: 1, document: document() });
    expect(await store.since(1)).toBeNull();
    expect(await store.list({ limit: 1 })).toEqual({ revisions: [{ ...facts, number: 1 }], next: null });
  });

  it("repeats a call that the runtime says may be repeated, and makes one revision of it", async ({ expect }) => {
    const room = openConfigRoom();
    const answered = room.stub;
    room.broken = () => ({
      // The first try was carried out, and its answer was lost.
      async put(...call: Parameters<typeof answered.put>) {
        room.broken = undefined;
        await answered.put(...call);
        throw Object.assign(new Error("Network connection lost."), { retryable: true });
      },
    });
    const facts = { at: NOW, author: "ada", note: null, madeFrom: { kind: "put" } } as const;
    expect(await room.store.put({ ...facts, document: {} }, 0)).toEqual({ outcome: "stored", newest: 1 });
    expect(room.calls).toBe(2);
  });

  it("gives up on an object that hangs", async ({ expect }) => {
    const namespace = { getByName: () => ({ since: () => new Promise(() => undefined) }) } as unknown as Configs;
    const store = createConfigStore({ namespace, token: () => "a", timeoutMs: 10 });
    await expect(store.since(0)).rejects.toThrow(/timeout|timed out|aborted/i);
  });
});

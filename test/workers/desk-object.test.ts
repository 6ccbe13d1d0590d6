// The desk of one source in workerd: what it keeps survives, what arrives twice counts once, and nothing grows.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { NOW, openRoom } from "./desk-objects.ts";
import { countRowsWritten } from "./rows-counted.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const sealed = { iv: new Uint8Array([1, 2, 3]).buffer, ciphertext: new Uint8Array([4, 5]).buffer };
const other = { iv: new Uint8Array([9, 9, 9]).buffer, ciphertext: new Uint8Array([4, 5]).buffer };

const note = (n: number, reason = "no-match") => ({ at: NOW + n * MINUTE_MS, reason, detail: `number ${n}` });

describe("the desk of a source", () => {
  it("knows nothing at first", async ({ expect }) => {
    expect(await openRoom().stub("stripe").record()).toEqual({
      lastEventAt: null,
      silentSince: null,
      captured: false,
      refused: [],
      unmatched: [],
    });
  });

  it("keeps everything when it is evicted between steps", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    await stub.received(NOW);
    await evictDurableObject(stub);
    await stub.note("refused", note(0, "stale"));
    await evictDurableObject(stub);
    await stub.note("unmatched", note(1, "unmatched"));
    await evictDurableObject(stub);
    expect(await stub.capture(sealed)).toBe("captured");
    await evictDurableObject(stub);
    expect(await stub.record()).toEqual({
      lastEventAt: NOW,
      silentSince: null,
      captured: true,
      refused: [note(0, "stale")],
      unmatched: [note(1, "unmatched")],
    });
  });

  it("takes the time of the last event forward only, and not for every event", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    const written = await countRowsWritten(stub);
    for (const at of [NOW, NOW - DAY_MS, NOW, NOW + 19_999]) await stub.received(at);
    expect([(await stub.record()).lastEventAt, written()]).toEqual([NOW, 1]);
    await stub.received(NOW + 20_000);
    expect([(await stub.record()).lastEventAt, written()]).toEqual([NOW + 20_000, 1]);
  });

  it("keeps the newest fifty notes of each kind, the newest first, each for one row written", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    const written = await countRowsWritten(stub);
    for (let n = 0; n < 120; n++) await stub.note("refused", note(n));
    await stub.note("unmatched", note(0));
    expect(written()).toBe(121);
    const { refused, unmatched } = await stub.record();
    expect(refused).toEqual(Array.from({ length: 50 }, (_, index) => note(119 - index)));
    expect(unmatched).toEqual([note(0)]);
    await runInDurableObject(stub, (_object, { storage: { sql } }) => {
      expect(sql.exec("SELECT count(*) AS n FROM notes").one()).toEqual({ n: 51 });
    });
  });

  it("bounds what a note says", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    await stub.note("refused", { at: NOW, reason: "r".repeat(10_000), detail: "d".repeat(1_000_000) });
    const [kept] = (await stub.record()).refused;
    expect([kept?.reason.length, kept?.detail.length]).toEqual([64, 300]);
  });

  it("writes one note per reason and moment, so that a call that arrives twice counts once", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    const written = await countRowsWritten(stub);
    for (const at of [NOW, NOW, NOW + 999, NOW - 999]) await stub.note("refused", { at, reason: "stale", detail: "" });
    expect(written()).toBe(1);
    await stub.note("refused", { at: NOW, reason: "no-match", detail: "" });
    await stub.note("refused", { at: NOW + 1_000, reason: "stale", detail: "" });
    expect(written()).toBe(2);
  });
});

describe("a captured secret", () => {
  it("is kept once: another is refused, the same call arriving twice is not", async ({ expect }) => {
    const stub = openRoom().stub("asana");
    const written = await countRowsWritten(stub);
    expect(await stub.capture(sealed)).toBe("captured");
    expect(await stub.capture(other)).toBe("refused");
    expect(await stub.capture(sealed)).toBe("captured");
    expect(written()).toBe(1);
    expect(await stub.captured()).toEqual(sealed);
  });

  it("can be captured anew once it is released, and releasing twice is harmless", async ({ expect }) => {
    const stub = openRoom().stub("asana");
    await stub.capture(sealed);
    await stub.release();
    await stub.release();
    expect(await stub.captured()).toBeNull();
    expect(await stub.capture(other)).toBe("captured");
    expect(await stub.captured()).toEqual(other);
  });
});

describe("a look at the silence of a source", () => {
  const HOUR_MS = 60 * MINUTE_MS;
  const quiet = { turned: null, silentSince: null };

  it("tells a silence once, and its end once", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    await stub.received(NOW);
    const look = (minutes: number) => stub.watch(NOW + minutes * MINUTE_MS, HOUR_MS);
    expect(await look(60)).toEqual(quiet);
    expect(await look(61)).toEqual({ turned: "silent", silentSince: NOW });
    await evictDurableObject(stub);
    expect(await look(62)).toEqual({ turned: null, silentSince: NOW });
    expect((await stub.record()).silentSince).toBe(NOW);
    await stub.received(NOW + 63 * MINUTE_MS);
    expect((await stub.record()).silentSince).toBeNull();
    await evictDurableObject(stub);
    expect(await look(64)).toEqual({ turned: "heard", silentSince: null });
    expect(await look(65)).toEqual(quiet);
  });

  it("answers the same when it arrives twice", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    await stub.received(NOW);
    const at = NOW + 2 * HOUR_MS;
    expect(await stub.watch(at, HOUR_MS)).toEqual({ turned: "silent", silentSince: NOW });
    expect(await stub.watch(at, HOUR_MS)).toEqual({ turned: "silent", silentSince: NOW });
    await stub.received(at);
    expect(await stub.watch(at + 1, HOUR_MS)).toEqual({ turned: "heard", silentSince: null });
    expect(await stub.watch(at + 1, HOUR_MS)).toEqual({ turned: "heard", silentSince: null });
  });

  it("counts from the first look where the source was never heard", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    expect(await stub.watch(NOW, HOUR_MS)).toEqual(quiet);
    expect(await stub.watch(NOW + HOUR_MS, HOUR_MS)).toEqual(quiet);
    expect(await stub.watch(NOW + HOUR_MS + 1, HOUR_MS)).toEqual({ turned: "silent", silentSince: NOW });
    await stub.received(NOW + HOUR_MS + 2);
    expect(await stub.watch(NOW + HOUR_MS + 3, HOUR_MS)).toEqual({ turned: "heard", silentSince: null });
  });

  it("tells a second silence though nobody looked between the two", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    await stub.received(NOW);
    await stub.watch(NOW + 2 * HOUR_MS, HOUR_MS);
    await stub.received(NOW + 3 * HOUR_MS);
    expect(await stub.watch(NOW + 5 * HOUR_MS, HOUR_MS)).toEqual({
      turned: "silent",
      silentSince: NOW + 3 * HOUR_MS,
    });
  });

  it("writes only when something turns", async ({ expect }) => {
    const stub = openRoom().stub("stripe");
    await stub.received(NOW);
    const written = await countRowsWritten(stub);
    const rows: number[] = [];
    for (const minutes of [1, 30, 61, 62, 90]) {
      await stub.watch(NOW + minutes * MINUTE_MS, HOUR_MS);
      rows.push(written());
    }
    expect(rows).toEqual([0, 0, 1, 0, 0]);
  });
});

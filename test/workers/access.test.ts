// Tokens and the record of changes, over a real object: who is known, for how long, and what is kept.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { NOW, openAccessRoom } from "./access-rooms.ts";

const DAY_MS = 86_400_000;
const CI = { name: "ci", role: "operator", expiresAt: null } as const;

describe("a token", () => {
  it("is known by whoever is asked, with its name and role, and told once", async ({ expect }) => {
    const room = openAccessRoom();
    const { token, facts } = await room.isolate().create(CI, "ADMIN_TOKEN");
    expect(token).toMatch(/^hks_[a-z0-9]{16}_[A-Za-z0-9_-]{43}$/);
    const known = { outcome: "known", identity: { name: "ci", role: "operator" } };
    expect(await room.isolate().identify(token, "192.0.2.1")).toEqual(known);
    await evictDurableObject(room.stub);
    expect(await room.isolate().identify(token, "192.0.2.1")).toEqual(known);
    const kept = await runInDurableObject(room.stub, (_object, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT * FROM tokens").toArray()),
    );
    expect(kept).not.toContain(token.slice(-43));
    expect(await room.isolate().list()).toEqual([{ ...facts, lastUsedAt: NOW }]);
  });

  it.for([
    ["with another secret", (token: string) => token.replace(/.$/, (last) => (last === "A" ? "B" : "A"))],
    ["of another id", (token: string) => token.replace(/^hks_./, (head) => (head === "hks_a" ? "hks_b" : "hks_a"))],
    ["cut short", (token: string) => token.slice(0, -1)],
    ["that is nothing like one", () => "secret"],
    ["that is empty", () => ""],
  ] as const)("%s is not known", async ([, change], { expect }) => {
    const room = openAccessRoom();
    const { token } = await room.isolate().create(CI, "ADMIN_TOKEN");
    expect(await room.isolate().identify(change(token), "192.0.2.1")).toEqual({ outcome: "unknown" });
  });

  it("that is revoked is refused at once where that was done, and everywhere within 15 seconds", async ({ expect }) => {
    const room = openAccessRoom();
    const [here, elsewhere] = [room.isolate(), room.isolate()];
    const { token, facts } = await here.create(CI, "ADMIN_TOKEN");
    expect((await here.identify(token, "")).outcome).toBe("known");
    expect((await elsewhere.identify(token, "")).outcome).toBe("known");
    expect(await here.revoke(facts.id)).toBe(true);
    expect((await here.identify(token, "")).outcome).toBe("unknown");
    room.now += 15_000;
    expect((await elsewhere.identify(token, "")).outcome).toBe("unknown");
    expect(await here.list()).toMatchObject([{ revokedAt: NOW }]);
    expect(await here.revoke("nobody")).toBe(false);
  });

  it("is good until it expires, and no longer", async ({ expect }) => {
    const room = openAccessRoom();
    const { token } = await room.isolate().create({ ...CI, expiresAt: NOW + DAY_MS }, "ADMIN_TOKEN");
    room.now = NOW + DAY_MS - 1;
    expect((await room.isolate().identify(token, "")).outcome).toBe("known");
    room.now = NOW + DAY_MS;
    expect((await room.isolate().identify(token, "")).outcome).toBe("unknown");
  });

  it("costs its object two calls in 15 seconds, and a row in five minutes", async ({ expect }) => {
    const room = openAccessRoom();
    const isolate = room.isolate();
    const { token, facts } = await isolate.create(CI, "ADMIN_TOKEN");
    room.calls = 0;
    for (let n = 0; n < 50; n++) await isolate.identify(token, "");
    expect(room.calls).toBe(2);
    for (const [ms, lastUsedAt] of [
      [4 * 60_000, NOW],
      [6 * 60_000, NOW + 6 * 60_000],
    ] as const) {
      room.now = NOW + ms;
      await isolate.identify(token, "");
      expect((await isolate.list()).find(({ id }) => id === facts.id)?.lastUsedAt).toBe(lastUsedAt);
    }
  });

  it("cannot be checked where the object is out of reach, which is no refusal", async ({ expect }) => {
    const room = openAccessRoom();
    const { token } = await room.isolate().create(CI, "ADMIN_TOKEN");
    room.broken = () => {
      throw new Error("out of reach");
    };
    expect(await room.isolate().identify(token, "")).toEqual({ outcome: "unreachable" });
  });
});

describe("whoever tries tokens", () => {
  const tryOne = (n: number): string => `hks_${String(n).padStart(16, "0")}_${"A".repeat(43)}`;

  it("is held up after twenty, for five minutes, and costs no more calls; nobody else is", async ({ expect }) => {
    const room = openAccessRoom();
    const isolate = room.isolate();
    const { token } = await isolate.create(CI, "ADMIN_TOKEN");
    room.calls = 0;
    for (let n = 0; n < 100; n++) {
      const { outcome } = await isolate.identify(tryOne(n), "192.0.2.66");
      if (outcome === "unknown") isolate.failed("192.0.2.66");
    }
    expect(room.calls).toBe(20);
    expect(isolate.isLimited("192.0.2.66")).toBe(true);
    expect((await isolate.identify(token, "192.0.2.1")).outcome).toBe("known");
    room.now += 5 * 60_000;
    expect(isolate.isLimited("192.0.2.66")).toBe(false);
  });

  it("does not hold up a token that is known already, though it comes from the same address", async ({ expect }) => {
    const room = openAccessRoom();
    const isolate = room.isolate();
    const { token } = await isolate.create(CI, "ADMIN_TOKEN");
    await isolate.identify(token, "192.0.2.66");
    for (let n = 0; n < 30; n++) isolate.failed("192.0.2.66");
    expect((await isolate.identify(token, "192.0.2.66")).outcome).toBe("known");
  });
});

describe("the record of changes", () => {
  const entry = {
    at: NOW,
    who: "ci",
    role: "operator",
    action: "POST /api/executions/:id/cancel",
    target: "/api/executions/exe_1_a/cancel",
    status: 202,
    request: "ray-1",
    change: null,
  } as const;

  it("gives the newest first, in pages, by who and since", async ({ expect }) => {
    const access = openAccessRoom().isolate();
    for (let n = 0; n < 5; n++) await access.record({ ...entry, at: NOW + n, who: n % 2 ? "ci" : "anna@example.com" });
    const all = { before: null, who: null, since: 0, limit: 3 };
    const first = await access.audit(all);
    expect(first.map(({ at }) => at - NOW)).toEqual([4, 3, 2]);
    expect((await access.audit({ ...all, before: first.at(-1)?.id ?? null })).map(({ at }) => at - NOW)).toEqual([
      1, 0,
    ]);
    expect((await access.audit({ ...all, who: "ci" })).map(({ at }) => at - NOW)).toEqual([3, 1]);
    expect((await access.audit({ ...all, since: NOW + 4 })).map(({ at }) => at - NOW)).toEqual([4]);
  });

  it("has a call once that arrives twice, and is bounded", async ({ expect }) => {
    const room = openAccessRoom();
    await runInDurableObject(room.stub, (object, { storage }) => {
      for (let n = 0; n < 3; n++) object.record(entry, "the same call");
      expect(object.audit({ before: null, who: null, since: 0, limit: 10 })).toHaveLength(1);
      storage.sql.exec("UPDATE audit SET id = 60000");
      object.record(entry, "another");
      storage.sql.exec("UPDATE audit SET id = 120000 WHERE once = 'another'");
      object.record(entry, "a third");
      expect(object.audit({ before: null, who: null, since: 0, limit: 10 }).map(({ id }) => id)).toEqual([
        120_001, 120_000,
      ]);
    });
  });
});

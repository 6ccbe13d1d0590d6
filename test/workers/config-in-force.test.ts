// Which revision a request works with: how soon a change is seen, what goes on in an outage, and what follows where the
// newest revision is refused. Real revisions; isolates over a clock that stands still until the test moves it.
import { beforeAll, describe, it } from "vitest";
import { IN_FORCE_WITHIN_MS } from "../../src/bridge/setup-in-force.ts";
import { document, NOW, openConfigRoom, openIsolate, putFromElsewhere } from "./config-objects.ts";

// The first object wakes the whole Worker, which on a busy machine takes longer than a call may.
beforeAll(async () => void (await openConfigRoom().stub.since(0)), 60_000);

const outOfReach = (): never => {
  throw new Error("the object is overloaded");
};

/** Needs a secret that no isolate has, unless it says so. */
const needingMore = document("needs more", { sources: { signup: { preset: "stripe", secrets: ["NEW_SECRET"] } } });

describe("the first revision", () => {
  it("is the file that was deployed, and a later file changes nothing by itself", async ({ expect }) => {
    const room = openConfigRoom();
    expect(await openIsolate(room).inForce()).toBe(1);
    expect(await openIsolate(room, { bundled: document("later") }).inForce()).toBe(1);
    expect((await room.store.list({ limit: 5 })).revisions).toEqual([
      { number: 1, at: NOW, author: "deployment", note: null, madeFrom: { kind: "bundled" } },
    ]);
    expect((await room.store.get(1))?.document).toEqual(document());
  });

  it("is made once, however many isolates begin at the same time", async ({ expect }) => {
    const room = openConfigRoom();
    const isolates = Array.from({ length: 8 }, () => openIsolate(room));
    const all = await Promise.all(isolates.flatMap((isolate) => [isolate.inForce(), isolate.inForce()]));
    expect(new Set(all)).toEqual(new Set([1]));
    expect((await room.store.list({ limit: 5 })).revisions).toHaveLength(1);
  });

  it("is not made of a file that is refused: it is to be mended", async ({ expect }) => {
    const room = openConfigRoom();
    const isolate = openIsolate(room, { bundled: needingMore });
    expect(await isolate.setups.current()).toMatchObject({
      ok: false,
      error: { reason: "misconfigured", faults: [{ path: "sources.signup.secrets[0]" }] },
    });
    expect(await room.store.since(0)).toBeNull();
    // Told once, not with every question.
    isolate.now += 60_000;
    expect(await isolate.inForce()).toBe("misconfigured");
    expect(isolate.lines.map(({ name }) => name)).toEqual(["config.refused"]);
    // The next deployment's file reads.
    expect(await openIsolate(room).inForce()).toBe(1);
    isolate.now += IN_FORCE_WITHIN_MS;
    expect(await isolate.inForce()).toBe(1);
  });
});

describe("a new revision", () => {
  it("is in force everywhere within five seconds, and no sooner asked for than need be", async ({ expect }) => {
    const room = openConfigRoom();
    const isolate = openIsolate(room);
    await isolate.inForce();
    await putFromElsewhere(room, document("second"));
    const calls = room.calls;
    isolate.now = NOW + 3_999;
    expect([await isolate.inForce(), room.calls - calls]).toEqual([1, 0]);
    isolate.now = NOW + IN_FORCE_WITHIN_MS;
    expect([await isolate.inForce(), room.calls - calls]).toEqual([2, 1]);
  });

  it("is asked for by one request, while the others go on with what there is, but not for longer than the bound", async ({
    expect,
  }) => {
    const room = openConfigRoom();
    const isolate = openIsolate(room);
    await isolate.inForce();
    await putFromElsewhere(room, document("second"));
    isolate.now = NOW + 4_000;
    const asking = isolate.inForce();
    expect(await isolate.inForce()).toBe(1);
    expect(await asking).toBe(2);

    await putFromElsewhere(room, document("third"));
    isolate.now += 4_000;
    const held = Promise.withResolvers<null>();
    room.broken = () => ({ since: () => held.promise });
    const hanging = isolate.inForce();
    room.broken = undefined;
    isolate.now += 999;
    expect(await isolate.inForce()).toBe(2);
    isolate.now += 1;
    expect(await isolate.inForce()).toBe(3);
    // An answer that comes late takes nobody back.
    held.resolve(null);
    expect(await hanging).toBe(3);
  });

  it("is read once, and every request has the same setup of it", async ({ expect }) => {
    const room = openConfigRoom();
    const isolate = openIsolate(room);
    const setups = await Promise.all(Array.from({ length: 5 }, () => isolate.setups.current()));
    await putFromElsewhere(room, document("second"));
    isolate.reads = 0;
    isolate.now += IN_FORCE_WITHIN_MS;
    const later = await Promise.all(Array.from({ length: 5 }, () => isolate.setups.current()));
    isolate.now += IN_FORCE_WITHIN_MS;
    later.push(await isolate.setups.current());
    expect(isolate.reads).toBe(1);
    const values = later.map((setup) => (setup.ok ? setup.value : null));
    expect(new Set(values.filter((value) => value?.revision === 2)).size).toBe(1);
    expect(setups.map((setup) => setup.ok && setup.value.config.rules[0]?.description)).toEqual(Array(5).fill("first"));
  });
});

describe("while the revisions cannot be reached", () => {
  it("the last good one goes on, and that is told once per outage", async ({ expect }) => {
    const room = openConfigRoom();
    const isolate = openIsolate(room);
    await isolate.inForce();
    room.broken = outOfReach;
    // All that come before it is known ask; after that one at a time does, so that the others need not wait.
    for (const asking of [3, 1, 1]) {
      isolate.now += 60_000;
      const calls = room.calls;
      expect(await Promise.all([isolate.inForce(), isolate.inForce(), isolate.inForce()])).toEqual([1, 1, 1]);
      expect(room.calls - calls).toBe(asking);
    }
    expect(isolate.lines.map(({ name }) => name)).toEqual(["config.unreachable"]);
    room.broken = undefined;
    await putFromElsewhere(room, document("second"));
    isolate.now += 60_000;
    expect(await isolate.inForce()).toBe(2);
    room.broken = outOfReach;
    isolate.now += 60_000;
    await isolate.inForce();
    expect(isolate.lines.map(({ name }) => name)).toEqual([
      "config.unreachable",
      "config.reachable",
      "config.unreachable",
    ]);
  });

  it("a fresh isolate has none, and does not take the deployed file for it", async ({ expect }) => {
    const room = openConfigRoom();
    room.broken = outOfReach;
    const isolate = openIsolate(room);
    expect(await isolate.inForce()).toBe("config-unreachable");
    expect(isolate.lines).toMatchObject([{ level: "error", name: "config.unreachable", fields: { revision: null } }]);
    // The next request asks again, at once.
    room.broken = undefined;
    expect(await isolate.inForce()).toBe(1);
  });
});

describe("a newest revision that is refused", () => {
  it("does not replace a good one, and its faults are told once", async ({ expect }) => {
    const room = openConfigRoom();
    const isolate = openIsolate(room);
    await isolate.inForce();
    await putFromElsewhere(room, needingMore);
    for (let asked = 0; asked < 3; asked++) {
      isolate.now += IN_FORCE_WITHIN_MS;
      expect(await isolate.inForce()).toBe(1);
    }
    expect(isolate.lines).toMatchObject([
      {
        level: "error",
        name: "config.refused",
        fields: { revision: 2, inForce: 1, path: "sources.signup.secrets[0]" },
      },
    ]);
    await putFromElsewhere(room, document("mended"));
    isolate.now += IN_FORCE_WITHIN_MS;
    expect(await isolate.inForce()).toBe(3);
  });

  it("makes a fresh isolate fall back to the newest that reads", async ({ expect }) => {
    const room = openConfigRoom();
    await putFromElsewhere(room, document("first"));
    await putFromElsewhere(room, document("second"));
    await putFromElsewhere(room, needingMore);
    await putFromElsewhere(room, { nothing: "of a configuration" });
    const isolate = openIsolate(room);
    expect(await isolate.inForce()).toBe(2);
    expect(new Set(isolate.lines.map(({ fields }) => `${fields.revision} ${fields.inForce}`))).toEqual(
      new Set(["4 2"]),
    );
    const reads = isolate.reads;
    isolate.now += IN_FORCE_WITHIN_MS;
    expect([await isolate.inForce(), isolate.reads]).toEqual([2, reads]);
    // With the secret that is missing here, the third reads.
    expect(await openIsolate(room, { secrets: ["ENGINE_TOKEN", "SENDER_SECRET", "NEW_SECRET"] }).inForce()).toBe(3);
  });

  it("and ten before it that are: there is no configuration, and the newest's faults are told", async ({ expect }) => {
    const room = openConfigRoom();
    await putFromElsewhere(room, document("good"));
    for (let bad = 0; bad < 10; bad++) await putFromElsewhere(room, { rules: bad });
    expect(await openIsolate(room).inForce()).toBe(1);
    await putFromElsewhere(room, { ...needingMore, rules: [] });
    const isolate = openIsolate(room);
    expect(await isolate.setups.current()).toMatchObject({
      ok: false,
      error: { reason: "misconfigured", faults: [{ path: "sources.signup.secrets[0]" }] },
    });
  });
});

describe("in development", () => {
  it("the file rules: where it differs it becomes a revision by itself", async ({ expect }) => {
    const room = openConfigRoom();
    const development = true;
    expect(await openIsolate(room, { development }).inForce()).toBe(1);
    expect(await openIsolate(room, { development }).inForce()).toBe(1);
    expect(await openIsolate(room, { development, bundled: document("edited") }).inForce()).toBe(2);
    expect((await room.store.list({ limit: 1 })).revisions).toMatchObject([
      { number: 2, author: "development", madeFrom: { kind: "bundled" } },
    ]);
    await putFromElsewhere(room, document("by the API"));
    expect(await openIsolate(room, { development, bundled: document("edited") }).inForce()).toBe(4);
  });

  it("a file with a fault is refused, though an earlier one was good", async ({ expect }) => {
    const room = openConfigRoom();
    await putFromElsewhere(room, document("good"));
    const isolate = openIsolate(room, { development: true, bundled: needingMore });
    expect(await isolate.inForce()).toBe("misconfigured");
    expect((await room.store.since(0))?.number).toBe(1);
  });
});

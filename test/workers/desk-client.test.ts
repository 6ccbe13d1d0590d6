// The desks as the use cases see them: floods cost next to nothing, secrets lie encrypted and are forgotten in time, and
// a desk out of reach costs a note and never a webhook.
import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { KEY, NOW, openIsolate, openRoom, type Room } from "./desk-objects.ts";
import { countRowsWritten } from "./rows-counted.ts";

const SECRET = "the-secret-that-the-handshake-brought-0123456789";
const ANOTHER = "a-secret-of-somebody-who-was-too-late-0123456789";

/** Everything that the object of a source stores, as text. */
async function storedText(room: Room, source: string): Promise<string> {
  return runInDurableObject(room.stub(source), (_object, { storage: { sql } }) => {
    const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    const values = tables
      .filter(({ name }) => !name.startsWith("_cf"))
      .flatMap(({ name }) => sql.exec(`SELECT * FROM ${name}`).toArray().flatMap(Object.values));
    const bytes = (value: unknown) => (value instanceof ArrayBuffer ? new TextDecoder().decode(value) : String(value));
    return values.map(bytes).join("\n");
  });
}

describe("what is noted is sampled", () => {
  it("so that 10,000 refusals in ten seconds cost one call and one row", async ({ expect }) => {
    const room = openRoom();
    const { desk } = openIsolate(room);
    const written = await countRowsWritten(room.stub("stripe"));
    await Promise.all(
      Array.from({ length: 10_000 }, (_, n) =>
        desk.refused("stripe", { at: NOW + (n % 10_000), reason: "no-match", detail: `attempt ${n}` }),
      ),
    );
    expect([room.calls, written()]).toEqual([1, 1]);
  });

  it("per source and reason, every ten seconds", async ({ expect }) => {
    const room = openRoom();
    const { desk } = openIsolate(room);
    for (const at of [NOW, NOW + 9_999, NOW + 10_000]) {
      for (const source of ["stripe", "github"]) {
        for (const reason of ["no-match", "stale"]) await desk.refused(source, { at, reason, detail: "" });
        await desk.unmatched(source, { at, reason: "unmatched", detail: "order.created" });
      }
    }
    expect(room.calls).toBe(12);
    const { refused, unmatched } = await desk.record("stripe");
    expect(refused.map(({ at, reason }) => [at - NOW, reason])).toEqual([
      [10_000, "stale"],
      [10_000, "no-match"],
      [0, "stale"],
      [0, "no-match"],
    ]);
    expect(unmatched.map(({ at }) => at - NOW)).toEqual([10_000, 0]);
  });

  it("and of events that no rule takes, the types are told, five of a source at a time", async ({ expect }) => {
    const room = openRoom();
    const { desk } = openIsolate(room);
    const send = async (at: number, types: readonly string[]): Promise<void> => {
      for (const detail of types) await desk.unmatched("stripe", { at, reason: "unmatched", detail });
    };
    for (let n = 0; n < 100; n++) await send(NOW + n, ["order.created", "order.paid"]);
    await send(NOW, ["rare"]);
    expect(room.calls).toBe(3);
    await send(
      NOW + 500,
      Array.from({ length: 10_000 }, (_, n) => `made up ${n}`),
    );
    expect(room.calls).toBe(5);
    const { unmatched } = await desk.record("stripe");
    expect(unmatched.map(({ detail }) => detail)).toEqual([
      "made up 1",
      "made up 0",
      "rare",
      "order.paid",
      "order.created",
    ]);
  });

  it("however many reasons a flood makes up", async ({ expect }) => {
    const room = openRoom();
    room.broken = () => {
      throw new Error("not called for its answer");
    };
    const { desk } = openIsolate(room);
    for (let n = 0; n < 10_000; n++) await desk.refused("stripe", { at: NOW, reason: `made up ${n}`, detail: "" });
    expect(room.calls).toBeLessThanOrEqual(2_000);
  });

  it("and the time of the last event is written once a minute", async ({ expect }) => {
    const room = openRoom();
    const { desk } = openIsolate(room);
    const written = await countRowsWritten(room.stub("stripe"));
    for (let second = 0; second < 180; second++) await desk.received("stripe", NOW + second * 1_000);
    expect([room.calls, written()]).toEqual([3, 3]);
    expect((await desk.record("stripe")).lastEventAt).toBe(NOW + 120_000);
  });

  it("in each of many isolates, while the object writes as if there were few", async ({ expect }) => {
    const room = openRoom();
    const isolates = Array.from({ length: 20 }, () => openIsolate(room));
    const written = await countRowsWritten(room.stub("stripe"));
    await Promise.all(
      isolates.flatMap(({ desk }, n) => [
        desk.received("stripe", NOW + n),
        desk.refused("stripe", { at: NOW + n, reason: "stale", detail: "" }),
      ]),
    );
    expect([room.calls, written()]).toEqual([40, 2]);
  });
});

describe("a desk out of reach", () => {
  const overloaded = (): never => {
    throw Object.assign(new Error("overloaded"), { overloaded: true, retryable: true });
  };

  it("costs a note and no webhook, and is told in the log", async ({ expect }) => {
    const room = openRoom();
    const { desk, lines } = openIsolate(room);
    room.broken = overloaded;
    await desk.received("stripe", NOW);
    await desk.refused("stripe", { at: NOW, reason: "stale", detail: "" });
    await desk.unmatched("stripe", { at: NOW, reason: "unmatched", detail: "" });
    expect(lines.map(({ level, name }) => `${level} ${name}`)).toEqual(Array(3).fill("warn desk.unreachable"));
    expect(room.calls).toBe(3);
  });

  it("is not taken for one that holds no secret", async ({ expect }) => {
    const room = openRoom();
    const { desk } = openIsolate(room);
    room.broken = overloaded;
    await expect(desk.capturedSecret("asana")).rejects.toThrow("overloaded");
    await expect(desk.capture("asana", SECRET)).rejects.toThrow("overloaded");
    room.broken = undefined;
    expect(await desk.capture("asana", SECRET)).toBe("captured");
  });

  it("is called again where the runtime says that it may be", async ({ expect }) => {
    const room = openRoom();
    const { desk } = openIsolate(room);
    let left = 2;
    room.broken = (() => {
      if (left-- > 0) throw Object.assign(new Error("moved"), { retryable: true });
    }) as () => never;
    expect(await desk.capture("asana", SECRET)).toBe("captured");
    expect(room.calls).toBe(3);
  });
});

describe("a captured secret", () => {
  it("is there for every isolate, and only for its source", async ({ expect }) => {
    const room = openRoom();
    const [first, second] = [openIsolate(room), openIsolate(room)];
    expect(await first.desk.capture("asana", SECRET)).toBe("captured");
    expect(await second.desk.capturedSecret("asana")).toBe(SECRET);
    expect(await first.desk.capturedSecret("asana")).toBe(SECRET);
    expect(await first.desk.capturedSecret("another")).toBeNull();
    expect((await second.desk.record("asana")).captured).toBe(true);
  });

  it("is replaced by nobody", async ({ expect }) => {
    const room = openRoom();
    const [first, second] = [openIsolate(room), openIsolate(room)];
    await first.desk.capture("asana", SECRET);
    for (const { desk } of [first, second]) {
      expect(await desk.capture("asana", ANOTHER)).toBe("refused");
      expect(await desk.capturedSecret("asana")).toBe(SECRET);
    }
  });

  it("goes to one of many that race for it", async ({ expect }) => {
    const room = openRoom();
    const isolates = Array.from({ length: 8 }, () => openIsolate(room));
    const outcomes = await Promise.all(isolates.map(({ desk }, n) => desk.capture("asana", `${SECRET} ${n}`)));
    expect(outcomes.filter((outcome) => outcome === "captured")).toHaveLength(1);
    const winner = `${SECRET} ${outcomes.indexOf("captured")}`;
    for (const { desk } of isolates) expect(await desk.capturedSecret("asana")).toBe(winner);
  });

  it("lies encrypted, each time in other bytes, and is in no log line", async ({ expect }) => {
    const room = openRoom();
    const isolate = openIsolate(room);
    const texts: string[] = [];
    for (let round = 0; round < 2; round++) {
      await isolate.desk.capture("asana", SECRET);
      texts.push(await storedText(room, "asana"));
      await isolate.desk.release("asana");
    }
    expect(texts[0]).not.toBe(texts[1]);
    for (const text of [...texts, JSON.stringify(isolate.lines)]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(KEY);
    }
    expect(JSON.stringify(await isolate.desk.record("asana"))).not.toContain(SECRET);
  });

  it.for([
    ["another key", `not ${KEY}`, "wrong-key"],
    ["a short key", "short", "short-key"],
    ["an empty key", "", "short-key"],
  ] as const)("cannot be read with %s: null, said in the log once", async ([, key, reason], { expect }) => {
    const room = openRoom();
    await openIsolate(room).desk.capture("asana", SECRET);
    const isolate = openIsolate(room, key);
    for (let second = 0; second < 30; second += 3) {
      isolate.now = NOW + second * 1_000;
      expect(await isolate.desk.capturedSecret("asana")).toBeNull();
    }
    expect(isolate.lines.map(({ level, name, fields }) => [level, name, fields.reason])).toEqual([
      ["error", "source.secret-unreadable", reason],
    ]);
  });

  it("of one source cannot be read as that of another", async ({ expect }) => {
    const room = openRoom();
    await openIsolate(room).desk.capture("asana", SECRET);
    const sealed = await room.stub("asana").captured();
    if (!sealed) throw new Error("nothing captured");
    await room.stub("zoom").capture(sealed);
    expect(await openIsolate(room).desk.capturedSecret("zoom")).toBeNull();
  });

  it("is refused where there is no key, and the reason is told to whoever sets the sender up", async ({ expect }) => {
    const room = openRoom();
    const isolate = openIsolate(room);
    const keyless = openIsolate(room, "too short a key");
    for (let n = 0; n < 100; n++) expect(await keyless.desk.capture("asana", SECRET)).toBe("refused");
    expect(keyless.lines.map(({ name, fields }) => [name, fields.reason])).toEqual([
      ["source.capture-refused", "short-key"],
    ]);
    const { captured, refused } = await isolate.desk.record("asana");
    expect(captured).toBe(false);
    expect(refused).toEqual([{ at: NOW, reason: "short-key", detail: expect.stringContaining("SOURCE_SECRETS_KEY") }]);
  });

  it.for([
    ["nothing", ""],
    ["more than a header holds", "x".repeat(4_097)],
  ] as const)("cannot be %s", async ([, secret], { expect }) => {
    const room = openRoom();
    expect(await openIsolate(room).desk.capture("asana", secret)).toBe("refused");
    expect(room.calls).toBe(0);
  });
});

describe("the short memory of secrets", () => {
  it("spares the object a question for half a minute, and two seconds where there is none", async ({ expect }) => {
    const room = openRoom();
    const isolate = openIsolate(room);
    const callsFor = async (seconds: number): Promise<number> => {
      const before = room.calls;
      isolate.now += seconds * 1_000;
      await isolate.desk.capturedSecret("asana");
      return room.calls - before;
    };
    expect([await callsFor(0), await callsFor(1), await callsFor(1)]).toEqual([1, 0, 1]);
    await openIsolate(room).desk.capture("asana", SECRET);
    expect([await callsFor(2), await callsFor(15), await callsFor(14), await callsFor(1)]).toEqual([1, 0, 0, 1]);
  });

  it("forgets at once what is released here, and in time what is released elsewhere", async ({ expect }) => {
    const room = openRoom();
    const [first, second] = [openIsolate(room), openIsolate(room)];
    await first.desk.capture("asana", SECRET);
    await second.desk.capturedSecret("asana");
    await first.desk.release("asana");
    expect(await first.desk.capturedSecret("asana")).toBeNull();
    expect(await second.desk.capturedSecret("asana")).toBe(SECRET);
    second.now += 30_000;
    expect(await second.desk.capturedSecret("asana")).toBeNull();
    expect(await second.desk.capture("asana", ANOTHER)).toBe("captured");
  });
});

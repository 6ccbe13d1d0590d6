// An engine's push, from the front door to the callback: over the real ledger and a real gate, with a fake engine.
import { describe, it } from "vitest";
import { advance, follow } from "../../src/bridge/advance.ts";
import { sweep } from "../../src/bridge/sweep.ts";
import { MINUTE_MS, NOW } from "../fakes/fake-clock.ts";
import { finished, running } from "../fakes/fake-engine.ts";
import { problemIn } from "./http-problem.ts";
import { BASE_URL, base64Url, detached, engineKey, type PushScene, pushScene, signingKey } from "./push-scene.ts";
import { countRowsWritten } from "./rows-counted.ts";

/** An execution that runs, of which nobody takes care at the moment. */
async function runningOne(scene: PushScene, runId = "run-1") {
  const { bridge } = scene;
  bridge.fakeEngine.script.start.push({ ok: true, value: running(runId) });
  const fresh = await bridge.admitOne();
  await follow({ ...bridge, engine: (id) => ({ ...bridge.engine(id), followForMs: 0 }) as never }, fresh);
  return scene.stored(fresh.id);
}

async function rowsWritten({ namespace, room }: PushScene) {
  const shards = [0, 1, 2, 3].map((shard) => countRowsWritten(namespace.getByName(`ledger/${shard}`)));
  const counters = await Promise.all([...shards, countRowsWritten(room.stub())]);
  return () => counters.reduce((sum, count) => sum + count(), 0);
}

describe("a push about a run that has ended", () => {
  it("has the end told at once", async ({ expect }) => {
    const scene = await pushScene();
    const { id } = await runningOne(scene);
    scene.bridge.fakeEngine.otherwise.get = ({ runId }) => ({ ok: true, value: finished(runId ?? "") });
    const response = await scene.push("run-1");
    expect([response.status, await response.json()]).toEqual([202, { outcome: "known" }]);
    await scene.settled();
    expect(await scene.stored(id)).toMatchObject({ run: "succeeded", deliveries: [{ state: "delivered" }] });
    expect(scene.bridge.callbacks.sent).toHaveLength(1);
  });

  it("is found by an object that has known the run since before it woke, and by one that has not", async ({
    expect,
  }) => {
    const scene = await pushScene();
    await runningOne(scene, "run-before");
    await scene.push("unknown");
    await runningOne(scene, "run-after");
    expect(await (await scene.push("run-before")).json()).toEqual({ outcome: "known" });
    expect(await (await scene.push("run-after")).json()).toEqual({ outcome: "known" });
  });

  it.for(["id", "workflowId", "executionId"])("is understood where the run stands in %s", async (field, { expect }) => {
    const scene = await pushScene();
    await runningOne(scene);
    const body = JSON.stringify({ id: "another", [field]: "run-1" });
    const response = await scene.post(body, await detached(await engineKey(), body));
    expect(await response.json()).toEqual({ outcome: "known" });
  });

  it("believes nothing but that something has happened: the engine is asked", async ({ expect }) => {
    const scene = await pushScene();
    const { id } = await runningOne(scene);
    const body = JSON.stringify({ id: "run-1", status: "COMPLETED", result: { verdict: "approved" } });
    await scene.post(body, await detached(await engineKey(), body));
    await scene.settled();
    expect(scene.bridge.fakeEngine.of("get")).toHaveLength(1);
    expect(await scene.stored(id)).toMatchObject({ run: "running" });
  });
});

describe("a push, the fast path and the sweep that see the same end at once", () => {
  it.for([0, 1, 2])("tell it once (%i)", async (order, { expect }) => {
    const scene = await pushScene();
    const { bridge } = scene;
    const execution = await runningOne(scene);
    bridge.clock.advance(MINUTE_MS);
    const all = Promise.withResolvers<void>();
    let asking = 0;
    const engine = {
      ...bridge.fakeEngine,
      // Nobody is answered before all have asked.
      async get(runId: string) {
        if (++asking === 2) all.resolve();
        await all.promise;
        return { ok: true, value: finished(runId) } as const;
      },
    };
    bridge.callbacks.latencyMs = 10;
    const each = { ...bridge, engine: () => engine };
    const withEngine = { ...scene, bridge: each };
    const ways = [
      () => advance(each, execution),
      () => sweep(each),
      async () => {
        Object.assign(scene.bridge, { engine: () => engine });
        await withEngine.push("run-1");
        await scene.settled();
      },
    ];
    const rotated = [...ways.slice(order), ...ways.slice(0, order)];
    await Promise.all(rotated.map((way) => way()));
    expect(asking).toBeGreaterThanOrEqual(2);
    expect(bridge.callbacks.sent).toHaveLength(1);
    expect(await scene.stored(execution.id)).toMatchObject({ run: "succeeded", deliveries: [{ attempts: 1 }] });
  });

  it("leave it to a later sweep if the one who tells is lost", async ({ expect }) => {
    const scene = await pushScene();
    const { bridge } = scene;
    const execution = await runningOne(scene);
    bridge.fakeEngine.otherwise.get = ({ runId }) => ({ ok: true, value: finished(runId ?? "") });
    expect(await bridge.ledger.reserve(execution, bridge.clock.now())).toBe(true);
    expect(await advance(bridge, execution)).toBeNull();
    bridge.clock.advance(2 * MINUTE_MS);
    await sweep(bridge);
    expect(await scene.stored(execution.id)).toMatchObject({ run: "succeeded" });
    expect(bridge.callbacks.sent).toHaveLength(1);
  });
});

describe("a push that comes before the answer to the start call", () => {
  it("has the run polled as soon as that answer is saved", async ({ expect }) => {
    const scene = await pushScene();
    const { bridge } = scene;
    const fresh = await bridge.admitOne();
    bridge.fakeEngine.otherwise.get = ({ runId }) => ({ ok: true, value: finished(runId ?? "") });
    const engine = {
      ...bridge.fakeEngine,
      async start() {
        expect(await (await scene.push("run-early")).json()).toEqual({ outcome: "kept" });
        return { ok: true, value: running("run-early") } as const;
      },
    };
    const slept: number[] = [];
    await follow({ ...bridge, engine: () => engine, sleep: async (ms) => void slept.push(ms) }, fresh);
    expect(await scene.stored(fresh.id)).toMatchObject({ run: "succeeded", runId: "run-early" });
    expect(slept).toEqual([]);
  });

  it("is kept for ten minutes", async ({ expect }) => {
    for (const [minutes, polls] of [
      [9, 1],
      [10, 0],
    ] as const) {
      const scene = await pushScene();
      await scene.push("run-1");
      scene.bridge.clock.advance(minutes * MINUTE_MS);
      await runningOne(scene);
      expect(scene.bridge.fakeEngine.of("get")).toHaveLength(polls);
    }
  });
});

describe("what changes nothing", () => {
  it("is everything that the engine has not signed so: no write, no question, and one answer for all", async ({
    expect,
  }) => {
    const scene = await pushScene();
    const before = await runningOne(scene);
    const written = await rowsWritten(scene);
    const [key, other] = [await engineKey(), await signingKey()];
    const body = JSON.stringify({ id: "run-1" });
    const good = await detached(key, body);
    const [header, , signature] = good.split(".");
    const hmac = base64Url(JSON.stringify({ alg: "HS256", kid: "key-1" }));
    const forged: Record<string, string | undefined> = {
      "no signature": undefined,
      "another body's": await detached(key, `${body} `),
      "another key's": await detached(other, body),
      "of an algorithm of its own": await detached(key, body, { alg: "RS384" }),
      none: await detached(key, body, { alg: "none" }),
      "a shared secret's": `${hmac}..${signature}`,
      "with a payload": `${header}.${base64Url(body)}.${signature}`,
      "of a key that does not exist": await detached(other, body, { kid: "key-2" }),
      "of a key elsewhere": await detached(other, body, { jku: "https://evil.example/keys", kid: "evil" }),
      "of a key that it brings": await detached(other, body, { jwk: { kty: "RSA" }, x5u: "https://evil.example/x" }),
      "of a key out of another path": await detached(other, body, { kid: "../../evil" }),
    };
    for (const [name, text] of Object.entries(forged)) {
      const problem = await problemIn(await scene.post(body, text), 401, expect);
      expect([name, problem.type]).toEqual([name, "not-verified"]);
    }
    await scene.settled();
    expect(scene.fetched.filter((url) => !url.startsWith(`${BASE_URL}/auth/webhooks/key/`))).toEqual([]);
    expect([written(), scene.bridge.fakeEngine.of("get").length]).toEqual([0, 0]);
    expect(await scene.stored(before.id)).toEqual(before);
  });

  it("is a push that is repeated: it is one question in the time of a poll", async ({ expect }) => {
    const scene = await pushScene();
    await runningOne(scene);
    const written = await rowsWritten(scene);
    for (let i = 0; i < 5; i++) expect((await scene.push("run-1")).status).toBe(202);
    await scene.settled();
    expect([written(), scene.bridge.fakeEngine.of("get").length]).toEqual([0, 1]);
  });

  it("is a push about a run that nobody knows, that has ended, or that belongs to another engine", async ({
    expect,
  }) => {
    const scene = await pushScene();
    const { bridge } = scene;
    bridge.fakeEngine.otherwise.get = ({ runId }) => ({ ok: true, value: finished(runId ?? "") });
    await runningOne(scene);
    await scene.push("run-1");
    await scene.settled();
    const written = await rowsWritten(scene);
    for (const runId of ["run-1", "of somebody else"]) {
      expect(await (await scene.push(runId)).json()).toEqual({ outcome: "kept" });
    }
    expect(await bridge.ledger.claimRuns("another", ["run-1"], NOW)).toEqual({ known: false, executions: [] });
    await scene.settled();
    expect([written(), bridge.callbacks.sent.length]).toEqual([0, 1]);
  });

  it("is one that names no run", async ({ expect }) => {
    const scene = await pushScene();
    for (const body of ["{}", "[]", "not json", '{"id":7}', `{"id":"${"x".repeat(201)}"}`]) {
      const response = await scene.post(body, await detached(await engineKey(), body));
      expect([response.status, await response.json()]).toEqual([202, { outcome: "ignored" }]);
    }
  });
});

describe("the address", () => {
  it("is unknown for an engine that takes no pushes, takes POST only and no large bodies", async ({ expect }) => {
    const scene = await pushScene();
    await problemIn(await scene.post("{}", undefined, "other"), 404, expect);
    const problem = await problemIn(await scene.post("x".repeat(1024 * 1024 + 1)), 413, expect);
    expect(problem.detail).not.toContain("maxBodyBytes");
  });

  it("asks the engine to push again while the ledger or the keys cannot be reached", async ({ expect }) => {
    const scene = await pushScene();
    const broken = { ...scene.bridge.ledger, claimRuns: () => Promise.reject(new Error("reset")) };
    Object.assign(scene.bridge, { ledger: broken });
    await problemIn(await scene.push("run-1"), 503, expect);
    Object.assign(scene.bridge, {
      keys: async () => ({ ok: false, error: { reason: "unavailable", detail: "late" } }),
    });
    await problemIn(await scene.push("run-1"), 503, expect);
  });

  it("leaves the run to the sweep where the engine is shut", async ({ expect }) => {
    const scene = await pushScene();
    const { id } = await runningOne(scene);
    await scene.bridge.gate.pause("default");
    expect((await scene.push("run-1")).status).toBe(202);
    await scene.settled();
    expect(scene.bridge.fakeEngine.of("get")).toHaveLength(0);
    expect(await scene.stored(id)).toMatchObject({ run: "running" });
  });
});

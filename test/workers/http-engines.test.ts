// The operations API over engines: how each stands, and pausing and resuming one by hand.
import { describe, it } from "vitest";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { openGates } from "./gates.ts";
import { ADMIN, http } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

function withGate() {
  const room = openGates();
  const over = http({ gate: room.gate(createFakeClock(Date.UTC(2026, 10, 23, 12)), () => undefined) });
  const post = (path: string) =>
    over.fetch(`/api/engines/${path}`, { method: "POST", headers: { authorization: `Bearer ${ADMIN}` } });
  return { room, post, ...over };
}

const WORKING = {
  id: "default",
  state: "working",
  breaker: "closed",
  openedAt: null,
  paused: null,
  retryAfter: null,
  inFlight: 0,
  preset: "transactionlink",
  tokens: null,
};

describe("/api/engines", () => {
  it("lists every engine of the configuration and how it stands", async ({ expect }) => {
    const { api, room } = withGate();
    room.limits = { perSecond: 2, burst: 7, maxConcurrent: 3 };
    expect(await (await api("/engines")).json()).toEqual({ engines: [{ ...WORKING, tokens: 7 }] });
  });

  it("pauses an engine and resumes it, and says how it stands then", async ({ expect }) => {
    const { post, api, bridge } = withGate();
    const paused = { ...WORKING, state: "paused", paused: { why: "by-hand", since: "2026-11-23T12:00:00.000Z" } };
    expect(await (await post("default/pause")).json()).toEqual(paused);
    expect(await (await api("/engines")).json()).toEqual({ engines: [paused] });
    expect((await bridge.gate.enter("default", 1)).open).toBe(false);
    expect(await (await post("default/resume")).json()).toEqual(WORKING);
  });

  it("says throttled, failing or unauthorized where it is", async ({ expect }) => {
    const { room, api } = withGate();
    const at = Date.UTC(2026, 10, 23, 12);
    const state = async () => (await (await api("/engines")).json<{ engines: { state: string }[] }>()).engines[0];
    await room.stub().leave(at, room.limits, "a", [{ reason: "throttled", retryAfterMs: 60_000 }]);
    expect(await state()).toMatchObject({ state: "throttled", retryAfter: "2026-11-23T12:01:00.000Z" });
    await room.stub().resume(at);
    await room.stub().leave(
      at,
      room.limits,
      "b",
      Array.from({ length: 5 }, () => ({ reason: "uncertain" as const })),
    );
    expect(await state()).toMatchObject({ state: "failing", breaker: "open", openedAt: "2026-11-23T12:00:00.000Z" });
    await room.stub().leave(at, room.limits, "c", [{ reason: "unauthorized" }]);
    expect(await state()).toMatchObject({ state: "unauthorized", paused: { why: "unauthorized" } });
  });

  it("says unknown where a gate cannot be reached, and that nothing was done", async ({ expect }) => {
    const { room, post, api, lines } = withGate();
    room.broken = () => {
      throw new Error("no such object");
    };
    expect(await (await api("/engines")).json()).toMatchObject({ engines: [{ id: "default", state: "unknown" }] });
    const problem = await problemIn(await post("default/pause"), 503, expect);
    expect(problem.detail).toContain("could not be paused");
    expect(lines.map(({ name }) => name)).toContain("gate.unreachable");
  });

  it("knows no other engine, no other method, and nobody without the token", async ({ expect }) => {
    const { post, fetch, api } = withGate();
    await problemIn(await post("other/pause"), 404, expect);
    await problemIn(await api("/engines/default/pause"), 405, expect);
    await problemIn(await fetch("/api/engines", { method: "GET" }), 401, expect);
    await problemIn(await fetch("/api/engines/default/resume", { method: "POST" }), 401, expect);
  });
});

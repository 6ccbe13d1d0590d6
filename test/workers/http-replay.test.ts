// The operations API on replays and cancels, over the real ledger.
import { describe, it } from "vitest";
import { ADMIN, type Http, http, type Receipt, type StripeEvent } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

async function having(...events: StripeEvent[]): Promise<Http & { readonly ids: readonly string[] }> {
  const over = http();
  const ids: string[] = [];
  for (const event of events) {
    const { executions } = await (await over.stripe(event)).json<Receipt>();
    ids.push(...executions.map(({ id }) => id));
  }
  await over.settled();
  return { ...over, ids };
}

function post(over: Http, path: string, body: unknown, key?: string): Promise<Response> {
  const named: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
  const headers = { authorization: `Bearer ${ADMIN}`, ...named };
  return over.fetch(`/api${path}`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

interface Replayed {
  readonly outcome: string;
  readonly idempotencyKey: string;
  readonly executions: readonly { readonly id: string; readonly outcome: string }[];
}

interface Portion {
  readonly counts: Record<string, number>;
  readonly reasons: Record<string, { readonly count: number }>;
  readonly replayed: readonly Replayed[];
  readonly next: string | null;
}

const FAILED = { id: "evt_1", ends: "failed" } as const;

describe("one execution", () => {
  it("is started again: 202, the new one is followed at once, and both tell of it", async ({ expect }) => {
    const over = await having(FAILED);
    const response = await post(over, `/executions/${over.ids[0]}/replay`, { intent: "restart" });
    expect(response.status).toBe(202);
    const { executions, ...replayed } = await response.json<Replayed>();
    expect(replayed).toMatchObject({ outcome: "started", dedupe: expect.stringContaining("The key goes to the new") });
    await over.settled();
    expect(await (await over.api(`/executions/${executions[0]?.id}`)).json()).toMatchObject({
      state: "failed",
      runId: "run_2",
      replay: { of: over.ids[0], intent: "restart" },
      dedupeKey: "evt_1",
    });
    expect(await (await over.api(`/executions/${over.ids[0]}`)).json()).toMatchObject({
      timeline: expect.arrayContaining([expect.objectContaining({ step: "replay", outcome: "restart" })]),
    });
  });

  it("under the same Idempotency-Key is started once: then 200", async ({ expect }) => {
    const over = await having(FAILED);
    const path = `/executions/${over.ids[0]}/replay`;
    const first = await (await post(over, path, { intent: "re-evaluate" }, "key-1")).json<Replayed>();
    await over.settled();
    const response = await post(over, path, { intent: "re-evaluate" }, "key-1");
    expect(response.status).toBe(200);
    const executions = [{ id: first.executions[0]?.id, outcome: "repeated" }];
    expect(await response.json()).toMatchObject({ outcome: "repeated", idempotencyKey: "key-1", executions });
    expect((await (await post(over, path, { intent: "restart" })).json<Replayed>()).outcome).toBe("started");
  });

  it("is previewed, and nothing is done", async ({ expect }) => {
    const over = await having(FAILED);
    const response = await post(over, `/executions/${over.ids[0]}/replay`, { intent: "restart", preview: true });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      would: "start",
      dedupe: expect.any(String),
      executions: [
        {
          recordId: expect.any(String),
          dedupeKey: "evt_1",
          start: { parameters: { customer: "cus_1" } },
          obstacle: null,
        },
      ],
    });
    expect((await (await over.api("/executions")).json<{ executions: unknown[] }>()).executions).toHaveLength(1);
  });

  it("has its end sent again, and its result fetched", async ({ expect }) => {
    const over = await having(FAILED);
    const path = `/executions/${over.ids[0]}/replay`;
    expect((await post(over, path, { intent: "resend", callback: "crm" })).status).toBe(202);
    await over.settled();
    expect((await post(over, path, { intent: "refetch" })).status).toBe(200);
    const { timeline } = await (await over.api(`/executions/${over.ids[0]}`)).json<{ timeline: { step: string }[] }>();
    expect(timeline.map(({ step }) => step).slice(-3)).toEqual(["callback", "replay", "callback"]);
  });

  it.for([
    [{ intent: "restart" }, "goes-on", "cancel it first"],
    [{ intent: "re-evaluate" }, "key-in-use", "cancel it first"],
    [{ intent: "re-evaluate", revision: "then" }, "revision-gone", "Leave revision out"],
    [{ intent: "refetch" }, "goes-on", "when it ends"],
    [{ intent: "resend" }, "goes-on", "when it comes"],
  ] as const)("that goes on refuses %o with 409 and the reason", async ([body, type, words], { expect }) => {
    const over = await having({ id: "evt_1" });
    const problem = await problemIn(await post(over, `/executions/${over.ids[0]}/replay`, body), 409, expect);
    expect([problem.type, problem.detail]).toEqual([type, expect.stringContaining(words)]);
  });

  it("that is not there is a 404, and an engine out of reach a 503", async ({ expect }) => {
    await problemIn(await post(http(), "/executions/exe_0_1/replay", { intent: "restart" }), 404, expect);
    const over = await having(FAILED);
    const get = async () => ({ ok: false, error: { reason: "unavailable", detail: "HTTP 503" } }) as const;
    const engine = over.bridge.engine("default");
    const without = http({ ledger: over.bridge.ledger, engine: () => engine && { ...engine, get } });
    const answer = await post(without, `/executions/${over.ids[0]}/replay`, { intent: "refetch" });
    expect((await problemIn(answer, 503, expect)).detail).toContain("Ask again");
  });
});

describe("a body that makes no sense is told, by its field", () => {
  it.for([
    ["", "JSON"],
    ["[]", "body"],
    [{}, "intent"],
    [{ intent: "repeat" }, "intent"],
    [{ intent: "restart", revision: "then" }, "revision: only for re-evaluate"],
    [{ intent: "refetch", callback: "crm" }, "callback: only for resend"],
    [{ intent: "resend", callback: "CRM!" }, "callback"],
    [{ intent: "restart", preveiw: true }, "preveiw"],
  ] as const)("%o", async ([body, words], { expect }) => {
    const problem = await problemIn(await post(http(), "/executions/exe_0_1/replay", body), 400, expect);
    expect(problem.detail).toContain(words);
  });

  it.for([
    [{ intent: "restart" }, "filter"],
    [{ intent: "restart", filter: {} }, "filter: name at least one of state"],
    [{ intent: "restart", filter: { state: "done" } }, "filter.state"],
    [{ intent: "restart", filter: { since: "yesterday" } }, "filter.since: expected a time in ISO 8601"],
    [{ intent: "restart", filter: { rule: "r" }, limit: 101 }, "limit"],
    [{ intent: "restart", filter: { rule: "r" }, cursor: "7" }, "cursor"],
  ] as const)("%o in bulk", async ([body, words], { expect }) => {
    expect((await problemIn(await post(http(), "/replays", body), 400, expect)).detail).toContain(words);
  });

  it("nor a key that cannot be one, nor a body too large", async ({ expect }) => {
    for (const key of ["a b", "x".repeat(201)]) {
      const answer = await post(http(), "/replays", { intent: "restart", filter: { rule: "r" } }, key);
      expect((await problemIn(answer, 400, expect)).detail).toContain("Idempotency-Key");
    }
    await problemIn(await post(http(), "/replays", "x".repeat(20_000)), 413, expect);
  });
});

describe("in bulk", () => {
  const EVENTS: StripeEvent[] = [1, 2, 3, 4, 5].map((n) => ({ id: `evt_${n}`, customer: `cus_${n}`, ends: "failed" }));
  const body = { intent: "restart", filter: { state: "failed" } } as const;

  it("an estimate tells what would be done; portions do it, and repeated they start nothing", async ({ expect }) => {
    const over = await having(...EVENTS, { id: "evt_6", customer: "cus_6" });
    const estimated = await (
      await post(over, "/replays", { ...body, filter: { source: "stripe" }, preview: true })
    ).json();
    expect(estimated).toMatchObject({
      looked: 6,
      complete: true,
      counts: { start: 5, "be-refused": 1 },
      reasons: { "goes-on": { count: 1 } },
      starts: 5,
    });
    const answer = await post(over, "/replays", { ...body, limit: 3 }, "bulk-1");
    const first = await answer.json<Portion>();
    expect([answer.status, first.counts.started]).toEqual([202, 3]);
    const second = await (
      await post(over, "/replays", { ...body, limit: 3, cursor: first.next }, "bulk-1")
    ).json<Portion>();
    expect([second.counts.started, second.next]).toEqual([2, null]);
    await over.settled();
    const repeated = await post(over, "/replays", { ...body, limit: 100 }, "bulk-1");
    expect([repeated.status, (await repeated.json<Portion>()).counts]).toMatchObject([
      200,
      { started: 0, repeated: 5 },
    ]);
    expect((await (await over.api("/executions")).json<{ executions: unknown[] }>()).executions).toHaveLength(11);
  });

  it("takes times, as the list does", async ({ expect }) => {
    const over = await having(FAILED);
    for (const [since, looked] of [
      ["2026-11-23T12:00:00Z", 1],
      ["2026-11-23T13:00:00+01:00", 1],
      ["2026-11-23T12:00:00.001Z", 0],
    ] as const) {
      const estimated = await post(over, "/replays", { intent: "resend", filter: { since }, preview: true });
      expect(await estimated.json()).toMatchObject({ looked });
      const listed = await over.api(`/executions?since=${encodeURIComponent(since)}`);
      expect((await listed.json<{ executions: unknown[] }>()).executions).toHaveLength(looked);
    }
  });
});

describe("a cancel", () => {
  it("is noted, told with what follows, and carried out at once", async ({ expect }) => {
    const over = await having({ id: "evt_1" });
    const response = await post(over, `/executions/${over.ids[0]}/cancel`, "");
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      id: over.ids[0],
      state: "running",
      cancelRequest: { by: "the operations API" },
      detail: expect.stringContaining("asked to cancel the run"),
    });
    await over.settled();
    const { timeline } = await (await over.api(`/executions/${over.ids[0]}`)).json<{ timeline: { step: string }[] }>();
    expect(timeline.at(-1)).toMatchObject({ step: "cancel", outcome: "accepted" });
  });

  it("of what is over is a 409, and of what is not there a 404", async ({ expect }) => {
    const over = await having(FAILED);
    const problem = await problemIn(await post(over, `/executions/${over.ids[0]}/cancel`, ""), 409, expect);
    expect([problem.type, problem.detail]).toEqual(["over", "It is over already: failed."]);
    await problemIn(await post(over, "/executions/exe_0_1/cancel", ""), 404, expect);
  });
});

it("the addresses take POST only, and nobody without the token", async ({ expect }) => {
  for (const path of ["/executions/exe_0_1/replay", "/executions/exe_0_1/cancel", "/replays"]) {
    const response = await http().api(path);
    expect(response.headers.get("allow")).toBe("POST");
    await problemIn(response, 405, expect);
    await problemIn(await http().fetch(`/api${path}`, { method: "POST" }), 401, expect);
  }
});

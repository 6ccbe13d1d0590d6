// The operations API: who may use it, what it lists, what it tells of one execution.
import { describe, it } from "vitest";
import { ADMIN, type Http, http, NOW, type Receipt, type StripeEvent } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

interface Page {
  readonly executions: readonly { readonly id: string; readonly event: { readonly id: string } }[];
  readonly next: string | null;
}

const ISO_NOW = new Date(NOW).toISOString();
const PATHS = ["/api/executions", "/api/executions/exe_0_1", "/api/elsewhere", "/api"];

/** A bridge that has taken these webhooks and done what follows them. */
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

async function page(over: Http, query = ""): Promise<Page> {
  const response = await over.api(`/executions${query}`);
  if (response.status !== 200) throw new Error(await response.text());
  return response.json<Page>();
}

async function eventsOf(over: Http, query: string): Promise<string[]> {
  return (await page(over, query)).executions.map(({ event }) => event.id).sort();
}

describe("whoever has no right to the API", () => {
  it.for([undefined, ""])("is told that it is closed where ADMIN_TOKEN is %j", async (adminToken, { expect }) => {
    const { fetch } = http({}, { adminToken });
    for (const path of PATHS) {
      for (const authorization of ["Bearer ", "Bearer undefined", `Bearer ${ADMIN}`]) {
        const response = await fetch(path, { headers: { authorization } });
        const problem = await problemIn(response, 403, expect);
        expect([problem.type, problem.detail]).toEqual(["api-closed", expect.stringContaining("ADMIN_TOKEN")]);
      }
    }
  });

  it.for([
    ["no Authorization", undefined],
    ["another token", "Bearer another-token-of-the-tests"],
    ["the beginning of the token", `Bearer ${ADMIN.slice(0, -1)}`],
    ["more than the token", `Bearer ${ADMIN}x`],
    ["an empty token", "Bearer "],
    ["the token without Bearer", ADMIN],
    ["the token as Basic", `Basic ${btoa(`admin:${ADMIN}`)}`],
    ["two tokens", `Bearer ${ADMIN} ${ADMIN}`],
  ] as const)("with %s is unauthorized, on every path", async ([, authorization], { expect }) => {
    const { fetch } = http();
    for (const path of PATHS) {
      const response = await fetch(path, authorization === undefined ? {} : { headers: { authorization } });
      expect(response.headers.get("www-authenticate")).toBe('Bearer realm="hookspan"');
      expect((await problemIn(response, 401, expect)).type).toBe("unauthorized");
    }
  });

  it("learns nothing of the configuration's faults", async ({ expect }) => {
    const { fetch } = http(
      {},
      { bridge: { ok: false, error: { reason: "misconfigured", faults: [{ path: "rules[0]", message: "wrong" }] } } },
    );
    expect((await problemIn(await fetch("/api/executions"), 401, expect)).detail).not.toContain("rules");
  });
});

describe("the list of executions", () => {
  it("is empty at first, and is not to be cached", async ({ expect }) => {
    const response = await http().api("/executions");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({ executions: [], next: null });
  });

  it("tells of each execution how it stands, without payloads", async ({ expect }) => {
    const over = await having({ id: "evt_1", customer: "cus_private", ends: "succeeded" });
    const [execution, ...others] = (await page(over)).executions;
    expect(others).toEqual([]);
    expect(execution).toEqual({
      id: over.ids[0],
      rule: "kyb-on-subscription",
      engine: "default",
      revision: 0,
      state: "succeeded",
      reason: null,
      recordId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      runId: "run_1",
      dedupeKey: "evt_1",
      event: {
        id: "evt_1",
        source: "stripe",
        type: "customer.subscription.created",
        subject: "sub_of_evt_1",
        time: ISO_NOW,
      },
      replay: null,
      cancel: null,
      canceled: [],
      cancelRequest: null,
      startAttempts: 1,
      uncertainStarts: 0,
      deliveries: [{ callback: "crm", state: "delivered", attempts: 1, nextAt: null }],
      admittedAt: ISO_NOW,
      startedAt: ISO_NOW,
      expiresAt: null,
      endedAt: ISO_NOW,
    });
    expect(JSON.stringify(execution)).not.toContain("cus_private");
  });

  it("takes the scheme of the token in any case", async ({ expect }) => {
    const { fetch } = http();
    for (const authorization of [`bearer ${ADMIN}`, `BEARER  ${ADMIN}`]) {
      expect((await fetch("/api/executions", { headers: { authorization } })).status).toBe(200);
    }
  });
});

describe("a filter", () => {
  const EVENTS: StripeEvent[] = [
    { id: "evt_running", customer: "cus_1" },
    { id: "evt_succeeded", customer: "cus_1", ends: "succeeded" },
    { id: "evt_failed", customer: "cus_2", ends: "failed" },
    { id: "evt_rejected", customer: "cus_3", ends: "rejected" },
  ];

  it.for([
    ["?state=running", ["evt_running"]],
    ["?state=succeeded", ["evt_succeeded"]],
    ["?state=rejected", ["evt_rejected"]],
    ["?state=held", []],
    ["?delivery=delivered", ["evt_failed", "evt_rejected", "evt_succeeded"]],
    ["?delivery=due", ["evt_running"]],
    ["?rule=kyb-on-subscription", ["evt_failed", "evt_rejected", "evt_running", "evt_succeeded"]],
    ["?rule=another", []],
    ["?source=signup", []],
    ["?source=stripe&state=failed&delivery=delivered", ["evt_failed"]],
  ] as const)("%s gives what it says", async ([query, expected], { expect }) => {
    expect(await eventsOf(await having(...EVENTS), query)).toEqual(expected);
  });

  it("by record finds what is about one customer, in either case of the UUID", async ({ expect }) => {
    const over = await having(...EVENTS);
    const { recordId } = await (await over.api(`/executions/${over.ids[0]}`)).json<{ recordId: string }>();
    for (const id of [recordId, recordId.toUpperCase()]) {
      expect(await eventsOf(over, `?recordId=${id}`)).toEqual(["evt_running", "evt_succeeded"]);
    }
  });
});

describe("pages", () => {
  const SEVEN = Array.from({ length: 7 }, (_, index) => ({ id: `evt_${index}`, customer: `cus_${index}` }));

  it.for([1, 2, 3, 7])("of %i give every execution once, however many shards there are", async (limit, { expect }) => {
    const over = await having(...SEVEN);
    const seen: string[] = [];
    let cursor: string | null = "";
    let pages = 0;
    while (cursor !== null && pages < 10) {
      const { executions, next }: Page = await page(over, `?limit=${limit}${cursor && `&cursor=${cursor}`}`);
      seen.push(...executions.map(({ id }) => id));
      cursor = next;
      pages += 1;
    }
    expect(pages).toBe(Math.ceil(7 / limit));
    expect(seen).toHaveLength(7);
    expect(new Set(seen)).toEqual(new Set(over.ids));
  });

  it("keep the filter", async ({ expect }) => {
    const over = await having(...SEVEN, { id: "evt_end", ends: "succeeded" });
    const { executions, next } = await page(over, "?state=running&limit=6");
    const rest = await page(over, `?state=running&limit=6&cursor=${next}`);
    expect([executions.length, rest.executions.length, rest.next]).toEqual([6, 1, null]);
  });
});

describe("a query that makes no sense is told, by its parameter", () => {
  it.for([
    ["?state=done", "state"],
    ["?delivery=none", "delivery"],
    ["?rule=", "rule"],
    ["?source=", "source"],
    ["?recordId=cus_1", "recordId"],
    ["?cursor=exe_0", "cursor"],
    ["?cursor=exe_00_01", "cursor"],
    ["?cursor=exe_0_zzzzzzzzzzz", "cursor"],
    ["?limit=0", "limit"],
    ["?limit=201", "limit"],
    ["?limit=1.5", "limit"],
    ["?limit=many", "limit"],
    ["?limit=", "limit"],
    ["?sate=running", "sate"],
  ] as const)("%s", async ([query, parameter], { expect }) => {
    const problem = await problemIn(await http().api(`/executions${query}`), 400, expect);
    expect(problem.type).toBe("bad-request");
    expect(problem.detail).toContain(parameter);
  });

  it("all of them at once", async ({ expect }) => {
    const { detail } = await problemIn(await http().api("/executions?state=done&limit=0"), 400, expect);
    expect(detail).toMatch(/state: .*; limit: /);
  });
});

// The Worker as it is deployed, from its entry: bundled configuration, composition root, ledger. The engine is the
// simulator, reached in place of the network. And /healthz, on which monitors rely.

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { OVERDUE_AFTER_MS, scheduledSweep } from "../../src/bridge/watchdog.ts";
import { err } from "../../src/core/result.ts";
import worker from "../../src/index.ts";
import { openConfigRoom } from "./config-objects.ts";
import { control, simulatorFetch } from "./engine-simulator.ts";
import { ADMIN, http, NOW, type Receipt, SECRETS, stripeSignature } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

const BODY = JSON.stringify({
  id: "evt_entry",
  type: "customer.subscription.created",
  data: { object: { id: "sub_entry", customer: "cus_entry", status: "active", metadata: {}, plan: { amount: 4_900 } } },
});

/** The deployment's bindings. A new object each time, for the setup is kept by it. */
function bindings(secrets: Readonly<Record<string, string>>): Env {
  return { LEDGER: env.LEDGER, ACCESS: env.ACCESS, CONFIG: openConfigRoom().namespace, ...secrets } as unknown as Env;
}

async function request(path: string, init: RequestInit<IncomingRequestCfProperties>, to: Env): Promise<Response> {
  const context = createExecutionContext();
  const incoming = new Request(`https://bridge.example.com${path}`, init);
  const response = await worker.fetch(incoming, to, context);
  await waitOnExecutionContext(context);
  return response;
}

beforeEach(() => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockReturnValue(undefined);
});
afterEach(() => void vi.restoreAllMocks());

describe("the Worker", () => {
  it("takes a webhook, and after the answer starts its run, fetches its result and calls back", async ({ expect }) => {
    const calls: string[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
      const { host, pathname } = new URL(String(url));
      calls.push(`${init?.method} ${host}${pathname}`);
      return host === "crm.example.com" ? new Response(null, { status: 204 }) : simulatorFetch(String(url), init);
    });
    await control("PUT", "settings", { runsForMs: 0 });
    const own = bindings({ ...SECRETS, ADMIN_TOKEN: ADMIN });
    const headers = {
      "content-type": "application/json",
      "stripe-signature": await stripeSignature(BODY, SECRETS.STRIPE_WEBHOOK_SECRET, Date.now()),
    };
    const response = await request("/in/stripe", { method: "POST", body: BODY, headers }, own);
    const { executions } = await response.json<Receipt>();
    expect([response.status, executions.length]).toEqual([202, 1]);
    const authorization = `Bearer ${ADMIN}`;
    const answer = await request(`/api/executions/${executions[0]?.id}`, { headers: { authorization } }, own);
    const execution = await answer.json<{ runId: string }>();
    expect(execution).toMatchObject({
      rule: "kyb-on-subscription",
      state: "succeeded",
      result: { outcome: "APPROVED" },
      deliveries: [{ callback: "crm", state: "delivered" }],
    });
    const run = `api.transactionlink.io/workflows/${execution.runId}`;
    expect(calls).toEqual([
      "POST api.transactionlink.io/workflows",
      `GET ${run}`,
      `GET ${run}/result`,
      "POST crm.example.com/hooks/kyb",
    ]);
  });

  it("without its secrets is closed, and tells the operator alone which are missing", async ({ expect }) => {
    const bare = bindings({ ADMIN_TOKEN: ADMIN });
    const refused = await problemIn(await request("/in/stripe", { method: "POST", body: BODY }, bare), 503, expect);
    expect(refused.detail).not.toContain("STRIPE_WEBHOOK_SECRET");
    const headers = { authorization: `Bearer ${ADMIN}` };
    const { detail } = await problemIn(await request("/api/executions", { headers }, bare), 503, expect);
    for (const name of ["TRANSACTIONLINK_TOKEN", "STRIPE_WEBHOOK_SECRET", "CRM_CALLBACK_SECRET"]) {
      expect(detail).toContain(name);
    }
    expect(detail).toContain("sources.stripe.secrets[0]");
  });

  it("without ADMIN_TOKEN keeps the API closed", async ({ expect }) => {
    const headers = { authorization: "Bearer undefined" };
    await problemIn(await request("/api/executions", { headers }, bindings(SECRETS)), 403, expect);
  });
});

describe("a share of a sweep", () => {
  it("reaches an invocation of the same Worker, which says where it has no configuration to work by", async ({
    expect,
  }) => {
    const order = { shards: [0, 1], until: Date.now() + 60_000, shutUntil: [] };
    const { exports } = createExecutionContext();
    // The test's own Worker has no secrets, and so no bridge: the call has reached it.
    expect(await exports.SweepShare.sweepShards(order, undefined)).toBeNull();
  });

  it("is reached by no route", async ({ expect }) => {
    const response = await request("/sweepShards", { method: "POST" }, bindings({ ...SECRETS, ADMIN_TOKEN: ADMIN }));
    expect(response.status).toBe(404);
  });
});

describe("/healthz", () => {
  it("is 200 where everything is well, open to everyone and not cached", async ({ expect }) => {
    const { bridge, fetch } = http();
    await scheduledSweep(bridge);
    const response = await fetch("/healthz");
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await response.json()).toEqual({ status: "ok", checks: { configuration: "ok", ledger: "ok", sweep: "ok" } });
  });

  it("is 200 before the first sweep, and 503 once none has come for five minutes", async ({ expect }) => {
    const { bridge } = http();
    const at = async (now: number) => {
      const response = await http({ ledger: bridge.ledger, now: () => now }).fetch("/healthz");
      return [response.status, (await response.json<{ checks: { sweep: string } }>()).checks.sweep];
    };
    expect(await at(NOW)).toEqual([200, "unknown"]);
    await scheduledSweep(bridge);
    expect(await at(NOW + OVERDUE_AFTER_MS)).toEqual([200, "ok"]);
    expect(await at(NOW + OVERDUE_AFTER_MS + 1)).toEqual([503, "failing"]);
  });

  it("is 503 for a refused configuration, and says nothing of it", async ({ expect }) => {
    const faults = [{ path: "sources.stripe.secrets[0]", message: "the Worker has no secret" }];
    const response = await http({}, { bridge: err({ reason: "misconfigured", faults }) }).fetch("/healthz");
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: "failing",
      checks: { configuration: "failing", ledger: "unknown", sweep: "unknown" },
    });
  });

  it("is 503 while the ledger cannot be reached, and says nothing of it", async ({ expect }) => {
    const { bridge } = http();
    const marks = async () => {
      throw new Error("Durable Object storage operation exceeded timeout");
    };
    const response = await http({ ledger: { ...bridge.ledger, marks } }).fetch("/healthz");
    expect(response.status).toBe(503);
    const checks = { configuration: "ok", ledger: "failing", sweep: "unknown" };
    expect(await response.json()).toEqual({ status: "failing", checks });
  });

  it("takes GET and HEAD only", async ({ expect }) => {
    const { fetch } = http();
    expect((await fetch("/healthz", { method: "HEAD" })).status).toBe(200);
    const response = await fetch("/healthz", { method: "POST" });
    expect(response.headers.get("allow")).toBe("GET");
    await problemIn(response, 405, expect);
  });
});

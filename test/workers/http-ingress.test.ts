// POST /in/:source with a webhook that is let in: the receipt, repetitions, and what goes on after the answer.
import { describe, it } from "vitest";
import { http, type Receipt, SECRETS, stripeBody, stripeSignature } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

const RECORD = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe("a webhook signed by Stripe", () => {
  it("is answered 202 with a receipt that names the execution", async ({ expect }) => {
    const response = await http().stripe({ id: "evt_1" });
    expect(response.status).toBe(202);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({
      events: [{ id: "evt_1", type: "customer.subscription.created" }],
      executions: [
        {
          event: "evt_1",
          id: expect.stringMatching(/^exe_[0-9a-z]+_[0-9a-z]+$/),
          rule: "kyb-on-subscription",
          recordId: expect.stringMatching(RECORD),
          outcome: "new",
          state: "starting",
        },
      ],
    });
  });

  it("is a duplicate when it comes again, with the same execution as it stands by then", async ({ expect }) => {
    const { stripe, settled } = http();
    const first = await (await stripe({ id: "evt_1", ends: "succeeded" })).json<Receipt>();
    await settled();
    const response = await stripe({ id: "evt_1", ends: "succeeded" });
    const again = await response.json<Receipt>();
    expect(response.status).toBe(202);
    expect(again.events).toEqual(first.events);
    expect(again.executions).toEqual([{ ...first.executions[0], outcome: "duplicate", state: "succeeded" }]);
  });

  it("that no rule wants is answered 202 too, without an execution, and recorded as unmatched", async ({ expect }) => {
    const { stripe, api } = http();
    const response = await stripe({ id: "evt_1", type: "invoice.paid" });
    expect([response.status, (await response.json<Receipt>()).executions]).toEqual([202, []]);
    const { executions } = await (await api("/executions?state=unmatched")).json<{ executions: unknown[] }>();
    expect(executions).toMatchObject([
      { rule: null, state: "unmatched", event: { id: "evt_1", type: "invoice.paid" } },
    ]);
  });

  it("posted fifty times at once is one execution and forty-nine duplicates of it", async ({ expect }) => {
    const { fetch, settled, lines } = http();
    const body = stripeBody({ id: "evt_1" });
    const headers = { "content-type": "application/json", "stripe-signature": await stripeSignature(body) };
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => fetch("/in/stripe", { method: "POST", body, headers })),
    );
    const receipts = await Promise.all(responses.map((response) => response.json<Receipt>()));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([202]));
    const executions = receipts.flatMap((receipt) => receipt.executions);
    expect(new Set(executions.map(({ id }) => id)).size).toBe(1);
    expect(executions.filter(({ outcome }) => outcome === "new")).toHaveLength(1);
    expect(executions.filter(({ outcome }) => outcome === "duplicate")).toHaveLength(49);
    await settled();
    expect(lines.filter(({ name }) => name === "execution.advanced")).toHaveLength(1);
  });

  it("is let in with either of two signatures while Stripe rotates", async ({ expect }) => {
    const { fetch } = http();
    const body = stripeBody({ id: "evt_1" });
    const [own, other] = [await stripeSignature(body), await stripeSignature(body, "whsec_another")];
    const header = `${other},${own.slice(own.indexOf("v1="))}`;
    const headers = { "content-type": "application/json", "stripe-signature": header };
    expect((await fetch("/in/stripe", { method: "POST", body, headers })).status).toBe(202);
  });

  it("is written down in one line, without its payload, its signature or a secret", async ({ expect }) => {
    const { stripe, settled, lines } = http();
    await stripe({ id: "evt_1", customer: "cus_private", ends: "succeeded" });
    await settled();
    expect(lines[0]).toEqual({
      level: "info",
      name: "webhook.received",
      fields: {
        source: "stripe",
        events: 1,
        event: "evt_1",
        type: "customer.subscription.created",
        matched: 1,
        new: 1,
        invalid: 0,
        secretIndex: 0,
        durationMs: 0,
      },
    });
    const text = JSON.stringify(lines);
    for (const unwanted of ["cus_private", "v1=", ...Object.values(SECRETS)]) expect(text).not.toContain(unwanted);
  });
});

describe("a webhook with a token", () => {
  const post = (body: string, type = "application/json") => ({
    method: "POST",
    body,
    headers: { "content-type": type, "x-webhook-token": SECRETS.PARTNER_TOKEN ?? "" },
  });

  it("is let in, and its execution has no record where the rule names none", async ({ expect }) => {
    const response = await http().fetch("/in/partner", post('{"id":"p_1","type":"order"}'));
    expect(await response.json<Receipt>()).toMatchObject({
      events: [{ id: "p_1", type: "order" }],
      executions: [{ rule: "on-partner", recordId: null, outcome: "new" }],
    });
  });

  it("may have a query, which is the sender's own business", async ({ expect }) => {
    expect((await http().fetch("/in/partner?tenant=7", post('{"id":"p_1"}'))).status).toBe(202);
  });
});

describe("after the answer", () => {
  it("the run is started, followed and called back, whatever the sender does", async ({ expect }) => {
    const { stripe, settled, api } = http();
    const { executions } = await (await stripe({ id: "evt_1", ends: "succeeded" })).json<Receipt>();
    await settled();
    expect(await (await api(`/executions/${executions[0]?.id}`)).json()).toMatchObject({
      state: "succeeded",
      runId: "run_1",
      deliveries: [{ callback: "crm", state: "delivered" }],
    });
  });

  it("nothing that fails reaches the sender: it is logged, and left to the sweep", async ({ expect }) => {
    const thrown = new Error("the engine's adapter has a bug");
    const { stripe, settled, lines, api } = http({
      engine: () => {
        throw thrown;
      },
    });
    expect((await stripe({ id: "evt_1" })).status).toBe(202);
    await settled();
    expect(lines.map(({ level, name }) => [level, name])).toContainEqual(["error", "fast-path.failed"]);
    expect(await (await api("/executions")).json()).toMatchObject({ executions: [{ state: "starting" }] });
  });

  it("a duplicate is not followed again", async ({ expect }) => {
    const { stripe, settled, lines } = http();
    await stripe({ id: "evt_1" });
    await settled();
    const before = lines.length;
    await stripe({ id: "evt_1" });
    await settled();
    expect(lines.slice(before).map(({ name, fields }) => [name, fields.new])).toEqual([["webhook.received", 0]]);
  });
});

describe("the receipt waits for the ledger", () => {
  it("and nothing of the engine: an engine that hangs delays no answer", async ({ expect }) => {
    const engine = http().bridge.engine("default");
    if (!engine) throw new Error("no engine");
    const { stripe } = http({ engine: () => ({ ...engine, start: () => new Promise<never>(() => undefined) }) });
    expect((await stripe({ id: "evt_1" })).status).toBe(202);
  });

  it("and is a refusal where the ledger fails", async ({ expect }) => {
    const { bridge } = http();
    const admit = async () => ({ ok: false, error: { reason: "ledger-unavailable", detail: "Error: gone" } }) as const;
    const { stripe, lines } = http({ ledger: { ...bridge.ledger, admit } });
    const response = await stripe({ id: "evt_1" });
    expect(response.headers.get("retry-after")).toBe("30");
    const { type } = await problemIn(response, 503, expect);
    expect(type).toBe("unavailable");
    expect(lines).toEqual([
      {
        level: "error",
        name: "webhook.refused",
        fields: { source: "stripe", reason: "ledger-unavailable", detail: "Error: gone" },
      },
    ]);
  });
});

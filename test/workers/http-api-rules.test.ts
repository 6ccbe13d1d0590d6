// POST /api/rules/test: an event, a raw request or a recorded execution, as the rules would take it; nothing comes of it.

import { describe, it } from "vitest";
import type { Bridge } from "../../src/bridge/ports.ts";
import type { Json } from "../../src/core/json.ts";
import { DEFAULT_RECORD_NAMESPACE, deriveRecordId } from "../../src/core/record-id.ts";
import { fakeConfigDesk } from "../fakes/fake-config.ts";
import { createFakeDesk } from "../fakes/fake-desk.ts";
import {
  CONFIG,
  type Http,
  http,
  NOW,
  type Receipt,
  readDocument,
  SECRETS,
  stripeBody,
  stripeSignature,
} from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";
import { openLedger } from "./ledger-objects.ts";

const [KYB, ...OTHER_RULES] = CONFIG.rules;

/** The first rule with a condition, an expiry and a key. */
const CHANGED = {
  ...CONFIG,
  rules: [
    {
      ...KYB,
      when: "data.object.customer = 'cus_1' and data.object.object = 'subscription'",
      start: { ...KYB?.start, expiresIn: "7d" },
      dedupe: { key: "{% data.object.customer %}", window: "1h", onDuplicate: "replace" },
    },
    ...OTHER_RULES,
  ],
};

const SUBSCRIPTION = {
  source: "stripe",
  type: "customer.subscription.created",
  id: "evt_1",
  time: "2026-11-23T10:00:00Z",
};
const CUSTOMER = { object: { customer: "cus_1", object: "subscription", ends: "succeeded" } };

// biome-ignore lint/suspicious/noExplicitAny: what is answered is checked by the tests, member by member
type Answer = any;

async function test({ api }: Http, body: unknown): Promise<Answer> {
  const response = await api("/rules/test", body);
  if (response.status !== 200) throw new Error(await response.text());
  return response.json();
}

async function signed(body: string, at = NOW, secret?: string) {
  const headers = {
    "content-type": "application/json",
    "stripe-signature": await stripeSignature(body, secret ?? SECRETS.STRIPE_WEBHOOK_SECRET ?? "", at),
  };
  return { source: "stripe", headers, body };
}

describe("an event", () => {
  it("is told with the start request exactly as the engine would get it, and why it is taken", async ({ expect }) => {
    const answer = await test(http(), { event: { ...SUBSCRIPTION, data: CUSTOMER }, config: CHANGED });
    expect(answer).toMatchObject({ revision: null, request: null, moreEvents: 0 });
    expect(answer.events).toHaveLength(1);
    const [{ event, recorded, taken, notTaken, others }] = answer.events;
    expect(event).toEqual({ ...SUBSCRIPTION, time: "2026-11-23T10:00:00.000Z", data: CUSTOMER, headers: {} });
    expect(recorded).toBe(true);
    const recordId = deriveRecordId(DEFAULT_RECORD_NAMESPACE, "cus_1");
    expect(taken).toEqual([
      {
        rule: "kyb-on-subscription",
        does: "start",
        reason: null,
        when: [
          {
            text: "data.object.customer = 'cus_1'",
            outcome: "true",
            values: [{ path: "data.object.customer", value: "cus_1" }],
          },
          {
            text: "data.object.object = 'subscription'",
            outcome: "true",
            values: [{ path: "data.object.object", value: "subscription" }],
          },
        ],
        expressions: [
          { path: "dedupe.key", text: "{% data.object.customer %}", outcome: "value", value: "cus_1" },
          { path: "start.recordId", text: "{% data.object.customer %}", outcome: "value", value: "cus_1" },
          { path: "start.parameters.customer", text: "{% data.object.customer %}", outcome: "value", value: "cus_1" },
          { path: "start.parameters.ends", text: "{% data.object.ends %}", outcome: "value", value: "succeeded" },
        ],
        recordId,
        engine: "default",
        start: {
          workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
          locale: "en",
          parameters: { customer: "cus_1", ends: "succeeded" },
          recordId,
          expiresAt: new Date(NOW + 7 * 86_400_000).toISOString(),
        },
        cancel: null,
        dedupe: { key: "cus_1", windowMs: 3_600_000, onDuplicate: "replace" },
        onUncertainStart: "retry",
        callbacks: ["crm"],
        known: null,
      },
    ]);
    expect(notTaken).toEqual(
      OTHER_RULES.map(({ id, source }) => ({ rule: id, failed: "source", expected: source, actual: "stripe" })),
    );
    expect(others).toEqual({ enabled: 0, source: 0, on: 0, when: 0, first: 0 });
  });

  it("that no rule takes names the condition that failed and the value that there was", async ({ expect }) => {
    const data = { object: { customer: "cus_2", object: "subscription" } };
    const { events } = await test(http(), { event: { ...SUBSCRIPTION, data }, config: CHANGED });
    expect(events[0]).toMatchObject({ taken: [], recorded: true });
    expect(events[0].notTaken[0]).toEqual({
      rule: "kyb-on-subscription",
      failed: "when",
      parts: [
        {
          text: "data.object.customer = 'cus_1'",
          outcome: "false",
          values: [{ path: "data.object.customer", value: "cus_2" }],
        },
        {
          text: "data.object.object = 'subscription'",
          outcome: "true",
          values: [{ path: "data.object.object", value: "subscription" }],
        },
      ],
    });
  });

  it("needs no more than source, type and data, and happens now where it does not say when", async ({ expect }) => {
    const event = { source: "partner", type: "x", data: null, headers: { "X-Shop": "a" } };
    const { events } = await test(http(), { event });
    expect(events[0].event).toEqual({
      id: "test-event",
      ...event,
      headers: { "x-shop": "a" },
      time: new Date(NOW).toISOString(),
    });
    // It has no record: to look for its key would be a search.
    expect(events[0].taken[0]).toMatchObject({ rule: "on-partner", recordId: null });
    expect(events[0].taken[0]).not.toHaveProperty("known");
  });
});

describe("a raw request", () => {
  it("that is rightly signed is verified, read and explained", async ({ expect }) => {
    const answer = await test(http(), { request: await signed(stripeBody({ id: "evt_7" })) });
    expect(answer).toMatchObject({
      revision: 0,
      request: { verified: true, secretIndex: 0, sourceState: "active", refused: null },
      events: [{ event: { id: "evt_7", source: "stripe" }, taken: [{ rule: "kyb-on-subscription", does: "start" }] }],
    });
    expect(answer).not.toHaveProperty("warning");
  });

  it("is checked at the time at which it came, and its bytes may come as base64", async ({ expect }) => {
    const dayBefore = NOW - 86_400_000;
    const { headers, body } = await signed(stripeBody({ id: "evt_7" }), dayBefore);
    const request = { source: "stripe", headers, bodyBase64: btoa(body) };
    expect((await test(http(), { request })).request).toMatchObject({ verified: false, refused: { reason: "stale" } });
    const receivedAt = new Date(dayBefore + 1_000).toISOString();
    expect(await test(http(), { request: { ...request, receivedAt } })).toMatchObject({
      request: { verified: true },
      events: [{ event: { id: "evt_7" } }],
    });
  });

  it("that is not proven ends there, with the reason", async ({ expect }) => {
    const request = await signed(stripeBody({ id: "evt_7" }), NOW, "whsec_another");
    const answer = await test(http(), { request });
    expect(answer).toMatchObject({
      request: { verified: false, secretIndex: null, refused: { stage: "verify", reason: "no-match", tried: 1 } },
      events: [],
    });
    expect(JSON.stringify(answer)).not.toContain(SECRETS.STRIPE_WEBHOOK_SECRET);
  });

  it("is taken unproven where somebody says so, with a mark", async ({ expect }) => {
    const request = {
      source: "stripe",
      headers: { "content-type": "application/json" },
      body: stripeBody({ id: "evt_7" }),
      verify: false,
    };
    const answer = await test(http(), { request });
    expect(answer).toMatchObject({
      request: { verified: null, refused: null },
      warning: expect.stringContaining("not proven"),
      events: [{ event: { id: "evt_7" }, taken: [{ rule: "kyb-on-subscription" }] }],
    });
  });

  it("that cannot be read or is too large is told so", async ({ expect }) => {
    const partner = { source: "partner", headers: { authorization: `Bearer ${SECRETS.PARTNER_TOKEN}` } };
    const json = { ...partner, headers: { ...partner.headers, "content-type": "application/json" } };
    const unreadable = await test(http(), { request: { ...json, body: "{", verify: false } });
    expect(unreadable).toMatchObject({
      request: { verified: null, refused: { stage: "normalise", reason: "malformed-json", message: /\S/ } },
      events: [],
    });
    const large = await test(http(), { request: { ...json, body: "x".repeat(1_001) } });
    expect(large.request.refused).toEqual({ stage: "body", reason: "body-too-large", maxBytes: 1_000 });
  });

  it("to a paused source is tried, and its source told to be paused", async ({ expect }) => {
    const config = { ...CONFIG, sources: { ...CONFIG.sources, stripe: { ...CONFIG.sources.stripe, state: "paused" } } };
    expect(await test(http(), { request: await signed(stripeBody({ id: "evt_7" })), config })).toMatchObject({
      request: { verified: true, sourceState: "paused" },
      events: [{ taken: [{ does: "start" }] }],
    });
  });
});

describe("what has been recorded", () => {
  it("is tried with the configuration in force, and tells what the ledger has under the key", async ({ expect }) => {
    const bridge = http();
    const { executions } = await (await bridge.stripe({ id: "evt_1" })).json<Receipt>();
    await bridge.settled();
    const { events } = await test(bridge, { execution: executions[0]?.id });
    expect(events[0]).toMatchObject({
      event: { id: "evt_1" },
      taken: [
        {
          rule: "kyb-on-subscription",
          known: {
            execution: executions[0]?.id,
            state: "running",
            admittedAt: new Date(NOW).toISOString(),
            windowEndsAt: new Date(NOW + 30 * 86_400_000).toISOString(),
            verdict: "duplicate",
          },
        },
      ],
    });
  });

  it("says of another event under the key what the ledger then really answers", async ({ expect }) => {
    for (const onDuplicate of ["skip", "skip-while-active", "retry-failed", "replace"]) {
      for (const ends of [undefined, "failed", "succeeded"] as const) {
        for (const second of ["evt_1", "evt_2"]) {
          const rule = { ...CHANGED.rules[0], dedupe: { key: "{% data.object.customer %}", onDuplicate } };
          const setup = readDocument({ ...CONFIG, rules: [rule] }, 0);
          if (!setup.ok) throw new Error(JSON.stringify(setup.error));
          const bridge = http({ setup: setup.value });
          await bridge.stripe({ id: "evt_1", ...(ends ? { ends } : {}) });
          await bridge.settled();
          const data = JSON.parse(stripeBody({ id: second })).data;
          const { events } = await test(bridge, { event: { ...SUBSCRIPTION, id: second, data } });
          const { executions } = await (await bridge.stripe({ id: second })).json<Receipt>();
          const { verdict } = events[0].taken[0].known;
          const outcome = verdict === "duplicate" ? "duplicate" : "new";
          expect([onDuplicate, ends, second, outcome]).toEqual([onDuplicate, ends, second, executions[0]?.outcome]);
        }
      }
    }
  });

  it("says that a key is free once its window is over, and that a shadow rule's record holds none", async ({
    expect,
  }) => {
    const ruleOf = (changes: object) => {
      const rule = { ...KYB, dedupe: { key: "{% data.object.customer %}", window: "1h", onDuplicate: "skip" } };
      const setup = readDocument({ ...CONFIG, rules: [{ ...rule, ...changes }] }, 0);
      if (!setup.ok) throw new Error(JSON.stringify(setup.error));
      return setup.value;
    };
    const event = { ...SUBSCRIPTION, id: "evt_2", data: CUSTOMER };
    const verdictOf = async (bridge: Http) => (await test(bridge, { event })).events[0].taken[0].known?.verdict;

    const { bridge, stripe } = http({ setup: ruleOf({}) });
    await stripe({ id: "evt_1" });
    const at = (now: number) => http({ ...bridge, now: () => now });
    expect(await verdictOf(at(NOW + 3_599_999))).toBe("duplicate");
    expect(await verdictOf(at(NOW + 3_600_000))).toBe("new");
    // Another key of the same record.
    const own = ruleOf({ dedupe: { key: "{% id %}" } });
    expect((await test(http({ ...bridge, setup: own }), { event })).events[0].taken[0].known).toBeNull();

    const looksOn = http({ setup: ruleOf({ shadow: true }) });
    await looksOn.stripe({ id: "evt_1" });
    expect(await verdictOf(looksOn)).toBe("duplicate");
    expect(await verdictOf(http({ ...looksOn.bridge, setup: ruleOf({}) }))).toBe("new");
  });

  it("may be tried with the configuration of then, of any revision that is kept, or of a document", async ({
    expect,
  }) => {
    const revisions = new Map<number, Json>([
      [3, CHANGED],
      [4, { ...CONFIG, rules: [] }],
    ]);
    const then = readDocument(CHANGED, 3);
    const now = readDocument(CONFIG, 5);
    if (!then.ok || !now.ok) throw new Error("refused");
    const config = fakeConfigDesk(readDocument, revisions);
    const before = http({ setup: then.value });
    const { executions } = await (await before.stripe({ id: "evt_1" })).json<Receipt>();
    const bridge = http({ setup: now.value, ledger: before.bridge.ledger }, { config });
    const execution = executions[0]?.id;

    const inForce = await test(bridge, { execution });
    expect([inForce.revision, inForce.events[0].taken[0].dedupe.key]).toEqual([5, "evt_1"]);
    const asThen = await test(bridge, { execution, revision: "then" });
    expect([asThen.revision, asThen.events[0].taken[0].dedupe.key]).toEqual([3, "cus_1"]);
    const asFourth = await test(bridge, { execution, revision: 4 });
    expect([asFourth.revision, asFourth.events[0].taken]).toEqual([4, []]);
    const asFifth = await test(bridge, { execution, revision: 5 });
    expect(asFifth.events).toEqual(inForce.events);
    const problem = await problemIn(await bridge.api("/rules/test", { execution, revision: 9 }), 404, expect);
    expect(problem.detail).toContain("Revision 9");
  });

  it("and an event that no rule took, with the rule that is to take it", async ({ expect }) => {
    const bridge = http();
    await bridge.stripe({ id: "evt_1", type: "customer.deleted" });
    const { executions } = await (await bridge.api("/executions?state=unmatched")).json<Answer>();
    const [{ id }] = executions;
    const rule = { ...KYB, on: ["customer.*"] };
    const { events } = await test(bridge, { execution: id, config: { ...CONFIG, rules: [rule] } });
    expect(events[0]).toMatchObject({ event: { type: "customer.deleted" }, taken: [{ does: "start" }] });
  });
});

it("starts nothing, writes nothing and notes nothing", async ({ expect }) => {
  const before = http();
  const { executions } = await (await before.stripe({ id: "evt_1" })).json<Receipt>();
  await before.settled();
  const count = async (): Promise<unknown> => (await before.bridge.ledger.list({ limit: 200 })).executions;
  const stored = await count();
  const writes: string[] = [];
  const refuse = (name: string) => async (): Promise<never> => {
    writes.push(name);
    throw new Error(name);
  };
  const desk = createFakeDesk();
  const untouched: Partial<Bridge> = {
    ledger: {
      ...before.bridge.ledger,
      admit: refuse("admit"),
      claim: refuse("claim"),
      save: refuse("save"),
      requestCancel: refuse("requestCancel"),
      purge: refuse("purge"),
    },
    desk: { ...desk, capture: refuse("capture"), release: refuse("release"), watch: refuse("watch") },
    callbacks: { send: refuse("send") },
    engine: () => {
      writes.push("engine");
      return undefined;
    },
  };
  const bridge = http(untouched);
  await test(bridge, { event: { ...SUBSCRIPTION, data: CUSTOMER }, config: CHANGED });
  await test(bridge, { request: await signed(stripeBody({ id: "evt_2" })) });
  await test(bridge, { request: await signed(stripeBody({ id: "evt_2" }), 0) });
  await test(bridge, { execution: executions[0]?.id });
  const backtest = await bridge.api("/rules/backtest", { config: CHANGED });
  expect(backtest.status).toBe(200);
  await bridge.settled();
  expect([writes, desk.notes]).toEqual([[], []]);
  expect(await count()).toEqual(stored);
});

describe("what cannot be tried", () => {
  it("is a configuration with faults: all of them are listed", async ({ expect }) => {
    const config = { ...CONFIG, rules: [{ ...KYB, source: "nobody", when: "data.[" }] };
    const response = await http().api("/rules/test", { event: { ...SUBSCRIPTION, data: 1 }, config });
    expect([response.status, response.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
    const problem: Answer = await response.json();
    expect(problem.type).toBe("urn:hookspan:problem:config-refused");
    expect(problem.faults.map(({ path }: { path: string }) => path)).toEqual(["rules[0].source", "rules[0].when"]);
  });

  it.each<[string, unknown, RegExp]>([
    ["nothing", {}, /one of event, request and execution/],
    [
      "two things",
      { execution: "exe_1_1", event: { ...SUBSCRIPTION, data: 1 } },
      /one of event, request and execution/,
    ],
    ["an event without data", { event: SUBSCRIPTION }, /event\.data: is missing/],
    ["an event at no time", { event: { ...SUBSCRIPTION, data: 1, time: "today" } }, /event\.time: expected a time/],
    [
      "an event of an unknown source",
      { event: { ...SUBSCRIPTION, data: 1, source: "strip" } },
      /no source "strip".*stripe, partner/,
    ],
    ["a request to an unknown source", { request: { source: "strip", headers: {}, body: "" } }, /no source "strip"/],
    ["a request without its bytes", { request: { source: "stripe", headers: {} } }, /either body or bodyBase64/],
    [
      "a header that is none",
      { request: { source: "stripe", headers: { "a b": "c" }, body: "" } },
      /request\.headers\.a b/,
    ],
    ["two configurations", { execution: "exe_1_1", config: {}, revision: 1 }, /either config or revision/],
    [
      "an event of then",
      { event: { ...SUBSCRIPTION, data: 1 }, revision: "then" },
      /"then" is that of a recorded execution/,
    ],
    ["a misspelt word", { execution: "exe_1_1", revison: 1 }, /revison/],
  ])("is %s", async (_, body, detail) => {
    const { expect } = await import("vitest");
    const problem = await problemIn(await http().api("/rules/test", body), 400, expect);
    expect(problem.detail).toMatch(detail);
  });

  it("is an execution that is not there, or a body that is no JSON", async ({ expect }) => {
    await problemIn(await http().api("/rules/test", { execution: "exe_1_1" }), 404, expect);
    await problemIn(await http().api("/rules/test", { execution: "exe_1_1", revision: "then" }), 404, expect);
    const { fetch } = http();
    const headers = { authorization: "Bearer admin-token-of-the-tests" };
    const problem = await problemIn(
      await fetch("/api/rules/test", { method: "POST", headers, body: "{" }),
      400,
      expect,
    );
    expect(problem.type).toBe("malformed-json");
  });

  it("is anything by whoever does not show the token, and by GET", async ({ expect }) => {
    const { fetch, api } = http({ ledger: openLedger() });
    for (const path of ["/rules/test", "/rules/backtest"]) {
      await problemIn(await fetch(`/api${path}`, { method: "POST", body: "{}" }), 401, expect);
      await problemIn(await api(path), 405, expect);
    }
  });
});

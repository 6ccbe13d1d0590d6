// The routes over a whole bridge: real sources, rules and ledger (a Durable Object), an engine and callbacks that answer
// from a script, a clock that stands still, and a log that is kept.

import Stripe from "stripe";
import type { Bridge, Engine, LogFields } from "../../src/bridge/ports.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import { err, ok } from "../../src/core/result.ts";
import { app } from "../../src/http/app.ts";
import type { HttpBindings } from "../../src/http/context.ts";
import { noKeys } from "../../src/sources/verify.ts";
import { plainRequest } from "../fakes/fake-access.ts";
import { fakeConfigDesk } from "../fakes/fake-config.ts";
import { createFakeDesk } from "../fakes/fake-desk.ts";
import { openGate } from "../fakes/fake-gate.ts";
import { createMemoryJobs } from "../fakes/memory-jobs.ts";
import { openLedger, ownShards } from "./ledger-objects.ts";

/** 2026-11-23T12:00:00Z */
export const NOW = Date.UTC(2026, 10, 23, 12);
export const ADMIN = "admin-token-of-the-tests";

export const SECRETS: Readonly<Record<string, string>> = {
  STRIPE_WEBHOOK_SECRET: "whsec_c3RyaXBlJ3Mgb3duIHNlY3JldA",
  PARTNER_TOKEN: "partner-token-0123456789",
  CRM_CALLBACK_SECRET: "whsec_Y3JtJ3Mgb3duIHNlY3JldA==",
  TRANSACTIONLINK_TOKEN: "tot_0123456789abcdef",
};

const start = { workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03", locale: "en" };

export const CONFIG = {
  engines: { default: { token: "TRANSACTIONLINK_TOKEN" } },
  sources: {
    stripe: { preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] },
    partner: { preset: "token", secrets: ["PARTNER_TOKEN"], maxBodyBytes: 1_000 },
    signup: { preset: "html-form", allowOrigins: ["https://www.example.com", "https://example.com"] },
    landing: {
      preset: "html-form",
      allowOrigins: ["https://www.example.com"],
      redirectTo: "https://www.example.com/thanks",
    },
  },
  callbacks: { crm: { url: "https://crm.example.com/hooks", secrets: ["CRM_CALLBACK_SECRET"] } },
  rules: [
    {
      id: "kyb-on-subscription",
      source: "stripe",
      on: ["customer.subscription.created"],
      start: {
        ...start,
        recordId: "{% data.object.customer %}",
        parameters: { customer: "{% data.object.customer %}", ends: "{% data.object.ends %}" },
      },
      callbacks: ["crm"],
    },
    { id: "on-partner", source: "partner", on: ["*"], start },
    {
      id: "on-signup",
      source: "signup",
      on: ["*"],
      start: { ...start, recordId: "{% data.email %}", parameters: { form: "{% data %}" } },
    },
    { id: "on-landing", source: "landing", on: ["*"], start },
  ],
};

export interface LogLine {
  readonly level: string;
  readonly name: string;
  readonly fields: LogFields;
}

export interface Receipt {
  readonly events: readonly { readonly id: string; readonly type: string }[];
  readonly executions: readonly {
    readonly event: string;
    readonly id: string;
    readonly rule: string;
    readonly recordId: string | null;
    readonly outcome: "new" | "duplicate";
    readonly state: string;
  }[];
}

export interface Http {
  readonly bridge: Bridge;
  readonly lines: readonly LogLine[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A GET to the operations API with the right token; a POST where there is a body, which is sent as JSON. */
  api(path: string, body?: unknown): Promise<Response>;
  /** A webhook as Stripe sends it. */
  stripe(event: StripeEvent, headers?: Record<string, string>): Promise<Response>;
  /** Waits for what goes on after the answers. */
  settled(): Promise<void>;
}

/** @param changes parts of the bridge to put in place of its own */
export function http(changes: Partial<Bridge> = {}, bindings: Partial<HttpBindings> = {}): Http {
  const lines: LogLine[] = [];
  const deferred: Promise<unknown>[] = [];
  const bridge: Bridge = { ...bridgeOf(lines), ...changes };
  const given: HttpBindings = {
    bridge: ok(bridge),
    config: fakeConfigDesk(readDocument),
    adminToken: ADMIN,
    ...plainRequest(),
    log: bridge.log,
    now: bridge.now,
    defer: (work) => void deferred.push(work),
    ...bindings,
  };
  const fetch = async (path: string, init?: RequestInit): Promise<Response> =>
    app.fetch(new Request(`https://bridge.example.com${path}`, init), given);
  return {
    bridge,
    lines,
    fetch,
    api: (path, body) =>
      fetch(`/api${path}`, {
        headers: { authorization: `Bearer ${ADMIN}` },
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      }),
    async stripe(event, headers = {}) {
      const body = stripeBody(event);
      const signed = { "content-type": "application/json", "stripe-signature": await stripeSignature(body) };
      return fetch("/in/stripe", { method: "POST", body, headers: { ...signed, ...headers } });
    },
    settled: async () => void (await Promise.all(deferred)),
  };
}

export const readDocument: HttpBindings["config"]["read"] = (document, revision) =>
  readSetup(document, { development: false, hasSecret: (name) => Object.hasOwn(SECRETS, name) }, revision);

function bridgeOf(lines: LogLine[]): Bridge {
  const setup = readDocument(CONFIG, 0);
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const engine = scriptedEngine();
  return {
    setup: setup.value,
    setupOf: async () => null,
    ledger: openLedger(ownShards()),
    callbacks: { send: async () => ({ delivered: true, status: 204, durationMs: 12 }) },
    desk: createFakeDesk(),
    gate: openGate(),
    callbackGate: openGate(),
    jobs: createMemoryJobs(),
    keys: noKeys,
    engine: () => engine,
    push: () => undefined,
    secrets: (names) => names.map((name) => SECRETS[name] ?? ""),
    now: () => NOW,
    random: () => 0,
    token: () => crypto.randomUUID(),
    sleep: async () => undefined,
    log: (level, name, fields) => void lines.push({ level, name, fields }),
  };
}

/** Each run ends as its parameter `ends` says, and goes on for ever where it says nothing. */
function scriptedEngine(): Engine {
  const runs: unknown[] = [];
  return {
    followForMs: 20_000,
    absentRunId: "no-run",
    async start({ parameters }) {
      const { ends } = parameters;
      if (ends === "rejected") return err({ reason: "rejected", status: 400, detail: "start: HTTP 400: no" });
      return ok({ runId: `run_${runs.push(ends)}`, status: "running", expiresAt: null });
    },
    async get(runId) {
      const ends = runs[Number(runId.slice("run_".length)) - 1];
      return ok({ runId, status: ends === "succeeded" || ends === "failed" ? ends : "running", expiresAt: null });
    },
    cancel: async () => ok(null),
    result: async () => ok({ outcome: "APPROVED" }),
    openResult: async () => ok(new Response('{"outcome":"APPROVED AT THE ENGINE"}').body),
  };
}

const stripe = new Stripe("sk_test_the_key_is_not_used_for_signing");

export interface StripeEvent {
  readonly id: string;
  readonly type?: string;
  readonly customer?: string;
  /** How the run that it starts ends. */
  readonly ends?: "succeeded" | "failed" | "rejected";
}

export function stripeBody({
  id,
  type = "customer.subscription.created",
  customer = "cus_1",
  ends,
}: StripeEvent): string {
  const object = { id: `sub_of_${id}`, object: "subscription", customer, ends };
  return JSON.stringify({ id, object: "event", created: NOW / 1_000, type, data: { object } }, null, 2);
}

/** Signed by Stripe's own SDK. */
export async function stripeSignature(
  payload: string,
  secret = SECRETS.STRIPE_WEBHOOK_SECRET ?? "",
  at = NOW,
): Promise<string> {
  return stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp: Math.floor(at / 1_000) });
}

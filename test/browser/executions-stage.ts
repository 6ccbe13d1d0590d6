// The scene for the pages of executions: rules that tell one callback, that tell another which is tried once only, and that hold
// what is in doubt; and events as Stripe sends them.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { postStripe, signedByStripe } from "../../scripts/webhooks.ts";
import type { ExecutionSummaryFacts } from "../../src/http/execution-view.ts";
import { openStage, type Stage } from "./stage.ts";

export const KYB = "0940b863-eb4e-471a-8ae4-40a24b889e03";
export const REFUND = "b6a1c3f2-2d0f-4b7e-8a57-5c1f0e9d7a42";
export const DISPUTE = "11111111-2222-4333-8444-555555555555";

export interface ExecutionsStage extends Stage {
  /** A subscription, of which the callback `crm` is told. @returns the new execution's id */
  subscribe(event: string, customer?: string, more?: object): Promise<string>;
  /** A refund, of which the callback `billing` is told, once only. */
  refund(event: string, customer?: string): Promise<string>;
  /** A dispute, which is held where its start is in doubt. */
  dispute(event: string): Promise<string>;
  /** Waits for the execution to be so. */
  until(id: string, fits: (execution: ExecutionSummaryFacts) => boolean): Promise<ExecutionSummaryFacts>;
}

export async function openExecutionsStage(): Promise<ExecutionsStage> {
  const config = JSON.parse(readFileSync("scripts/demo.config.json", "utf8"));
  config.callbacks.crm.retry = ["1s"];
  config.callbacks.billing = {
    url: "https://billing.example.com/hooks",
    secrets: ["BILLING_CALLBACK_SECRET"],
    retry: [],
  };
  const refunds = config.rules.find(({ id }: { id: string }) => id === "review-on-refund");
  refunds.callbacks = ["billing"];
  config.rules.push({
    id: "hold-on-dispute",
    source: "stripe",
    on: ["charge.dispute.created"],
    start: { workflowDefinitionId: DISPUTE, locale: "en", recordId: "{% data.object.customer %}" },
    onUncertainStart: "hold",
    callbacks: ["crm"],
  });
  const stage = await openStage(config);
  for (const [id, name] of Object.entries({ [KYB]: "Know your business", [REFUND]: "Refund", [DISPUTE]: "Dispute" })) {
    await stage.control.define(id, { name, runsForMs: 200 });
  }

  async function send(id: string, type: string, object: object): Promise<string> {
    const { status, executions, problem } = await postStripe(
      stage.bridge.url,
      signedByStripe({ id, type, object }, stage.secrets.ofSource("stripe")),
    );
    expect({ status, problem }).toEqual({ status: 202, problem: undefined });
    return executions[0]?.id ?? "";
  }

  return {
    ...stage,
    subscribe: (event, customer = `cus_${event}`, more = {}) =>
      send(event, "customer.subscription.created", {
        id: `sub_${event}`,
        customer,
        status: "active",
        plan: { amount: 4_900 },
        metadata: {},
        ...more,
      }),
    refund: (event, customer = `cus_${event}`) =>
      send(event, "charge.refunded", { id: `ch_${event}`, customer, amount_refunded: 500 }),
    dispute: (event) => send(event, "charge.dispute.created", { id: `dp_${event}`, customer: `cus_${event}` }),
    async until(id, fits) {
      let found: ExecutionSummaryFacts | undefined;
      await expect
        .poll(
          async () => {
            found = await stage.ask<ExecutionSummaryFacts>("GET", `/executions/${id}`);
            return fits(found);
          },
          { timeout: 20_000 },
        )
        .toBe(true);
      if (!found) throw new Error("not found");
      return found;
    },
  };
}

/** A form that somebody sends who is signed in, whatever a page offers them. */
export async function sendAs(stage: Stage, page: import("playwright-core").Page, path: string, body: string) {
  const [cookie] = await page.context().cookies();
  return fetch(stage.bridge.url + path, {
    method: "POST",
    redirect: "manual",
    headers: {
      cookie: `${cookie?.name}=${cookie?.value}`,
      origin: stage.bridge.url,
      "content-type": "application/x-www-form-urlencoded",
    },
    body,
  });
}

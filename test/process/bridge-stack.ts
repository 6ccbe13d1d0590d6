// The local stack as the process tests use it: real workerd processes, a gate before the engine, and rules for both
// policies of an uncertain start.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalStack, startStack } from "../../scripts/local-stack.ts";
import { type SimulatorControl, simulatorControl } from "../../scripts/simulator-control.ts";
import { type Answer, postStripe, signedByStripe } from "../../scripts/webhooks.ts";
import { type Gate, startGate } from "./gate.ts";

export const MINUTE_MS = 60_000;

const start = {
  workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
  recordId: "{% data.object.customer %}",
  parameters: { customer: "{% data.object.customer %}" },
};
const rule = { source: "stripe", start, callbacks: ["crm"] };

const config = {
  engines: { default: { token: "TRANSACTIONLINK_TOKEN", push: { enabled: true } } },
  sources: { stripe: { preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] } },
  callbacks: { crm: { url: "https://crm.example.com/hook", secrets: ["CRM_CALLBACK_SECRET"] } },
  rules: [
    { ...rule, id: "retry", on: ["customer.created"], onUncertainStart: "retry" },
    { ...rule, id: "hold", on: ["customer.updated"], onUncertainStart: "hold" },
  ],
};

export interface StoredExecution {
  readonly id: string;
  readonly rule: string;
  readonly state: string;
  readonly reason: string | null;
  readonly recordId: string;
  readonly startAttempts: number;
  readonly uncertainStarts: number;
  readonly deliveries: readonly { readonly state: string; readonly attempts: number }[];
}

export interface BridgeStack extends LocalStack {
  readonly gate: Gate;
  readonly control: SimulatorControl;
  /** Sends a webhook signed by Stripe's SDK about this customer. */
  send(customer: string, type?: "customer.created" | "customer.updated"): Promise<Answer>;
  execution(id: string): Promise<StoredExecution>;
  /** Start calls that the simulator has seen for this record. */
  startsFor(recordId: string | null): Promise<number>;
  /** Waits until something is so that happens by itself. */
  until(holds: () => Promise<boolean>): Promise<void>;
}

/** @param followFor how long the fast path follows a run */
export async function startBridgeStack(followFor = "2s"): Promise<BridgeStack> {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-test-"));
  const gate = await startGate();
  const stack = await startStack({
    persistTo: directory,
    config: { ...config, engines: { default: { ...config.engines.default, followFor } } },
    engineUrl(simulatorUrl) {
      gate.target = simulatorUrl;
      return gate.url;
    },
  });
  const control = simulatorControl(stack.simulator.url);
  await control.settings({ runsForMs: 0 });
  return {
    ...stack,
    gate,
    control,
    send(customer, type = "customer.created") {
      const event = { id: `evt_${customer}_${type}`, type, object: { id: customer, customer } };
      return postStripe(stack.bridge.url, signedByStripe(event, stack.secrets.ofSource("stripe")));
    },
    execution: (id) => stack.api<StoredExecution>(`/executions/${id}`),
    async startsFor(recordId) {
      const starts = await control.starts();
      return starts.filter(({ body }) => JSON.parse(body).recordId === recordId).length;
    },
    async until(holds) {
      const end = Date.now() + 15_000;
      while (!(await holds())) {
        if (Date.now() > end) throw new Error("it did not happen within 15 s");
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async stop() {
      await stack.stop();
      await gate.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

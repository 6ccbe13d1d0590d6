// The demo's first chapters: what is let in, what is not, and what comes of it at once.
import type { Scene } from "./demo.ts";
import { type Answer, postStripe, type ReceiptExecution, signedByStripe } from "./webhooks.ts";

const KYB_DEFINITION = "0940b863-eb4e-471a-8ae4-40a24b889e03";

export interface Sent {
  readonly event: { body: string; signature: string };
  readonly execution: ReceiptExecution;
}

export async function subscription({ story, stack, simulator }: Scene): Promise<Sent> {
  story.chapter("A subscription begins: Stripe tells, signed by Stripe's own SDK");
  await simulator.define(KYB_DEFINITION, { name: "Know your business", runsForMs: 1_000 });

  const event = signedByStripe(subscriptionEvent("evt_demo_1", "sub_demo_1"), stack.secrets.ofSource("stripe"));
  const answer = await postStripe(stack.bridge.url, event);
  const execution = only(answer);
  story.line("stripe → bridge", "customer.subscription.created, Stripe-Signature verified", answer.status === 202);
  story.line(
    "bridge → stripe",
    `202: execution ${execution.id} is new, record ${execution.recordId}`,
    execution.outcome === "new",
  );

  const message = await stack.receiver.message(({ data }) => data.execution === execution.id);
  const starts = await simulator.starts();
  const call = starts[0];
  const body = JSON.parse(call?.body ?? "{}");
  story.line(
    "bridge → engine",
    `POST /workflows: definition ${KYB_DEFINITION.slice(0, 8)}…, locale ${body.locale}, expires ${body.expiresAt}`,
    starts.length === 1 && body.workflowDefinitionId === KYB_DEFINITION && body.recordId === execution.recordId,
  );
  story.line(
    "",
    `parameters ${JSON.stringify(body.parameters)}, token bare`,
    call?.headers.authorization === stack.secrets.all.TRANSACTIONLINK_TOKEN && body.parameters.customer === "cus_demo",
  );
  const polls = (await simulator.requests()).filter(({ path }) => path === `/workflows/${message.data.runId}`);
  story.line("bridge → engine", `GET /workflows/{run}: ${polls.length} polls until it was finished`, polls.length > 0);
  const results = (await simulator.requests()).filter(({ path }) => path.endsWith("/result"));
  story.line("engine → bridge", `the result: ${JSON.stringify(message.data.result)}`, results.length === 1);
  story.line(
    "bridge → crm",
    `${message.type}, message ${message.id}; the receiver's standardwebhooks package verifies it`,
    message.verified && message.type === "execution.succeeded",
  );
  return { event, execution };
}

export async function sameAgain({ story, stack, simulator }: Scene, { event, execution }: Sent): Promise<void> {
  story.chapter("Stripe delivers the same event once more");
  const again = await postStripe(stack.bridge.url, event);
  const known = only(again);
  story.line("stripe → bridge", "the same event again", again.status === 202);
  story.line(
    "bridge → stripe",
    `202: ${known.id} is a duplicate`,
    known.outcome === "duplicate" && known.id === execution.id,
  );
  story.line("engine", "still saw one start call", (await simulator.starts()).length === 1);
}

export async function tampered({ story, stack, simulator }: Scene): Promise<void> {
  story.chapter("Somebody changes one digit on the way");
  const { body, signature } = signedByStripe(
    subscriptionEvent("evt_demo_2", "sub_demo_2"),
    stack.secrets.ofSource("stripe"),
  );
  const refused = await postStripe(stack.bridge.url, { body: body.replace("4900", "9900"), signature });
  story.line("somebody → bridge", `${refused.status} ${refused.problem}`, refused.status === 401);
  story.line("engine", "was not called", (await simulator.starts()).length === 1);
}

export async function nothingMatches({ story, stack, simulator }: Scene): Promise<void> {
  story.chapter("An event that no rule is about");
  const event = { id: "evt_demo_3", type: "invoice.finalized", object: { id: "in_demo_1" } };
  const answer = await postStripe(stack.bridge.url, signedByStripe(event, stack.secrets.ofSource("stripe")));
  story.line("stripe → bridge", "invoice.finalized", answer.status === 202);
  story.line("bridge → stripe", "202: no rule matches, nothing is started", answer.executions.length === 0);
  story.line("engine", "was not called", (await simulator.starts()).length === 1);
}

function subscriptionEvent(id: string, subscriptionId: string) {
  const plan = { id: "plan_pro", amount: 4900, currency: "eur" };
  const object = {
    id: subscriptionId,
    object: "subscription",
    customer: "cus_demo",
    status: "active",
    metadata: {},
    plan,
  };
  return { id, type: "customer.subscription.created", object };
}

/** The one execution of a receipt. */
export function only({ executions, status, problem }: Answer): ReceiptExecution {
  const [execution] = executions;
  if (!execution || executions.length !== 1) {
    throw new Error(`expected a receipt with one execution, got ${status} ${problem ?? ""} with ${executions.length}`);
  }
  return execution;
}

// The demo's later chapters: what takes time and what goes wrong. The cron trigger is fired with times to come, so that
// nobody has to wait for minutes to pass.
import type { Scene } from "./demo.ts";
import { only } from "./demo-webhooks.ts";
import { postForm, postStripe, signedByStripe } from "./webhooks.ts";

const ONBOARDING_DEFINITION = "7c2b54f1-6f0a-4d3c-9d55-2f1f6a3c8e10";
const REVIEW_DEFINITION = "b6a1c3f2-2d0f-4b7e-8a57-5c1f0e9d7a42";
const MINUTE_MS = 60_000;

interface Stored {
  readonly state: string;
  readonly uncertainStarts: number;
  readonly startAttempts: number;
  readonly deliveries: readonly { state: string; attempts: number }[];
}

export async function formPost({ story, stack, simulator }: Scene): Promise<void> {
  story.chapter("A visitor signs up in a form, and the workflow takes ten minutes");
  await simulator.define(ONBOARDING_DEFINITION, { name: "Onboarding", runsForMs: 10 * MINUTE_MS });

  const fields = { name: "Zoë Ångström", email: "Zoe@Example.com", locale: "sv" };
  const refused = await postForm(stack.bridge.url, fields, "https://evil.example");
  story.line(
    "evil.example",
    `${refused.status}: forms may be posted from www.example.com only`,
    refused.status === 401,
  );
  const answer = await postForm(stack.bridge.url, fields, "https://www.example.com");
  const { id, recordId } = only(answer);
  story.line("browser → bridge", `202: execution ${id}, record ${recordId}`, answer.status === 202);

  await until(async () => (await stack.api<Stored>(`/executions/${id}`)).state === "running");
  const start = (await simulator.starts()).find(({ body }) => body.includes(ONBOARDING_DEFINITION));
  const parameters = JSON.parse(start?.body ?? "{}").parameters;
  story.line("bridge → engine", `POST /workflows: ${JSON.stringify(parameters)}`, parameters.name === fields.name);

  await stack.sweep(Date.now() + 5 * MINUTE_MS);
  const early = await stack.api<Stored>(`/executions/${id}`);
  story.line("cron, 5 min on", `polled: ${early.state}`, early.state === "running");
  await simulator.clock(11 * MINUTE_MS);
  await stack.sweep(Date.now() + 11 * MINUTE_MS);
  await simulator.clock(0);
  const message = await stack.receiver.message(({ data }) => data.execution === id);
  story.line("cron, 11 min on", "polled: finished, the result is fetched", message.data.result !== null);
  story.line("bridge → crm", `${message.type}, signature verified`, message.verified);
}

export async function engineDown({ story, stack, simulator }: Scene): Promise<void> {
  story.chapter("The engine is down (its process is killed) when a refund comes in");
  const startsBefore = (await simulator.starts()).length;
  await stack.simulator.kill();
  const event = {
    id: "evt_demo_4",
    type: "charge.refunded",
    object: { id: "ch_demo_1", customer: "cus_demo", amount_refunded: 1900 },
  };
  const answer = await postStripe(stack.bridge.url, signedByStripe(event, stack.secrets.ofSource("stripe")));
  const { id } = only(answer);
  story.line("stripe → bridge", `202: ${id} is durable before the sender is answered`, answer.status === 202);

  const later = Date.now();
  for (const minutes of [2, 4, 9]) {
    await stack.sweep(later + minutes * MINUTE_MS);
    const { state, startAttempts } = await stack.api<Stored>(`/executions/${id}`);
    story.line(
      `cron, ${minutes} min on`,
      `start call ${startAttempts} got no answer, ${state} again`,
      state === "queued",
    );
  }
  await stack.simulator.start();
  await simulator.define(REVIEW_DEFINITION, { name: "Refund review", runsForMs: 0 });
  story.note("the engine comes back");
  await stack.sweep(later + 16 * MINUTE_MS);
  const starts = (await simulator.starts()).slice(startsBefore);
  const { uncertainStarts } = await stack.api<Stored>(`/executions/${id}`);
  story.line("cron, 16 min on", "the engine sees one start call for it", starts.length === 1);
  story.line(
    "ledger",
    `${uncertainStarts} starts had no definite answer; they are counted, not hidden`,
    uncertainStarts > 0,
  );
  await stack.sweep(later + 18 * MINUTE_MS);
  const message = await stack.receiver.message(({ data }) => data.execution === id);
  story.line("bridge → crm", `${message.type}, signature verified`, message.verified);
}

export async function receiverFails({ story, stack, simulator }: Scene): Promise<void> {
  story.chapter("The receiver fails twice before it takes the result");
  await simulator.define(REVIEW_DEFINITION, { name: "Refund review", runsForMs: 0 });
  stack.receiver.answerWith(500, 503);
  const event = {
    id: "evt_demo_5",
    type: "charge.refunded",
    object: { id: "ch_demo_2", customer: "cus_demo", amount_refunded: 500 },
  };
  const answer = await postStripe(stack.bridge.url, signedByStripe(event, stack.secrets.ofSource("stripe")));
  const { id } = only(answer);
  story.line("stripe → bridge", `202: ${id}`, answer.status === 202);

  const about = ({ data }: { data: { execution: string } }): boolean => data.execution === id;
  const first = await stack.receiver.message(about);
  story.line("bridge → crm", `attempt 1: ${first.answered}`, first.answered === 500);
  await until(async () => (await stack.api<Stored>(`/executions/${id}`)).deliveries[0]?.attempts === 1);
  for (const [minutes, answered] of [
    [1, 503],
    [10, 204],
  ] as const) {
    await stack.sweep(Date.now() + minutes * MINUTE_MS);
    const last = stack.receiver.messages.filter(about).at(-1);
    const same = last?.id === first.id && last.verified;
    story.line(
      `cron, ${minutes} min on`,
      `sent again under the same message id: ${answered}`,
      same && last.answered === answered,
    );
  }
  const { deliveries } = await stack.api<Stored>(`/executions/${id}`);
  story.line("ledger", `delivered after ${deliveries[0]?.attempts} attempts`, deliveries[0]?.state === "delivered");
}

const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 50;

/** Waits until something is so that happens by itself, after the answer. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it did not happen within ${PATIENCE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

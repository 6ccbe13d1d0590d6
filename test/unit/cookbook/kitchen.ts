// Cooks one recipe of the cookbook: reads its configuration, signs what its senders send, verifies, normalises, decides and
// admits it, and tells what came of it. Fixed clock, ledger in memory, no network.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ledger, Setup } from "../../../src/bridge/ports.ts";
import { readSetup } from "../../../src/bridge/setup.ts";
import type { Event, InboundRequest } from "../../../src/core/event.ts";
import { type Admission, type EndState, ended, started } from "../../../src/core/execution.ts";
import { isActive } from "../../../src/core/run-state.ts";
import { dueBetween, scheduledEvent } from "../../../src/core/schedule.ts";
import { normalise } from "../../../src/sources/normalise.ts";
import { noKeys, verify } from "../../../src/sources/verify.ts";
import { createMemoryLedger } from "../../fakes/memory-ledger.ts";
import { bytes, NOW } from "../sources/requests.ts";
import { SENDERS } from "./senders.ts";

const COOKBOOK = join(import.meta.dirname, "../../../docs/examples/cookbook");
const OTHER_SECRET = "another secret";

/** A due minute of a schedule, in the place of a request in NAME.requests.json. */
interface Due {
  readonly schedule: string;
  /** ISO 8601 */
  readonly due: string;
}

/** One request of NAME.requests.json. */
interface Sent {
  readonly source: string;
  readonly method: string;
  /** Without those that prove the sender. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or the text of a form. */
  readonly body: unknown;
  /** How everything that went on has ended before this is sent. */
  readonly meanwhile?: EndState;
}

export function fileOf(name: string, kind: "config" | "requests" | "expected"): string {
  return join(COOKBOOK, `${name}.${kind}.json`);
}

export function readSource(path: string): string {
  return readFileSync(path, "utf8");
}

/** With numbers as they stand, so that what is written out again has every digit. */
function requestsOf(name: string): readonly (Sent | Due)[] {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return JSON.parse(readSource(fileOf(name, "requests")), (_key, value, context?: { readonly source?: string }) =>
    typeof value === "number" && context?.source !== undefined ? rawJSON(context.source) : value,
  );
}

export function setupOf(name: string): Setup {
  const document = JSON.parse(readSource(fileOf(name, "config")));
  const setup = readSetup(document, { development: false, hasSecret: () => true });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  return setup.value;
}

/** Everything that the recipe's requests come to, one entry for each event. */
export async function cook(name: string): Promise<unknown[]> {
  const setup = setupOf(name);
  const ledger = createMemoryLedger();
  const outcomes: unknown[] = [];
  for (const [index, sent] of requestsOf(name).entries()) {
    const now = NOW + index * 60_000;
    if ("meanwhile" in sent && sent.meanwhile) await endAll(ledger, sent.meanwhile, now - 1_000);
    const events = "due" in sent ? [scheduled(setup, sent)] : await eventsOf(setup, sent, now);
    for (const event of events) {
      const rules = [];
      for (const admission of await setup.rules.decide(event)) rules.push(await outcomeOf(ledger, admission, now));
      outcomes.push({ event: { id: event.id, source: event.source, type: event.type }, rules });
    }
  }
  return outcomes;
}

function scheduled({ schedules }: Setup, { schedule, due }: Due): Event {
  const [found] = schedules.filter(({ id }) => id === schedule);
  const at = Date.parse(due);
  if (!found || dueBetween(found, at - 60_000, at)[0] !== at) throw new Error(`${schedule} is not due at ${due}`);
  return scheduledEvent(found, at);
}

async function eventsOf(setup: Setup, sent: Sent, now: number) {
  const source = setup.sources.get(sent.source);
  const config = setup.config.sources[sent.source];
  if (!source || !config) throw new Error(`there is no source ${sent.source}`);
  const body = typeof sent.body === "string" ? sent.body : JSON.stringify(sent.body, null, 2);
  const url = config.publicUrl ?? `https://bridge.example.com/in/${sent.source}`;
  const sender = config.preset === undefined ? undefined : SENDERS[config.preset];
  const proof = await sender?.sign({ body, headers: sent.headers, url }, sender.secret, now);
  const request: InboundRequest = {
    method: sent.method,
    url,
    headers: new Headers({ ...sent.headers, ...proof }),
    body: bytes(body),
    receivedAt: now,
  };
  if (sender) {
    const doubted = await verify(request, source, { secrets: [OTHER_SECRET], now, keys: noKeys });
    if (doubted.ok) throw new Error("the request is accepted whatever the secret");
  }
  const verified = await verify(request, source, { secrets: sender ? [sender.secret] : [], now, keys: noKeys });
  if (!verified.ok) throw new Error(JSON.stringify(verified.error));
  const events = await normalise(verified.value, source);
  if (!events.ok) throw new Error(events.error.message);
  return events.value;
}

/** What one rule made of an event. `cancels` names, by rule and key, what is to be canceled from now on. */
async function outcomeOf(ledger: Ledger, admission: Admission, now: number) {
  const before = await canceledIds(ledger);
  const answer = await ledger.admit([admission], now);
  const [admitted] = answer.ok ? answer.value : [];
  if (!admitted) throw new Error("the ledger has not answered");
  const { executions } = await ledger.list({ limit: 200 });
  const cancels = executions
    .filter(({ id, cancelRequest }) => cancelRequest !== null && !before.has(id))
    .map(({ rule, dedupeKey }) => `${rule} ${dedupeKey}`);
  const { rule, recordId, dedupeKey, start, cancel, callbacks } = admission;
  const { run, reason } = admitted.execution;
  return {
    rule,
    outcome: admitted.outcome,
    state: run,
    ...(reason === null ? {} : { reason }),
    recordId,
    dedupeKey,
    ...(start === null ? {} : { start }),
    ...(cancel === null ? {} : { cancel }),
    ...(cancels.length === 0 ? {} : { cancels }),
    ...(callbacks.length === 0 ? {} : { callbacks }),
  };
}

async function canceledIds(ledger: Ledger): Promise<ReadonlySet<string>> {
  const { executions } = await ledger.list({ limit: 200 });
  return new Set(executions.filter(({ cancelRequest }) => cancelRequest !== null).map(({ id }) => id));
}

async function endAll(ledger: Ledger, state: EndState, now: number): Promise<void> {
  const { executions } = await ledger.list({ limit: 200 });
  for (const { id, run } of executions) {
    if (!isActive(run)) continue;
    const execution = await ledger.get(id);
    if (!execution) throw new Error("it was there a moment ago");
    const running = started(execution, { runId: `run of ${id}`, expiresAt: null }, now);
    await ledger.save(running);
    const saved = await ledger.save(ended({ ...running, version: execution.version + 1 }, state, {}, now));
    if (saved !== "saved") throw new Error(`its end could not be saved: ${saved}`);
  }
}

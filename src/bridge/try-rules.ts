// A dry run: what the rules would do about an event, a raw request, or what has been recorded, and why. Takes the way that
// `receive` takes, up to the decision, and ends there: nothing is started, admitted or noted.

import type { Event, InboundRequest } from "../core/event.ts";
import type { Admission } from "../core/execution.ts";
import { type Explanation, explain, type TakenBy } from "../core/explain.ts";
import { err, ok, type Result } from "../core/result.ts";
import { normalise } from "../sources/normalise.ts";
import { unproven, verify } from "../sources/verify.ts";
import { secretsOf } from "./handshake.ts";
import { type KnownExecution, knownUnderKey } from "./known-under-key.ts";
import type { Bridge, Setup, Source, StartCall } from "./ports.ts";
import type { Refusal } from "./refusal.ts";
import { startCall } from "./start.ts";

/** Each event of a batch is explained up to here; what is beyond is counted. */
const MAX_EVENTS = 20;

export type Trial =
  | { readonly kind: "event"; readonly event: Event }
  | {
      readonly kind: "request";
      readonly source: string;
      readonly request: InboundRequest;
      /** False: the sender need not prove itself. */
      readonly verify: boolean;
    }
  /** An execution, or an event that no rule took. */
  | { readonly kind: "recorded"; readonly id: string };

export type TrialProblem =
  | { readonly reason: "no-such-source"; readonly source: string; readonly known: readonly string[] }
  | { readonly reason: "no-such-execution"; readonly id: string };

export interface TriedRequest {
  /** Whether the sender is proven; null where nobody asked. */
  readonly verified: boolean | null;
  /** Which of the source's secrets proved it; null where none did. */
  readonly secretIndex: number | null;
  /** As the source is configured: a paused one would have sent the sender away. */
  readonly state: Source["state"];
  /** Why the request would not have become an event. */
  readonly refusal: Refusal | BodyTooLarge | null;
}

/** Refused at the door, before anything looks at it. */
export interface BodyTooLarge {
  readonly stage: "body";
  readonly reason: "body-too-large";
  readonly maxBytes: number;
}

/** What a rule that takes the event would do. */
export interface WouldDo extends TakenBy {
  /** The start call as it would be made now; null where nothing would be started. */
  readonly start: StartCall | null;
  /** What the ledger has under the key; undefined where looking it up would be a search. */
  readonly known: KnownExecution | null | undefined;
}

export interface TriedEvent extends Omit<Explanation, "taken"> {
  readonly event: Event;
  readonly taken: readonly WouldDo[];
}

export interface Tried {
  /** null where the trial was no request */
  readonly request: TriedRequest | null;
  readonly events: readonly TriedEvent[];
  /** Events of the request beyond those that are explained. */
  readonly more: number;
}

/** @param setup the configuration in force, or another one to be tried */
export async function tryRules(bridge: Bridge, setup: Setup, trial: Trial): Promise<Result<Tried, TrialProblem>> {
  switch (trial.kind) {
    case "event": {
      const { event } = trial;
      if (!setup.sources.has(event.source)) return err(noSuchSource(setup, event.source));
      return ok({ request: null, events: [await tryEvent(bridge, setup, event)], more: 0 });
    }
    case "recorded": {
      const recorded = await bridge.ledger.get(trial.id);
      if (!recorded) return err({ reason: "no-such-execution", id: trial.id });
      return ok({ request: null, events: [await tryEvent(bridge, setup, recorded.event)], more: 0 });
    }
    case "request": {
      const source = setup.sources.get(trial.source);
      if (!source) return err(noSuchSource(setup, trial.source));
      return ok(await tryRequest(bridge, setup, source, trial));
    }
  }
}

async function tryRequest(
  bridge: Bridge,
  setup: Setup,
  source: Source,
  { request, verify: mustProve }: Extract<Trial, { kind: "request" }>,
): Promise<Tried> {
  const { state, maxBodyBytes } = source;
  const refused = (verified: boolean | null, refusal: TriedRequest["refusal"]): Tried => ({
    request: { verified, secretIndex: null, state, refusal },
    events: [],
    more: 0,
  });
  if (request.body.length > maxBodyBytes) {
    return refused(mustProve ? false : null, { stage: "body", reason: "body-too-large", maxBytes: maxBodyBytes });
  }
  const proven = mustProve ? await prove(bridge, source, request) : ok(unproven(request));
  if (!proven.ok) return refused(false, proven.error);
  const verified = mustProve ? true : null;
  const events = await normalise(proven.value, source);
  if (!events.ok) return refused(verified, { stage: "normalise", fault: events.error });

  const tried: TriedEvent[] = [];
  for (const event of events.value.slice(0, MAX_EVENTS)) tried.push(await tryEvent(bridge, setup, event));
  return {
    request: { verified, secretIndex: proven.value.secretIndex, state, refusal: null },
    events: tried,
    more: events.value.length - tried.length,
  };
}

/** At the time at which the request came: a captured one is good for minutes, and may be tried for days. */
async function prove(bridge: Bridge, source: Source, request: InboundRequest) {
  const secrets = await secretsOf(bridge, source);
  if (!secrets.ok) return secrets;
  const context = { secrets: secrets.value, now: request.receivedAt, keys: bridge.keys };
  const verified = await verify(request, source, context);
  return verified.ok ? verified : err({ stage: "verify", failure: verified.error } satisfies Refusal);
}

async function tryEvent(bridge: Bridge, { rules }: Setup, event: Event): Promise<TriedEvent> {
  const { taken, ...explanation } = await explain(rules, event);
  const wouldDo = taken.map(async (each) => ({
    ...each,
    start: startOf(each.admission, bridge.now()),
    known: await knownUnderKey(bridge, each.admission),
  }));
  return { ...explanation, event, taken: await Promise.all(wouldDo) };
}

/** A shadow rule's start call is told as well: it is what the rule is being watched for. */
function startOf(admission: Admission, now: number): StartCall | null {
  return admission.start === null ? null : startCall(admission, now);
}

function noSuchSource({ sources }: Setup, source: string): TrialProblem {
  return { reason: "no-such-source", source, known: [...sources.keys()] };
}

// Whether an engine or a callback may be called now, and what is learnt from the calls: a token bucket, a bound on calls at the
// same time, Retry-After, a pause, a circuit breaker, an end of patience. Pure: a state and what happened give the state after it. `now` is passed
// in. Whoever keeps the state must keep `Standing` for good; the rest may be forgotten at any time.

/** What an engine can bear. */
export interface GateLimits {
  /** Calls per second in the long run; null: as many as there are. */
  readonly perSecond: number | null;
  /** Calls that may be made at once after a rest. */
  readonly burst: number;
  readonly maxConcurrent: number;
  /** After so long of nothing but failures it is called no more, ms; left out: it is called for ever. */
  readonly disableAfterMs?: number;
}

/** Failures in a row after which the engine counts as dead. */
export const BREAKER_FAILURES = 5;

/** How long a permit may be used. A Worker that was lost gives its place back by it; two calls of 25 s fit into it. */
export const PERMIT_MS = 60_000;

/** How long a probe may take. One that was lost is made again by the next sweep. */
export const PROBE_MS = 30_000;

/** What waits for a person or for the next sweep's probe is to ask again after this. */
const NEXT_SWEEP_MS = 60_000;

/** When a place is going to be free is not known. */
const BUSY_WAIT_MS = 1_000;

/** What came of calls, as far as it tells something of the engine. A failure's other members do not matter here. */
export interface CallOutcome {
  /**
   * `answered`: it is alive and takes our token, whatever it said. `refused`: it is alive and takes nothing. `gone`: it wants no
   * more calls. The others are those of a failed call.
   */
  readonly reason: "answered" | "refused" | "throttled" | "unauthorized" | "unavailable" | "uncertain" | "gone";
  /** How many calls it took, 1 where it is left out. */
  readonly calls?: number;
  readonly retryAfterMs?: number | undefined;
  /** The run that the call has started. */
  readonly runId?: string;
}

/** Why no call may be made, and after how long to ask again, ms. */
export interface Shut {
  readonly open: false;
  readonly reason: "paused" | "disabled" | "unauthorized" | "throttled" | "breaker-open" | "rate" | "busy";
  readonly waitMs: number;
}

export interface Granted {
  readonly open: true;
  /** How many calls, one after the other. */
  readonly calls: number;
}

/** What is to be told, once. */
export type Turn = "paused" | "unauthorized" | "disabled" | "resumed" | "opened" | "closed";

/** What must not be forgotten. Times are ms since the epoch. */
export interface Standing {
  readonly paused: { readonly why: "by-hand" | "unauthorized" | "disabled"; readonly since: number } | null;
  /** Since when nothing has succeeded; null where that is not counted, or the last call has. */
  readonly failingSince: number | null;
  /** Since when the breaker is open. */
  readonly openedAt: number | null;
  /** No call before this. */
  readonly retryAt: number | null;
}

export interface GateState extends Standing {
  /** null until the first call is asked for: then the bucket is full. Below 0: calls that were made without asking. */
  readonly tokens: number | null;
  readonly refilledAt: number;
  /** Failures in a row. */
  readonly failures: number;
  readonly permits: ReadonlyMap<string, Permit>;
  readonly probe: { readonly id: string; readonly until: number } | null;
}

interface Permit {
  readonly until: number;
  readonly calls: number;
  /** Given back. Kept until its end, so that giving it back again changes nothing. */
  readonly done: boolean;
}

export const NOTHING_KNOWN: Standing = { paused: null, failingSince: null, openedAt: null, retryAt: null };

export function gateState(standing: Standing): GateState {
  return { ...standing, tokens: null, refilledAt: 0, failures: 0, permits: new Map(), probe: null };
}

/** Why the engine is not to be called at all; null where only its limits count. */
export function shutBy({ paused, openedAt, retryAt }: Standing, now: number): Shut | null {
  if (paused?.why === "by-hand") return shut("paused", NEXT_SWEEP_MS);
  if (paused?.why === "disabled") return shut("disabled", NEXT_SWEEP_MS);
  if (paused) return shut("unauthorized", NEXT_SWEEP_MS);
  if (retryAt !== null && now < retryAt) return shut("throttled", retryAt - now);
  return openedAt === null ? null : shut("breaker-open", NEXT_SWEEP_MS);
}

/**
 * Asks for a place and a number of calls.
 *
 * @param id of the permit; asking for the same one again gives the same
 * @param wanted calls; fewer may be granted, at least one
 * @param unasked calls that were made without a permit since, and that count all the same
 */
export function ask(
  before: GateState,
  limits: GateLimits,
  now: number,
  { id, wanted, unasked }: { readonly id: string; readonly wanted: number; readonly unasked: number },
): { readonly state: GateState; readonly answer: Granted | Shut } {
  const known = before.permits.get(id);
  if (known) return { state: before, answer: { open: true, calls: known.calls } };
  const state = take(current(before, limits, now), limits, unasked);
  const reason = shutBy(state, now);
  if (reason) return { state, answer: reason };
  if (inFlight(state, now) >= limits.maxConcurrent) return { state, answer: shut("busy", BUSY_WAIT_MS) };
  const calls = limits.perSecond === null ? wanted : Math.min(wanted, Math.floor(state.tokens ?? 0));
  if (calls < 1) return { state, answer: shut("rate", untilToken(state, limits)) };
  const permits = new Map(state.permits).set(id, { until: now + PERMIT_MS, calls, done: false });
  return { state: { ...take(state, limits, calls), permits }, answer: { open: true, calls } };
}

/** Gives a permit back and tells what came of its calls, in their order. One that is not known (any more) counts too. */
export function giveBack(
  before: GateState,
  limits: GateLimits,
  now: number,
  { id, outcomes }: { readonly id: string; readonly outcomes: readonly CallOutcome[] },
): { readonly state: GateState; readonly turned: readonly Turn[] } {
  const state = current(before, limits, now);
  const permit = state.permits.get(id);
  if (permit?.done) return { state, turned: [] };
  const made = outcomes.reduce((sum, { calls = 1 }) => sum + calls, 0);
  const permits = new Map(state.permits);
  if (permit) permits.set(id, { ...permit, done: true });
  const paid = take({ ...state, permits }, limits, made - (permit?.calls ?? 0));
  return learn(paid, limits, now, outcomes);
}

/** Asks for the right to probe an engine that is not called otherwise: one at a time. */
export function askProbe(
  state: GateState,
  now: number,
  id: string,
): { readonly state: GateState; readonly may: boolean } {
  const reason = shutBy(state, now)?.reason;
  const taken = state.probe !== null && state.probe.id !== id && now < state.probe.until;
  const may = (reason === "unauthorized" || reason === "breaker-open") && !taken;
  return { state: may ? { ...state, probe: { id, until: now + PROBE_MS } } : state, may };
}

/** What came of a probe: an answer ends what the engine was shut for. The next failure opens the breaker again at once. */
export function probed(
  before: GateState,
  now: number,
  id: string,
  outcome: CallOutcome,
  limits: Pick<GateLimits, "disableAfterMs"> = {},
): { readonly state: GateState; readonly turned: readonly Turn[] } {
  if (before.probe?.id !== id) return { state: before, turned: [] };
  const { state, turned } = learn({ ...before, probe: null }, limits, now, [outcome]);
  const alive = outcome.reason !== "unavailable" && outcome.reason !== "uncertain";
  const closes = alive && state.openedAt !== null;
  const resumes = outcome.reason === "answered" && state.paused?.why === "unauthorized";
  return {
    state: {
      ...state,
      openedAt: alive ? null : state.openedAt,
      paused: resumes ? null : state.paused,
      failures: closes ? BREAKER_FAILURES - 1 : state.failures,
    },
    turned: [...turned, ...(closes ? (["closed"] as const) : []), ...(resumes ? (["resumed"] as const) : [])],
  };
}

/** By hand: nothing but `resume` ends it. */
export function pause(state: GateState, now: number): { readonly state: GateState; readonly turned: readonly Turn[] } {
  if (state.paused?.why === "by-hand") return { state, turned: [] };
  return { state: { ...state, paused: { why: "by-hand", since: now } }, turned: ["paused"] };
}

/** By hand: forgets every reason not to call. Should one still be there, the next calls find it out. */
export function resume(state: GateState): { readonly state: GateState; readonly turned: readonly Turn[] } {
  const turned: Turn[] = [];
  if (state.openedAt !== null) turned.push("closed");
  if (state.paused !== null || state.retryAt !== null) turned.push("resumed");
  return { state: { ...state, ...NOTHING_KNOWN, failures: 0 }, turned };
}

/** @returns how many permits are out */
export function inFlight({ permits }: GateState, now: number): number {
  return [...permits.values()].filter(({ done, until }) => !done && now < until).length;
}

/** @returns calls that may be made at once; null where their rate is not limited */
export function tokensLeft(state: GateState, limits: GateLimits, now: number): number | null {
  return limits.perSecond === null ? null : Math.floor(current(state, limits, now).tokens ?? 0);
}

function shut(reason: Shut["reason"], waitMs: number): Shut {
  return { open: false, reason, waitMs };
}

function learn(
  before: GateState,
  { disableAfterMs }: Pick<GateLimits, "disableAfterMs">,
  now: number,
  outcomes: readonly CallOutcome[],
) {
  let state = before;
  const turned: Turn[] = [];
  for (const { reason, retryAfterMs } of outcomes) {
    if (reason === "answered") state = { ...state, failures: 0, failingSince: null };
    else if (disableAfterMs !== undefined) state = { ...state, failingSince: state.failingSince ?? now };
    if (reason === "refused") state = { ...state, failures: 0 };
    if (retryAfterMs !== undefined) state = { ...state, retryAt: Math.max(state.retryAt ?? 0, now + retryAfterMs) };
    if (reason === "unauthorized" && state.paused === null) {
      state = { ...state, paused: { why: "unauthorized", since: now } };
      turned.push("unauthorized");
    }
    const failingForMs = state.failingSince === null ? 0 : now - state.failingSince;
    const hopeless = disableAfterMs !== undefined && failingForMs >= disableAfterMs;
    if ((reason === "gone" || hopeless) && state.paused === null) {
      state = { ...state, paused: { why: "disabled", since: now } };
      turned.push("disabled");
    }
    if (reason === "unavailable" || reason === "uncertain") {
      state = { ...state, failures: state.failures + 1 };
      if (state.openedAt === null && state.failures >= BREAKER_FAILURES) {
        state = { ...state, openedAt: now };
        turned.push("opened");
      }
    }
  }
  return { state, turned };
}

/** The state at this time: the bucket refilled, permits whose time is over forgotten. */
function current(state: GateState, { perSecond, burst }: GateLimits, now: number): GateState {
  const permits = new Map([...state.permits].filter(([, { until }]) => now < until));
  if (perSecond === null) return { ...state, permits };
  const elapsedMs = Math.max(now - state.refilledAt, 0);
  const tokens = state.tokens === null ? burst : Math.min(burst, state.tokens + (elapsedMs * perSecond) / 1_000);
  return { ...state, permits, tokens, refilledAt: now };
}

/** Debts are bounded too: nobody waits longer for them than a rest would have lasted. */
function take(state: GateState, { perSecond, burst }: GateLimits, calls: number): GateState {
  if (perSecond === null || state.tokens === null) return state;
  return { ...state, tokens: Math.min(burst, Math.max(-burst, state.tokens - calls)) };
}

function untilToken({ tokens }: GateState, { perSecond }: GateLimits): number {
  return Math.ceil(((1 - (tokens ?? 0)) * 1_000) / (perSecond ?? 1));
}

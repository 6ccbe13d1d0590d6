// The gate of one engine or callback: a Durable Object that says whether it may be called now. Everybody who calls it asks
// here, so it answers out of memory; only a turn (paused, unauthorized, opened, Retry-After) is written. Its methods are
// synchronous, call nobody and know no clock or configuration; each may arrive twice.
import { DurableObject } from "cloudflare:workers";
import type { GateView } from "../bridge/ports.ts";
import {
  ask,
  askProbe,
  type CallOutcome,
  type GateLimits,
  type GateState,
  type Granted,
  gateState,
  giveBack,
  inFlight,
  pause,
  probed,
  resume,
  type Shut,
  type Standing,
  shutBy,
  type Turn,
  tokensLeft,
} from "../core/engine-gate.ts";
import { migrate } from "./migrations.ts";
import { Pushes } from "./pushes.ts";

/** Each call in flight that is told to wait names a time of its own; a second more is not worth a write. */
const RETRY_STEP_MS = 1_000;

const WHY = ["by-hand", "unauthorized", "disabled"] as const;

/** A turn to be told, and how the gate stands now. */
export interface Turned {
  readonly turned: Turn[];
  readonly shut: Shut | null;
}

interface StandingRow extends Record<string, SqlStorageValue> {
  readonly paused: string | null;
  readonly paused_at: number | null;
  readonly failing_since: number | null;
  readonly opened_at: number | null;
  readonly retry_at: number | null;
}

export class EngineGateObject extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  readonly #pushes = new Pushes();
  #state: GateState;
  #written: Standing;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    migrate(state.storage);
    this.#sql = state.storage.sql;
    this.#written = this.#read();
    this.#state = gateState(this.#written);
  }

  /** @param id of the permit @param unasked calls that were made without one since the caller asked last */
  enter(now: number, limits: GateLimits, id: string, wanted: number, unasked: number): Granted | Shut {
    const { state, answer } = ask(this.#state, limits, now, { id, wanted, unasked });
    this.#state = state;
    return answer;
  }

  leave(now: number, limits: GateLimits, id: string, outcomes: CallOutcome[]): Turned & { pushed: boolean } {
    const told = this.#turn(giveBack(this.#state, limits, now, { id, outcomes }), now);
    const pushed = outcomes.some(({ runId }) => runId !== undefined && this.#pushes.take(runId, now));
    return { ...told, pushed };
  }

  keepPush(now: number, runIds: readonly string[]): void {
    for (const runId of runIds) this.#pushes.keep(runId, now);
  }

  inspect(now: number, id: string): { shut: Shut | null; probe: boolean; failing: boolean } {
    const { state, may } = askProbe(this.#state, now, id);
    this.#state = state;
    return { shut: shutBy(state, now), probe: may, failing: state.failingSince !== null };
  }

  probed(now: number, id: string, outcome: CallOutcome, limits?: GateLimits): Turned {
    return this.#turn(probed(this.#state, now, id, outcome, limits), now);
  }

  pause(now: number): Turned {
    return this.#turn(pause(this.#state, now), now);
  }

  resume(now: number): Turned {
    return this.#turn(resume(this.#state), now);
  }

  view(now: number, limits: GateLimits): GateView {
    const { openedAt, paused, failingSince, retryAt, probe } = this.#state;
    const probing = probe !== null && now < probe.until;
    return {
      breaker: openedAt === null ? "closed" : probing ? "half-open" : "open",
      openedAt,
      paused,
      failingSince,
      retryAt: retryAt !== null && now < retryAt ? retryAt : null,
      inFlight: inFlight(this.#state, now),
      tokens: tokensLeft(this.#state, limits, now),
    };
  }

  #turn({ state, turned }: { state: GateState; turned: readonly Turn[] }, now: number): Turned {
    this.#state = state;
    if (differs(this.#written, state)) this.#write(state);
    return { turned: [...turned], shut: shutBy(state, now) };
  }

  #read(): Standing {
    const [row] = this.#sql.exec<StandingRow>(
      "SELECT paused, paused_at, failing_since, opened_at, retry_at FROM standing",
    );
    const why = WHY.find((each) => each === row?.paused) ?? null;
    return {
      paused: why && { why, since: row?.paused_at ?? 0 },
      failingSince: row?.failing_since ?? null,
      openedAt: row?.opened_at ?? null,
      retryAt: row?.retry_at ?? null,
    };
  }

  #write({ paused, failingSince, openedAt, retryAt }: Standing): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO standing (id, paused, paused_at, failing_since, opened_at, retry_at) VALUES (1, ?, ?, ?, ?, ?)",
      paused?.why ?? null,
      paused?.since ?? null,
      failingSince,
      openedAt,
      retryAt,
    );
    this.#written = { paused, failingSince, openedAt, retryAt };
  }
}

function differs(written: Standing, now: Standing): boolean {
  const later = now.retryAt === null ? written.retryAt !== null : now.retryAt > (written.retryAt ?? 0) + RETRY_STEP_MS;
  return (
    later ||
    written.openedAt !== now.openedAt ||
    written.failingSince !== now.failingSince ||
    written.paused?.since !== now.paused?.since ||
    written.paused?.why !== now.paused?.why
  );
}

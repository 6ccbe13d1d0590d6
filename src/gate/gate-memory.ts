// What one isolate remembers of the gates: that an engine is shut, so that nobody asks again and again while it is; that a
// gate does not answer; and calls that are still to be counted. Bounded by the number of engines. Knows no clock.
import type { Shut } from "../core/engine-gate.ts";

/** Opened elsewhere or by hand, an engine is seen to be so within this time by who asks. */
const SHUT_KNOWN_MS = 5_000;

/** The same for who does not ask: longer than a run just started is followed. */
const SHUT_BELIEVED_MS = 60_000;

/** Who looks at a gate only to see whether it is shut looks again after this. */
const GLANCED_MS = 15_000;

/** A gate that does not answer is not waited for again before this. */
const UNREACHABLE_KNOWN_MS = 5_000;

export interface GateMemory {
  /** Why not to call, as far as it is known well enough not to be asked again. */
  shut(engine: string, now: number): Shut | null;
  /** The same for someone who is not going to ask. */
  believedShut(engine: string, now: number): Shut | null;
  heard(engine: string, shut: Shut | null, now: number): void;
  /** Whether it was looked at just now. */
  isFresh(engine: string, now: number): boolean;
  /** Whether the last thing that the gate was told of was a failure: then it wants to know of a success. */
  isFailing(engine: string): boolean;
  glanced(engine: string, failing: boolean, now: number): void;
  isUnreachable(engine: string, now: number): boolean;
  /** @returns whether that is news */
  unreachable(engine: string, now: number): boolean;
  /** Counts a call that nobody was asked for. */
  unasked(engine: string, calls: number): void;
  takeUnasked(engine: string): number;
}

interface Memory {
  shut: { readonly why: Shut; readonly from: number } | null;
  unreachableUntil: number;
  unasked: number;
  glancedAt: number | null;
  failing: boolean;
}

export function createGateMemory(): GateMemory {
  const engines = new Map<string, Memory>();
  const of = (engine: string): Memory => {
    const known = engines.get(engine) ?? {
      shut: null,
      unreachableUntil: 0,
      unasked: 0,
      glancedAt: null,
      failing: false,
    };
    engines.set(engine, known);
    return known;
  };
  const shutFor = (engine: string, now: number, knownMs: number): Shut | null => {
    const { shut } = of(engine);
    if (!shut || now < shut.from || now >= shut.from + Math.min(shut.why.waitMs, knownMs)) return null;
    return { ...shut.why, waitMs: shut.from + shut.why.waitMs - now };
  };
  return {
    shut: (engine, now) => shutFor(engine, now, SHUT_KNOWN_MS),
    believedShut: (engine, now) => shutFor(engine, now, SHUT_BELIEVED_MS),
    heard(engine, shut, now) {
      of(engine).shut = shut && { why: shut, from: now };
    },
    isFresh(engine, now) {
      const { glancedAt } = of(engine);
      return glancedAt !== null && now >= glancedAt && now < glancedAt + GLANCED_MS;
    },
    isFailing: (engine) => of(engine).failing,
    glanced(engine, failing, now) {
      Object.assign(of(engine), { glancedAt: now, failing });
    },
    isUnreachable(engine, now) {
      const { unreachableUntil } = of(engine);
      return now < unreachableUntil && now >= unreachableUntil - UNREACHABLE_KNOWN_MS;
    },
    unreachable(engine, now) {
      const known = this.isUnreachable(engine, now);
      of(engine).unreachableUntil = now + UNREACHABLE_KNOWN_MS;
      return !known;
    },
    unasked(engine, calls) {
      of(engine).unasked += calls;
    },
    takeUnasked(engine) {
      const memory = of(engine);
      const { unasked } = memory;
      memory.unasked = 0;
      return unasked;
    },
  };
}

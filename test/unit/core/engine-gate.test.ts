// The gate of an engine: what it grants, what shuts it, and what opens it again, over any sequence of calls.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EngineConfig, gateLimits } from "../../../src/core/engine-config.ts";
import {
  ask,
  askProbe,
  BREAKER_FAILURES,
  type CallOutcome,
  type GateLimits,
  type GateState,
  gateState,
  giveBack,
  inFlight,
  NOTHING_KNOWN,
  PERMIT_MS,
  PROBE_MS,
  pause,
  probed,
  resume,
  shutBy,
  tokensLeft,
} from "../../../src/core/engine-gate.ts";
import { NOW } from "../../fakes/fake-clock.ts";

const OPEN: GateLimits = { perSecond: null, burst: 0, maxConcurrent: 50 };
const ANSWERED: CallOutcome = { reason: "answered" };
const UNCERTAIN: CallOutcome = { reason: "uncertain" };

/** A gate over time, as one object holds it. */
function gate(limits: GateLimits = OPEN) {
  let state: GateState = gateState(NOTHING_KNOWN);
  let ids = 0;
  return {
    now: NOW,
    turned: [] as string[],
    get state() {
      return state;
    },
    ask(wanted = 1, unasked = 0, id = `permit-${++ids}`) {
      const asked = ask(state, limits, this.now, { id, wanted, unasked });
      state = asked.state;
      return { id, ...asked.answer };
    },
    tell(id: string, ...outcomes: CallOutcome[]) {
      const told = giveBack(state, limits, this.now, { id, outcomes });
      state = told.state;
      this.turned.push(...told.turned);
    },
    call(outcome: CallOutcome) {
      const asked = this.ask();
      if (asked.open) this.tell(asked.id, outcome);
      return asked;
    },
    mayProbe(id = "probe") {
      const asked = askProbe(state, this.now, id);
      state = asked.state;
      return asked.may;
    },
    probe(outcome: CallOutcome, id = "probe") {
      const told = probed(state, this.now, id, outcome);
      state = told.state;
      this.turned.push(...told.turned);
    },
    hand(way: "pause" | "resume") {
      const told = way === "pause" ? pause(state, this.now) : resume(state);
      state = told.state;
      this.turned.push(...told.turned);
    },
    get shut() {
      return shutBy(state, this.now)?.reason ?? null;
    },
    get inFlight() {
      return inFlight(state, this.now);
    },
  };
}

describe("the bound on calls at the same time", () => {
  test("is never passed, and a place that is given back is free at once", () => {
    const one = gate({ ...OPEN, maxConcurrent: 2 });
    const [first] = [one.ask(), one.ask()];
    expect(one.ask()).toMatchObject({ open: false, reason: "busy" });
    one.tell(first.id, ANSWERED);
    expect(one.ask().open).toBe(true);
  });

  test("gets a place back from a Worker that was lost", () => {
    const one = gate({ ...OPEN, maxConcurrent: 1 });
    one.ask();
    one.now += PERMIT_MS - 1;
    expect(one.ask().open).toBe(false);
    one.now += 1;
    expect(one.ask().open).toBe(true);
  });

  test("gives the same permit to a call that arrives twice, and counts it and its outcome once", () => {
    const one = gate({ ...OPEN, maxConcurrent: 2 });
    one.ask(1, 0, "same");
    one.ask(1, 0, "same");
    expect(one.inFlight).toBe(1);
    for (let i = 0; i < BREAKER_FAILURES; i++) one.tell("same", UNCERTAIN);
    expect(one.state.failures).toBe(1);
  });
});

describe("the rate", () => {
  test("lets a burst through at once, and then as much as time brings", () => {
    const one = gate({ perSecond: 2, burst: 3, maxConcurrent: 50 });
    expect([1, 2, 3].map(() => one.ask().open)).toEqual([true, true, true]);
    expect(one.ask()).toMatchObject({ open: false, reason: "rate", waitMs: 500 });
    one.now += 500;
    expect(one.ask().open).toBe(true);
    expect(one.ask().open).toBe(false);
  });

  test("grants what is left of a batch, takes back what was not used, and counts what nobody asked for", () => {
    const limits = { perSecond: 1, burst: 10, maxConcurrent: 50 };
    const one = gate(limits);
    const batch = one.ask(20);
    expect(batch).toMatchObject({ open: true, calls: 10 });
    one.tell(batch.id, { ...ANSWERED, calls: 4 });
    expect(tokensLeft(one.state, limits, one.now)).toBe(6);
    expect(one.ask(1, 6)).toMatchObject({ open: false, reason: "rate" });
  });

  test("never lets through more than the burst and what time has brought, whatever comes in whichever order", () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 3_000 }),
      wanted: fc.integer({ min: 1, max: 30 }),
      used: fc.integer({ min: 0, max: 30 }),
      back: fc.boolean(),
    });
    const limits = fc.record({
      perSecond: fc.double({ min: 0.1, max: 20, noNaN: true }),
      burst: fc.integer({ min: 1, max: 20 }),
      maxConcurrent: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const one = gate(given);
        let used = 0;
        for (const { waitMs, wanted, used: wish, back } of steps) {
          one.now += waitMs;
          const asked = one.ask(wanted);
          if (!asked.open) continue;
          expect(asked.calls).toBeLessThanOrEqual(wanted);
          expect(one.inFlight).toBeLessThanOrEqual(given.maxConcurrent);
          const made = back ? Math.min(wish, asked.calls) : asked.calls;
          used += made;
          if (back) one.tell(asked.id, { ...ANSWERED, calls: made });
          expect(used).toBeLessThanOrEqual(given.burst + ((one.now - NOW) * given.perSecond) / 1_000 + 1e-6);
        }
      }),
    );
  });

  test("is none by default, and 50 calls may be under way; a burst is two seconds' worth and at least five", () => {
    const limitsOf = (config: object) => gateLimits(EngineConfig.parse({ token: "TOKEN", ...config }));
    expect(limitsOf({})).toMatchObject({ perSecond: null, maxConcurrent: 50 });
    expect(limitsOf({ rateLimit: { perSecond: 20 } })).toMatchObject({ perSecond: 20, burst: 40 });
    expect(limitsOf({ rateLimit: { perSecond: 0.5 } })).toMatchObject({ burst: 5 });
    expect(limitsOf({ rateLimit: { perSecond: 0.5, burst: 1 } })).toMatchObject({ burst: 1 });
  });
});

describe("Retry-After", () => {
  test("holds for everyone until it has passed, and the later of two counts", () => {
    const one = gate();
    const both = [one.ask(), one.ask()];
    for (const [index, retryAfterMs] of [20_000, 5_000].entries()) {
      one.tell(both[index]?.id ?? "", { reason: "throttled", retryAfterMs });
    }
    expect(one.ask()).toMatchObject({ open: false, reason: "throttled", waitMs: 20_000 });
    one.now += 19_999;
    expect(one.ask().open).toBe(false);
    expect(one.mayProbe()).toBe(false);
    one.now += 1;
    expect(one.ask().open).toBe(true);
  });
});

describe("a token that is not accepted", () => {
  test("pauses the engine for everyone, is told once, and ends with a probe that is answered", () => {
    const one = gate();
    const others = [one.ask(), one.ask()];
    for (const { id } of others) one.tell(id, { reason: "unauthorized" });
    expect(one.turned).toEqual(["unauthorized"]);
    expect(one.ask()).toMatchObject({ open: false, reason: "unauthorized" });
    for (const outcome of [{ reason: "unauthorized" }, { reason: "throttled" }, UNCERTAIN] as const) {
      expect(one.mayProbe()).toBe(true);
      one.probe(outcome);
      expect(one.shut).toBe("unauthorized");
    }
    expect(one.mayProbe()).toBe(true);
    one.probe(ANSWERED);
    expect(one.turned).toEqual(["unauthorized", "resumed"]);
    expect(one.ask().open).toBe(true);
  });
});

describe("the breaker", () => {
  test("opens after so many failures in a row, and one answer in between starts the count anew", () => {
    const one = gate();
    for (let i = 1; i < BREAKER_FAILURES; i++) one.call(UNCERTAIN);
    one.call(ANSWERED);
    for (let i = 1; i < BREAKER_FAILURES; i++) one.call({ reason: "unavailable" });
    expect(one.shut).toBeNull();
    one.call(UNCERTAIN);
    expect([one.shut, one.turned]).toEqual(["breaker-open", ["opened"]]);
    expect(one.call(ANSWERED).open).toBe(false);
  });

  test("takes a refusal of our token or a 429 for a sign of life no more than for a failure", () => {
    const one = gate();
    for (let i = 1; i < BREAKER_FAILURES; i++) one.call(UNCERTAIN);
    one.call({ reason: "throttled" });
    expect(one.shut).toBeNull();
    one.call(UNCERTAIN);
    expect(one.shut).toBe("breaker-open");
  });

  test("while it is open lets one probe through at a time, and gives the right to a lost one anew", () => {
    const one = gate();
    expect(one.mayProbe()).toBe(false);
    for (let i = 0; i < BREAKER_FAILURES; i++) one.call(UNCERTAIN);
    expect([one.mayProbe("a"), one.mayProbe("b"), one.mayProbe("a")]).toEqual([true, false, true]);
    one.now += PROBE_MS;
    expect(one.mayProbe("b")).toBe(true);
    one.probe(ANSWERED, "a");
    expect(one.shut).toBe("breaker-open");
    one.probe(UNCERTAIN, "b");
    expect([one.shut, one.mayProbe("c")]).toEqual(["breaker-open", true]);
  });

  test("closes with a probe that is answered; the next failure opens it again at once, an answer ends that", () => {
    const one = gate();
    for (let i = 0; i < BREAKER_FAILURES; i++) one.call(UNCERTAIN);
    one.mayProbe();
    one.probe(ANSWERED);
    one.call(UNCERTAIN);
    expect(one.turned).toEqual(["opened", "closed", "opened"]);
    one.mayProbe();
    one.probe(ANSWERED);
    one.call(ANSWERED);
    one.call(UNCERTAIN);
    expect(one.shut).toBeNull();
  });
});

describe("by hand", () => {
  test("a pause is ended by nothing but a hand", () => {
    const one = gate();
    one.hand("pause");
    one.hand("pause");
    expect([one.shut, one.mayProbe(), one.ask().open]).toEqual(["paused", false, false]);
    one.hand("resume");
    expect([one.shut, one.turned]).toEqual([null, ["paused", "resumed"]]);
  });

  test("a resumption ends every reason not to call", () => {
    const one = gate();
    const all = Array.from({ length: BREAKER_FAILURES + 2 }, () => one.ask());
    for (const { id } of all) one.tell(id, UNCERTAIN);
    one.tell("late", { reason: "unauthorized" }, { reason: "throttled", retryAfterMs: 60_000 });
    one.hand("resume");
    expect([one.shut, one.ask().open, one.state.failures]).toEqual([null, true, 0]);
    expect(one.turned).toEqual(["opened", "unauthorized", "closed", "resumed"]);
  });
});

test("whatever happens, a shut gate grants nothing, and each turn is told once", () => {
  const outcome = fc.constantFrom<CallOutcome>(
    ANSWERED,
    UNCERTAIN,
    { reason: "unavailable" },
    { reason: "unauthorized" },
    { reason: "throttled", retryAfterMs: 30_000 },
  );
  const step = fc.record({
    what: fc.constantFrom("call", "late", "probe", "pause", "resume"),
    outcome,
    waitMs: fc.integer({ min: 0, max: 90_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const one = gate();
      for (const { what, outcome: of, waitMs } of steps) {
        one.now += waitMs;
        const before = one.shut;
        if (what === "call") expect(one.call(of).open).toBe(before === null);
        if (what === "late") one.tell("long ago", of);
        if (what === "probe" && one.mayProbe()) one.probe(of);
        if (what === "pause" || what === "resume") one.hand(what);
      }
      const breaker = one.turned.filter((turn) => turn === "opened" || turn === "closed");
      expect(breaker).toEqual(breaker.map((_, index) => (index % 2 === 0 ? "opened" : "closed")));
    }),
  );
});

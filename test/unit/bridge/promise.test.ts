// The promise as a property: whatever the engine and the callbacks answer, repeated sweeps bring every admitted execution
// to its end, told or in the dead letters, or hold it for a person; and no start call is made that need not be.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import type { EngineFailure, Run } from "../../../src/bridge/ports.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import type { AttemptOutcome } from "../../../src/core/attempt.ts";
import type { Execution } from "../../../src/core/execution.ts";
import type { Json } from "../../../src/core/json.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import { DELIVERED, refused } from "../../fakes/fake-callbacks.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../fakes/fake-clock.ts";
import { FAILURES, finished, running } from "../../fakes/fake-engine.ts";
import { createTestBridge, PLAIN_RULE, ruleWith, type TestBridge } from "../../fakes/test-bridge.ts";

const throttled = fc
  .integer({ min: 0, max: DAY_MS })
  .map((retryAfterMs) => err<EngineFailure>({ reason: "throttled", detail: "HTTP 429", retryAfterMs }));
const repeatable = fc.oneof(
  fc.constantFrom(FAILURES.unauthorized, FAILURES.unavailable, FAILURES.uncertain, FAILURES.uncertain),
  throttled,
);

/** What one run of the engine goes through, from the first start call on. */
interface Story {
  readonly beforeStart: Result<Run, EngineFailure>[];
  readonly rejected: boolean;
  readonly polls: (Result<Run, EngineFailure> | "running")[];
  readonly end: Run["status"];
  readonly results: Result<Json, EngineFailure>[];
}

const stories: fc.Arbitrary<Story> = fc.record({
  beforeStart: fc.array(repeatable, { maxLength: 8 }),
  rejected: fc.boolean(),
  polls: fc.array(fc.oneof(fc.constant("running" as const), repeatable), { maxLength: 6 }),
  end: fc.constantFrom("running", "succeeded", "failed", "canceled", "expired"),
  results: fc.array(fc.oneof(repeatable, fc.constant(FAILURES.notFound)), { maxLength: 4 }),
});
const outcomes: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(DELIVERED) },
  { weight: 6, arbitrary: fc.constantFrom(refused(500), refused(404)) },
  { weight: 1, arbitrary: fc.constant(refused(410, { final: true })) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: DAY_MS }).map((ms) => refused(429, { retryAfterMs: ms })) },
);
const scripts = fc.record({
  story: stories,
  crm: fc.array(outcomes, { maxLength: 12 }),
  audit: fc.array(outcomes, { maxLength: 12 }),
  policy: fc.constantFrom("retry", "hold"),
  fastPath: fc.boolean(),
  steps: fc.array(fc.constantFrom(MINUTE_MS, 7 * MINUTE_MS, HOUR_MS), { minLength: 1, maxLength: 5 }),
});

function play(bridge: TestBridge, story: Story): void {
  const { script, otherwise } = bridge.fakeEngine;
  script.start.push(...story.beforeStart);
  script.get.push(...story.polls.map((each) => (each === "running" ? ok<Run>(running("run-1")) : each)));
  script.result.push(...story.results);
  otherwise.start = ({ at }) => (story.rejected ? FAILURES.rejected : ok(running("run-1", at + 2 * HOUR_MS)));
  otherwise.get = () => ok(finished("run-1", story.end));
}

const isSettled = (execution: Execution): boolean => execution.dueAt === null;

/** Sweeps until nothing is owed any more. Two months bound every story. */
async function sweepToTheEnd(bridge: TestBridge, id: string, steps: readonly number[]): Promise<Execution> {
  const until = bridge.clock.now() + 60 * DAY_MS;
  for (let pass = 0; bridge.clock.now() < until; pass++) {
    const execution = await bridge.stored(id);
    if (isSettled(execution)) return execution;
    // Runs are polled in the minutes of their age: an hour's step could pass all of them by, one of seven cannot.
    const wait = execution.run === "running" ? 7 * MINUTE_MS : (steps[pass % steps.length] ?? MINUTE_MS);
    bridge.clock.advance(wait);
    const { faults } = await sweep(bridge);
    expect(faults).toBe(0);
  }
  return bridge.stored(id);
}

describe("whatever the engine and the callbacks answer", { timeout: 60_000 }, () => {
  test("every execution ends told or in the dead letters, or is held", async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async ({ story, crm, audit, policy, fastPath, steps }) => {
        const bridge = createTestBridge({ rules: [{ ...PLAIN_RULE, onUncertainStart: policy }], shards: 1 });
        play(bridge, story);
        bridge.callbacks.script.crm = [...crm];
        bridge.callbacks.script.audit = [...audit];
        const fresh = await bridge.admitOne();
        if (fastPath) await follow(bridge, fresh);
        const execution = await sweepToTheEnd(bridge, fresh.id, steps);

        expect(execution.dueAt).toBeNull();
        const starts = bridge.fakeEngine.of("start").length;
        if (execution.run === "held") {
          expect(policy).toBe("hold");
          expect(execution.uncertainStarts).toBe(1);
          expect(bridge.callbacks.sent).toHaveLength(0);
          return;
        }
        expect(execution.endedAt).not.toBeNull();
        for (const { callback, state, attempts, nextAt } of execution.deliveries) {
          expect(["delivered", "exhausted"]).toContain(state);
          expect(nextAt).toBeNull();
          expect(bridge.callbacks.to(callback)).toHaveLength(attempts);
          expect(attempts).toBeLessThanOrEqual(10);
        }
        // Each failure that was not final was repeated once; a definite answer was the last call, unless given up.
        const failures = story.beforeStart.length;
        if (execution.run === "expired" && execution.runId === null) expect(starts).toBeLessThanOrEqual(failures);
        else expect(starts).toBe(1 + failures);
      }),
      { numRuns: 100 },
    );
  });

  test("uncertain starts are counted one by one, and nothing else is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(repeatable, { maxLength: 10 }), async (failures) => {
        const bridge = createTestBridge({ rules: [ruleWith({})], shards: 1 });
        play(bridge, { beforeStart: failures, rejected: true, polls: [], end: "succeeded", results: [] });
        const fresh = await bridge.admitOne();
        await follow(bridge, fresh);
        const execution = await sweepToTheEnd(bridge, fresh.id, [HOUR_MS]);
        const starts = bridge.fakeEngine.of("start").length;
        const made = failures.slice(0, starts);
        expect(execution.uncertainStarts).toBe(made.filter(({ ok: fine, ...rest }) => isUncertain(fine, rest)).length);
        expect(execution.startAttempts).toBe(starts);
      }),
      { numRuns: 50 },
    );
  });
});

function isUncertain(fine: boolean, rest: object): boolean {
  return !fine && (rest as { error: EngineFailure }).error.reason === "uncertain";
}

// A whole bridge over fakes: one clock, no network, no chance. The engine and the callbacks answer from scripts, the
// ledger is in memory and counts its writes, the log is kept.

import type { Bridge, ClaimedBatch, Ledger, LogFields, Setup } from "../../src/bridge/ports.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import type { Event } from "../../src/core/event.ts";
import type { Execution } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import { noKeys } from "../../src/sources/verify.ts";
import { createFakeCallbacks, type FakeCallbacks } from "./fake-callbacks.ts";
import { createFakeClock, type FakeClock, NOW } from "./fake-clock.ts";
import { createFakeDesk } from "./fake-desk.ts";
import { createFakeEngine, type FakeEngine } from "./fake-engine.ts";
import { openGate } from "./fake-gate.ts";
import { createMemoryJobs } from "./memory-jobs.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly name: string;
  readonly fields: LogFields;
}

export interface CountingLedger extends Ledger {
  /** Writes asked for, those that met a conflict included. */
  saves: number;
  /** Called before each claim and save; throws where the test wants the ledger out of reach. */
  fault: (method: "claim" | "save" | "purge", what: number | Execution) => void;
}

export interface TestBridge extends Bridge {
  readonly clock: FakeClock;
  readonly fakeEngine: FakeEngine;
  readonly callbacks: FakeCallbacks;
  readonly ledger: CountingLedger;
  readonly lines: readonly LogLine[];
  /** Decides and admits an event, as `receive` does once it is verified and normalised. */
  admit(event?: Partial<Event>): Promise<Execution[]>;
  /** The same for one rule: the fresh execution. */
  admitOne(event?: Partial<Event>): Promise<Execution>;
  stored(id: string): Promise<Execution>;
}

export interface TestBridgeOptions {
  readonly rules?: readonly Json[];
  readonly schedules?: readonly Json[];
  readonly shards?: number;
  /** How long the fast path follows a run, ms. */
  readonly followForMs?: number;
  readonly random?: number;
  /** A ledger in place of the one in memory. */
  readonly ledger?: Ledger;
}

/** One rule without anything optional but two callbacks. */
export const PLAIN_RULE = {
  id: "plain",
  source: "signup",
  on: ["*"],
  start: { workflowDefinitionId: "definition", parameters: { order: "{% data.order %}" } },
  callbacks: ["crm", "audit"],
} as const;

export function ruleWith(changes: Record<string, Json>): Json {
  return { ...PLAIN_RULE, callbacks: ["crm"], ...changes };
}

/** @param settings of the callbacks, by name */
export function setupOf(
  rules: readonly Json[],
  schedules: readonly Json[] = [],
  settings: Readonly<Record<string, object>> = {},
): Setup {
  const document = {
    engines: { default: { token: "ENGINE_TOKEN" } },
    // What no rule takes is recorded: rule.test.ts has that, and the others are left in peace by it.
    sources: { signup: { verify: { family: "none" }, keepUnmatched: false } },
    callbacks: {
      crm: { url: "https://crm.example.com/hooks", secrets: ["CALLBACK_SECRET"], ...settings.crm },
      audit: { url: "https://audit.example.com/hooks", secrets: ["CALLBACK_SECRET"], ...settings.audit },
    },
    rules,
    schedules,
  };
  const setup = readSetup(document, { development: false, hasSecret: () => true });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  return setup.value;
}

export function createTestBridge(options: TestBridgeOptions = {}): TestBridge {
  const { rules = [ruleWith({})], schedules = [], shards = 4, followForMs = 20_000, random = 0 } = options;
  const clock = createFakeClock(NOW);
  const fakeEngine = createFakeEngine(clock, followForMs);
  const callbacks = createFakeCallbacks(clock);
  const ledger = countingLedger(options.ledger ?? createMemoryLedger({ shards }));
  const setup = setupOf(rules, schedules);
  const lines: LogLine[] = [];
  let events = 0;

  let tokens = 0;

  const bridge: TestBridge = {
    setup,
    setupOf: async () => null,
    ledger,
    callbacks,
    clock,
    fakeEngine,
    lines,
    desk: createFakeDesk(),
    gate: openGate(),
    callbackGate: openGate(),
    jobs: createMemoryJobs(),
    keys: noKeys,
    engine: (id) => (id === "default" ? fakeEngine : undefined),
    push: () => undefined,
    secrets: (names) => names.map(() => "secret"),
    now: clock.now,
    random: () => random,
    token: () => `token-${++tokens}`,
    sleep: clock.sleep,
    log: (level, name, fields) => lines.push({ level, name, fields }),
    async admit(event = {}) {
      const id = `event-${++events}`;
      const admissions = await setup.rules.decide(eventWith({ id, dedupeKey: id, ...event }));
      const admitted = await ledger.admit(admissions, clock.now());
      if (!admitted.ok) throw new Error(admitted.error.detail);
      return admitted.value.flatMap((each) => (each.outcome === "new" ? [each.execution] : []));
    },
    async admitOne(event) {
      const [execution, ...others] = await bridge.admit(event);
      if (!execution || others.length > 0) throw new Error("expected one fresh execution");
      return execution;
    },
    async stored(id) {
      const execution = await ledger.get(id);
      if (!execution) throw new Error(`${id} is not in the ledger`);
      return execution;
    },
  };
  return bridge;
}

export function eventWith(changes: Partial<Event> = {}): Event {
  return {
    id: "event-1",
    source: "signup",
    type: "order.created",
    time: new Date(NOW).toISOString(),
    data: { order: 7 },
    headers: {},
    dedupeKey: "event-1",
    ...changes,
  };
}

function countingLedger(ledger: Ledger): CountingLedger {
  const counting: CountingLedger = {
    ...ledger,
    saves: 0,
    fault: () => undefined,
    async claim(shard, now, after, shut): Promise<ClaimedBatch> {
      counting.fault("claim", shard);
      return ledger.claim(shard, now, after, shut);
    },
    async save(execution) {
      counting.saves++;
      counting.fault("save", execution);
      return ledger.save(execution);
    },
    async purge(shard, now) {
      counting.fault("purge", shard);
      return ledger.purge(shard, now);
    },
  };
  return counting;
}

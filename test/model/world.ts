// A bridge whose invocations can be lost at any call that they make, over a ledger that outlives them.
import { takeUp } from "../../src/bridge/fast-path.ts";
import type { Admitted, Bridge, EngineGate, Ledger } from "../../src/bridge/ports.ts";
import type { Json } from "../../src/core/json.ts";
import { createFakeClock, type FakeClock } from "../fakes/fake-clock.ts";
import { createTestBridge, eventWith, type TestBridge } from "../fakes/test-bridge.ts";
import { type OtherParties, otherParties } from "./engine-world.ts";

/** At which of its calls to others an invocation is lost: before the call has its effect, or after. */
export interface Loss {
  readonly atCall: number;
  readonly after: boolean;
}

export type Policy = "retry" | "hold";

/** Each order is the matter of one rule. */
export function policyOf(order: string): Policy {
  return Number(order) % 2 === 0 ? "retry" : "hold";
}

export interface World {
  readonly clock: FakeClock;
  readonly parties: OtherParties;
  readonly ledger: Ledger;
  /** The executions of which a sender was told that they are accepted. */
  readonly accepted: Set<string>;
  /** Executions that a sender was told are new, more than once: there must be none. */
  readonly doubled: string[];
  /** One invocation, to do some work; lost where that is wanted. */
  invocation(loss: Loss | null, work: (bridge: Bridge) => Promise<void>): Promise<void>;
  /** Delivers an event about an order, and follows what it starts. */
  deliver(order: string, loss: Loss | null): Promise<void>;
  cancel(order: string, loss: Loss | null): Promise<void>;
  /** Everything that an isolate and the objects keep in memory is lost. */
  forget(): Promise<void>;
}

const start = {
  workflowDefinitionId: "definition",
  recordId: "{% data.order %}",
  parameters: { order: "{% data.order %}" },
};

export const RULES: readonly Json[] = [
  { id: "retry", source: "signup", on: ["order.retry"], start, onUncertainStart: "retry", callbacks: ["crm", "audit"] },
  { id: "hold", source: "signup", on: ["order.hold"], start, onUncertainStart: "hold", callbacks: ["crm"] },
  {
    id: "stop-retry",
    source: "signup",
    on: ["order.stopped"],
    cancel: { rule: "retry", recordId: "{% data.order %}" },
  },
  { id: "stop-hold", source: "signup", on: ["order.stopped"], cancel: { rule: "hold", recordId: "{% data.order %}" } },
];

export interface Stage {
  readonly ledger: Ledger;
  /** A gate as an isolate knows it, with nothing in its memory. */
  gate?(clock: FakeClock, log: Bridge["log"]): EngineGate;
  evict?(): Promise<void>;
}

export function createWorld(stage: Stage): World {
  const clock = createFakeClock();
  const parties = otherParties(clock);
  const accepted = new Set<string>();
  const doubled: string[] = [];
  let isolate = createIsolate();

  function createIsolate(): TestBridge {
    const bridge = createTestBridge({ ledger: stage.ledger, rules: RULES });
    const gate = stage.gate?.(clock, bridge.log) ?? bridge.gate;
    return {
      ...bridge,
      clock,
      gate,
      now: clock.now,
      sleep: clock.sleep,
      engine: () => parties.engine,
      callbacks: parties.receiver as TestBridge["callbacks"],
    };
  }

  async function invocation(loss: Loss | null, work: (bridge: Bridge) => Promise<void>): Promise<void> {
    if (!loss) return work(isolate);
    const lost = Promise.withResolvers<void>();
    await Promise.race([work(losable(isolate, parties, loss, lost.resolve)), lost.promise]);
  }

  async function admit(type: string, order: string, bridge: Bridge): Promise<readonly Admitted[]> {
    const id = `${type} ${order}`;
    const event = eventWith({ id, dedupeKey: id, type, data: { order } });
    const admissions = await bridge.setup.rules.decide(event);
    const admitted = await bridge.ledger.admit(admissions, bridge.now());
    if (!admitted.ok) throw new Error(admitted.error.detail);
    return admitted.value;
  }

  return {
    clock,
    parties,
    ledger: stage.ledger,
    accepted,
    doubled,
    invocation,
    deliver: (order, loss) =>
      invocation(loss, async (bridge) => {
        for (const each of await admit(`order.${policyOf(order)}`, order, bridge)) {
          if (each.outcome === "new" && accepted.has(each.execution.id)) doubled.push(each.execution.id);
          accepted.add(each.execution.id);
          if (each.outcome === "new") await takeUp(bridge, each.execution);
        }
      }),
    cancel: (order, loss) =>
      invocation(loss, async (bridge) => {
        for (const each of await admit("order.stopped", order, bridge)) {
          if (each.outcome === "new") await takeUp(bridge, each.execution);
        }
      }),
    async forget() {
      isolate = createIsolate();
      await stage.evict?.();
    },
  };
}

/** The bridge of an invocation that is lost at its n-th call to another party: that call, or its answer, and all after it. */
function losable(bridge: Bridge, parties: OtherParties, { atCall, after }: Loss, lost: () => void): Bridge {
  let calls = 0;
  const never = new Promise<never>(() => undefined);
  const counted =
    <Args extends unknown[], T>(method: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const call = ++calls;
      if (call > atCall || (call === atCall && !after)) {
        lost();
        return never;
      }
      const answer = await method(...args);
      if (call < atCall) return answer;
      lost();
      return never;
    };
  const { ledger } = bridge;
  const { engine, receiver } = parties;
  return {
    ...bridge,
    ledger: {
      ...ledger,
      admit: counted(ledger.admit),
      claim: counted(ledger.claim),
      save: counted(ledger.save),
      reserve: counted(ledger.reserve),
    },
    engine: () => ({
      ...engine,
      start: counted(engine.start),
      get: counted(engine.get),
      cancel: counted(engine.cancel),
      result: counted(engine.result),
    }),
    callbacks: { send: counted(receiver.send) },
  };
}

// What may happen, in any order: deliveries, cancels, pushes, sweeps, bad weather, lost invocations, lost memory, a clock that
// jumps. The commands hold no opinion; what must be so is looked at once it has all come to rest.
import fc from "fast-check";
import { advancePushed } from "../../src/bridge/push.ts";
import { sweep } from "../../src/bridge/sweep.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../fakes/fake-clock.ts";
import { ENGINE_WEATHER, type EngineWeather, RECEIVER_WEATHER, type ReceiverWeather } from "./engine-world.ts";
import { offences } from "./reconcile.ts";
import type { Loss, World } from "./world.ts";

/** Few, so that the same order comes up again and again. */
const ORDERS = 12;

/** No step of an invocation makes more calls than these. */
const CALLS = 25;

type Model = Record<string, never>;
type Command = fc.AsyncCommand<Model, World>;

function command(name: string, run: (world: World) => Promise<unknown>): Command {
  return {
    check: () => true,
    run: async (_model, world) => void (await run(world)),
    toString: () => name,
  };
}

const order = fc.integer({ min: 0, max: ORDERS - 1 }).map(String);
const loss: fc.Arbitrary<Loss | null> = fc.option(
  fc.record({ atCall: fc.integer({ min: 1, max: CALLS }), after: fc.boolean() }),
  { freq: 2 },
);
const said = (what: Loss | null): string =>
  what ? `, lost ${what.after ? "after" : "before"} call ${what.atCall}` : "";

const deliver = fc
  .record({ order, loss })
  .map(({ order: about, loss: lost }) =>
    command(`deliver ${about}${said(lost)}`, (world) => world.deliver(about, lost)),
  );

const deliverTogether = fc
  .record({ order, times: fc.integer({ min: 2, max: 5 }) })
  .map(({ order: about, times }) =>
    command(`deliver ${about} ${times} times at once`, (world) =>
      Promise.all(Array.from({ length: times }, () => world.deliver(about, null))),
    ),
  );

const cancel = fc
  .record({ order, loss })
  .map(({ order: about, loss: lost }) => command(`cancel ${about}${said(lost)}`, (world) => world.cancel(about, lost)));

const sweepOnce = loss.map((lost) =>
  command(`sweep${said(lost)}`, (world) => world.invocation(lost, async (bridge) => void (await sweep(bridge)))),
);

const sweepTwice = fc.constant(
  command("two sweeps at once", (world) =>
    world.invocation(null, async (bridge) => void (await Promise.all([sweep(bridge), sweep(bridge)]))),
  ),
);

/** The engine says that something has happened to a run; one that nobody knows may be among them. */
const push = fc.record({ run: fc.integer({ min: 1, max: 15 }), loss }).map(({ run, loss: lost }) =>
  command(`push run-${run}${said(lost)}`, (world) =>
    world.invocation(lost, async (bridge) => {
      const runIds = [`run-${run}`];
      await bridge.gate.keepPush("default", runIds);
      const { executions } = await bridge.ledger.claimRuns("default", runIds, bridge.now());
      await advancePushed(bridge, { outcome: "known", executions });
    }),
  ),
);

const wait = fc
  .constantFrom(5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 17 * MINUTE_MS, 3 * HOUR_MS, 11 * HOUR_MS)
  .map((ms) => command(`${ms / SECOND_MS} s pass`, async (world) => world.clock.advance(ms)));

const clockBack = fc
  .constantFrom(10 * SECOND_MS, 3 * MINUTE_MS, HOUR_MS)
  .map((ms) => command(`the clock goes back by ${ms / SECOND_MS} s`, async (world) => world.clock.advance(-ms)));

const engineWeather = fc
  .array(fc.constantFrom<EngineWeather>(...ENGINE_WEATHER), { minLength: 1, maxLength: 6 })
  .map((days) => command(`engine: ${days}`, async (world) => world.parties.weather.engine.push(...days)));

const receiverWeather = fc
  .array(fc.constantFrom<ReceiverWeather>(...RECEIVER_WEATHER), { minLength: 1, maxLength: 6 })
  .map((days) => command(`receiver: ${days}`, async (world) => world.parties.weather.receiver.push(...days)));

const forget = fc.constant(command("memory is lost", (world) => world.forget()));

export const happenings = fc.commands(
  [
    deliver,
    deliver,
    deliverTogether,
    cancel,
    sweepOnce,
    sweepOnce,
    sweepTwice,
    push,
    wait,
    wait,
    clockBack,
    engineWeather,
    receiverWeather,
    forget,
  ],
  { maxCommands: 60, size: "max" },
);

/** Good weather, and sweeps until nothing is owed any more: within two weeks, before anything is purged. */
export async function comeToRest(world: World): Promise<void> {
  world.parties.weather.engine.length = 0;
  world.parties.weather.receiver.length = 0;
  const until = world.clock.now() + 14 * DAY_MS;
  while (world.clock.now() < until) {
    const { executions } = await world.ledger.list({ limit: 10_000 });
    if (executions.every(({ dueAt }) => dueAt === null)) return;
    const polled = executions.some(({ run }) => run === "running");
    world.clock.advance(polled ? MINUTE_MS : 30 * MINUTE_MS);
    await world.invocation(null, async (bridge) => void (await sweep(bridge)));
  }
}

/** Lets it all happen, and come to rest. @returns what must not be */
export async function lived(world: World, commands: Iterable<Command>): Promise<string[]> {
  await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
  await comeToRest(world);
  return offences(world);
}

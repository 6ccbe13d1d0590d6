// A cron trigger that stops makes no error anywhere: requests notice it, tell it, and sweep. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { createWatchdog, OVERDUE_AFTER_MS, scheduledSweep, sweptAt } from "../../../src/bridge/watchdog.ts";
import { MINUTE_MS, NOW } from "../../fakes/fake-clock.ts";
import { createTestBridge, type TestBridge } from "../../fakes/test-bridge.ts";

const told = (bridge: TestBridge): string[] =>
  bridge.lines.filter(({ level }) => level === "error").map(({ name }) => name);

describe("a watchdog", () => {
  test("is content as long as sweeps come", async () => {
    const bridge = createTestBridge();
    const watchdog = createWatchdog();
    for (let minute = 0; minute < 20; minute++) {
      await scheduledSweep(bridge);
      bridge.clock.advance(MINUTE_MS);
      await watchdog.watch(bridge);
    }
    expect(told(bridge)).toEqual([]);
    expect(await sweptAt(bridge)).toBe(NOW + 19 * MINUTE_MS);
  });

  test("tells of a trigger that has stopped and does its work: what was accepted is started", async () => {
    const bridge = createTestBridge();
    const watchdog = createWatchdog();
    await scheduledSweep(bridge);
    const { id } = await bridge.admitOne();
    bridge.clock.advance(OVERDUE_AFTER_MS);
    await watchdog.watch(bridge);
    expect((await bridge.stored(id)).run).toBe("starting");
    bridge.clock.advance(MINUTE_MS);
    await watchdog.watch(bridge);
    expect(told(bridge)).toEqual(["sweep.overdue"]);
    expect((await bridge.stored(id)).run).toBe("running");
    expect(await sweptAt(bridge)).toBe(NOW + OVERDUE_AFTER_MS + MINUTE_MS);
  });

  test("waits from its first look on where nothing was ever swept", async () => {
    const bridge = createTestBridge();
    const watchdog = createWatchdog();
    await watchdog.watch(bridge);
    expect(told(bridge)).toEqual([]);
    bridge.clock.advance(OVERDUE_AFTER_MS + 1);
    await watchdog.watch(bridge);
    expect(told(bridge)).toEqual(["sweep.overdue"]);
  });

  test("looks once a minute, however many requests come", async () => {
    const bridge = createTestBridge();
    const watchdog = createWatchdog();
    let looks = 0;
    const { marks } = bridge.ledger;
    bridge.ledger.marks = async (beginning) => {
      if (beginning === "swept") looks++;
      return marks(beginning);
    };
    for (let request = 0; request < 120; request++) {
      await watchdog.watch(bridge);
      bridge.clock.advance(1_000);
    }
    expect(looks).toBe(2);
  });

  test("fails no request where the ledger is out of reach, and the trigger sweeps all the same", async () => {
    const bridge = createTestBridge();
    bridge.ledger.marks = () => Promise.reject(new Error("unreachable"));
    bridge.ledger.setMarks = () => Promise.reject(new Error("unreachable"));
    await createWatchdog().watch(bridge);
    expect(told(bridge)).toEqual(["watchdog.failed"]);
    const { id } = await bridge.admitOne();
    bridge.clock.advance(MINUTE_MS);
    await scheduledSweep(bridge);
    expect((await bridge.stored(id)).run).toBe("running");
  });
});

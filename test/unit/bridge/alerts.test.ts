// What a person must know reaches the callbacks that are named for it: once, with what to do, and with its end.
import { beforeEach, describe, expect, test } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import { raiseAlert } from "../../../src/bridge/alerts.ts";
import type { Bridge } from "../../../src/bridge/ports.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import { ALERT_KINDS, alertOf } from "../../../src/core/alert.ts";
import { DELIVERED, refused } from "../../fakes/fake-callbacks.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../fakes/fake-clock.ts";
import { FAILURES } from "../../fakes/fake-engine.ts";
import { createTestBridge, PLAIN_RULE, setupOf, type TestBridge } from "../../fakes/test-bridge.ts";

let plain: TestBridge;
let bridge: TestBridge;
let raised: Promise<void>[];

/** The bridge as it is composed: what is told to its log becomes alerts. */
beforeEach(() => {
  raised = [];
  plain = createTestBridge({ rules: [{ ...PLAIN_RULE, callbacks: ["crm"] }] });
  const setup = setupOf([{ ...PLAIN_RULE, callbacks: ["crm"] }]);
  const alerting = { ...setup, config: { ...setup.config, alerts: { callbacks: ["audit"] } } };
  bridge = {
    ...plain,
    setup: alerting,
    log: (level, name, fields) => {
      plain.log(level, name, fields);
      const alert = alertOf(name, fields);
      if (alert) raised.push(raiseAlert(bridge as Bridge, alert));
    },
  };
});

async function alerts() {
  while (raised.length > 0) await raised.shift();
  return plain.callbacks.to("audit").map(({ body }) => JSON.parse(body));
}

describe("an alert", () => {
  test("says what it is about and what to do, and is delivered like everything else", async () => {
    plain.callbacks.script.crm = [refused(410, { final: true })];
    plain.fakeEngine.script.start.push(FAILURES.rejected);
    await follow(bridge, await bridge.admitOne());
    const [alert, ...others] = await alerts();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      type: "bridge.alert.dead-letter",
      data: {
        kind: "dead-letter",
        subject: "crm",
        resolved: false,
        advice: expect.stringContaining("POST /api/replays"),
      },
    });
  });

  test("is told once in its time, however often it comes up, and again after it", async () => {
    for (let minute = 0; minute < 50; minute++) {
      bridge.log("error", "engine.opened", { engine: "default" });
      await alerts();
      plain.clock.advance(MINUTE_MS / 2);
    }
    expect(await alerts()).toHaveLength(1);
    plain.clock.advance(2 * HOUR_MS);
    bridge.log("error", "engine.opened", { engine: "default" });
    bridge.log("error", "engine.opened", { engine: "another" });
    expect((await alerts()).map(({ data }) => data.subject)).toEqual(["default", "default", "another"]);
  });

  test("is followed by its end", async () => {
    bridge.log("warn", "source.silent", { source: "signup" });
    bridge.log("info", "source.heard", { source: "signup" });
    expect((await alerts()).map(({ type }) => type)).toEqual([
      "bridge.alert.source-silent",
      "bridge.alert.source-silent.resolved",
    ]);
  });

  test("that cannot be delivered is tried again, and is no alert to whom it cannot be delivered", async () => {
    plain.callbacks.otherwise = ({ callback }) => (callback === "audit" ? refused(500) : DELIVERED);
    bridge.log("error", "engine.unauthorized", { engine: "default" });
    await alerts();
    for (let hour = 0; hour < 100; hour++) {
      plain.clock.advance(HOUR_MS);
      await sweep(bridge);
    }
    expect(await alerts()).toHaveLength(10);
    const { executions } = await plain.ledger.list({ limit: 100, state: "alert" });
    expect(executions.map(({ deliveries }) => deliveries[0]?.state)).toEqual(["exhausted"]);
  });

  test("is not told to anybody where the configuration names nobody", async () => {
    bridge = { ...bridge, setup: { ...bridge.setup, config: { ...bridge.setup.config, alerts: undefined } } };
    bridge.log("error", "engine.unauthorized", { engine: "default" });
    expect(await alerts()).toEqual([]);
    expect((await plain.ledger.list({ limit: 10 })).executions).toEqual([]);
  });

  test("that the ledger cannot take is told to the log, and disturbs nothing", async () => {
    const ledger = {
      ...plain.ledger,
      admit: async () => ({ ok: false, error: { reason: "ledger-unavailable", detail: "no" } }) as const,
    };
    const alert = alertOf("engine.unauthorized", { engine: "default" });
    if (!alert) throw new Error("no alert");
    await raiseAlert({ ...bridge, ledger }, alert);
    expect(plain.lines.at(-1)).toMatchObject({ level: "error", name: "alert.failed" });
  });
});

describe("the lines of the log that are alerts", () => {
  test.each([
    ["callback.attempted", { callback: "crm", state: "exhausted" }, "dead-letter", "crm"],
    ["callback.disabled", { callback: "crm" }, "callback-disabled", "crm"],
    ["callback.opened", { callback: "crm" }, "callback-failing", "crm"],
    ["engine.unauthorized", { engine: "default" }, "engine-unauthorized", "default"],
    ["engine.opened", { engine: "default" }, "engine-failing", "default"],
    ["source.silent", { source: "stripe" }, "source-silent", "stripe"],
    ["compare.missed", { source: "stripe" }, "events-missed", "stripe"],
    ["compare.refused", { source: "stripe" }, "list-refused", "stripe"],
    ["sweep.overdue", {}, "sweep-overdue", null],
    ["ledger.shard-filling", { shard: 3 }, "shard-filling", "3"],
    ["ledger.shard-nearly-full", { shard: 3 }, "shard-filling", "3"],
  ] as const)("%s %j is %s of %s", (name, fields, kind, subject) => {
    expect(alertOf(name, fields)).toMatchObject({ kind, subject, resolved: false });
    expect(alertOf(name, fields)?.quietMs).toBeLessThanOrEqual(DAY_MS);
  });

  test.each([
    ["callback.attempted", { callback: "crm", state: "due" }],
    ["callback.attempted", { callback: "crm", state: "delivered" }],
    ["webhook.received", {}],
    ["constructor", {}],
  ])("%s %j is none", (name, fields) => {
    expect(alertOf(name, fields)).toBeNull();
  });

  test("are of every kind that there is", () => {
    expect(ALERT_KINDS).toHaveLength(10);
  });
});

// The chaos run's judge, shown evidence that was doctored: whatever must not be is found. Without this a run that finds
// nothing would prove nothing.
import { describe, expect, it, test } from "vitest";
import type { SentEvent } from "../../../scripts/chaos/load.ts";
import type { Evidence, ListedExecution } from "../../../scripts/chaos/observer.ts";
import type { ReceivedLine } from "../../../scripts/chaos/receiver-process.ts";
import { reconcile } from "../../../scripts/chaos/reconcile.ts";
import type { StartCall } from "../../../scripts/chaos/tap.ts";

const NOW = 1_795_425_600_000;

const sent = (id: string, policy: "retry" | "hold" = "retry"): SentEvent => ({
  id,
  rule: policy,
  policy,
  forged: false,
  attempts: 1,
  acceptedAt: NOW,
  refused: null,
});
const call = (event: string, { begunAt = NOW, ...more }: Partial<StartCall> = {}): StartCall => ({
  event,
  recordId: null,
  life: 0,
  begunAt,
  overAt: begunAt + 10,
  status: 200,
  polled: false,
  ...more,
});
const run = (event: string, number = 1) => ({ id: `run_${number}_${event}`, event });
const message = (event: string, more: Partial<ReceivedLine> = {}): ReceivedLine => ({
  at: NOW + 20,
  id: `exe_${event}_crm`,
  verified: true,
  answer: 204,
  type: "execution.succeeded",
  event,
  execution: `exe_${event}`,
  runId: `run_1_${event}`,
  ...more,
});
const execution = (event: string, more: Partial<ListedExecution> = {}): ListedExecution => ({
  id: `exe_${event}`,
  state: "succeeded",
  event: { id: event },
  uncertainStarts: 0,
  deliveries: [{ state: "delivered" }],
  ...more,
});

/** One event that went well in every way. */
const GOOD: Evidence = {
  sent: [sent("a")],
  calls: [call("a")],
  runs: [run("a")],
  messages: [message("a")],
  executions: [execution("a")],
  bridgeKills: [],
};
/** One whose first answer was lost, so that it was started twice. */
const DOUBT: Evidence = {
  ...GOOD,
  calls: [call("a", { status: null }), call("a", { begunAt: NOW + 60_000 })],
  runs: [run("a"), run("a", 2)],
  executions: [execution("a", { uncertainStarts: 1 })],
};
/** One that is held because its answer was lost. */
const HELD: Evidence = {
  ...GOOD,
  sent: [sent("a", "hold")],
  calls: [call("a", { status: null })],
  messages: [],
  executions: [execution("a", { state: "held", uncertainStarts: 1, deliveries: [{ state: "due" }] })],
};

const offences = (evidence: Evidence) => reconcile(evidence).offences.map(({ kind, event }) => `${kind} ${event}`);

describe("what is as it should be", () => {
  it("is one run, one callback and one definite answer", () => {
    expect(reconcile(GOOD)).toMatchObject({
      sent: 1,
      accepted: 1,
      runs: 1,
      delivered: 1,
      repetitions: 0,
      offences: [],
    });
  });

  it("is a callback that came again under the same message id, which is counted", () => {
    expect(reconcile({ ...GOOD, messages: [message("a"), message("a")] })).toMatchObject({
      delivered: 1,
      repetitions: 1,
      offences: [],
    });
  });

  test.each([
    ["no answer", { status: null }],
    ["a 500 after acceptance", { status: 500 }],
    ["an answer at the very end of the bridge's patience", { overAt: NOW + 9_900 }],
  ])("is a second start under retry after %s, which is counted", (_, first) => {
    const calls = [call("a", first), ...DOUBT.calls.slice(1)];
    expect(reconcile({ ...DOUBT, calls })).toMatchObject({ doubledAfterUncertain: 1, offences: [] });
  });

  it("is a second start under retry after an answer that a killed bridge could not save", () => {
    const calls = [call("a"), ...DOUBT.calls.slice(1)];
    const evidence = { ...DOUBT, calls };
    expect(offences({ ...evidence, bridgeKills: [NOW + 500] })).toEqual([]);
    expect(offences({ ...evidence, bridgeKills: [NOW - 1] })).toEqual([]);
    expect(offences({ ...evidence, bridgeKills: [NOW + 30_000] })).toEqual(["doubled a"]);
    const later = calls.map((each) => ({ ...each, life: 1 }));
    expect(offences({ ...evidence, calls: later, bridgeKills: [NOW + 500] })).toEqual(["doubled a"]);
  });

  it("is not a second start after an answer that the bridge has shown to know, whatever was killed", () => {
    const calls = [call("a", { polled: true }), ...DOUBT.calls.slice(1)];
    expect(offences({ ...DOUBT, calls, bridgeKills: [NOW + 500] })).toEqual(["doubled a"]);
  });

  it("is a repeated call after an answer that says that nothing was started", () => {
    expect(offences({ ...GOOD, calls: [call("a", { status: 429 }), call("a", { begunAt: NOW + 9_000 })] })).toEqual([]);
  });

  it("is an execution held after one uncertain start, and a dead letter", () => {
    expect(reconcile(HELD)).toMatchObject({ held: 1, delivered: 0, offences: [] });
    const exhausted = [execution("a", { deliveries: [{ state: "exhausted" }] })];
    expect(reconcile({ ...GOOD, executions: exhausted })).toMatchObject({ deadLetters: 1, offences: [] });
  });
});

describe("what must not be", () => {
  test.each<[string, Evidence, string[]]>([
    [
      "an accepted event that the bridge does not know",
      { ...GOOD, executions: [], runs: [], calls: [], messages: [] },
      ["lost a"],
    ],
    ["a callback that is said to be delivered and never came", { ...GOOD, messages: [] }, ["lost a"]],
    [
      "a callback that is said to be delivered and was refused",
      { ...GOOD, messages: [message("a", { answer: 500 }), message("a", { answer: "reset" })] },
      ["lost a"],
    ],
    [
      "a start that was repeated though it was answered",
      { ...DOUBT, calls: [call("a"), call("a", { begunAt: NOW + 60_000 })] },
      ["doubled a"],
    ],
    [
      "a run that no start call accounts for",
      { ...GOOD, runs: [run("a"), run("a", 2)], executions: DOUBT.executions },
      ["doubled a"],
    ],
    ["a repeated start under hold", { ...DOUBT, sent: [sent("a", "hold")] }, ["doubledOnHold a"]],
    ["a second run that the bridge does not count", { ...DOUBT, executions: [execution("a")] }, ["uncounted a"]],
    ["two executions of one event", { ...GOOD, executions: [execution("a"), execution("a")] }, ["twice a"]],
    ["an execution still under way", { ...GOOD, executions: [execution("a", { state: "running" })] }, ["stillDue a"]],
    [
      "a callback still owed",
      { ...GOOD, executions: [execution("a", { deliveries: [{ state: "due" }] })] },
      ["stillDue a"],
    ],
    ["an event that was never accepted", { ...GOOD, sent: [{ ...sent("a"), acceptedAt: null }] }, ["stillDue a"]],
    [
      "a good event that was refused",
      { ...GOOD, sent: [{ ...sent("a"), acceptedAt: null, refused: 401 }] },
      ["refused a"],
    ],
    ["a forged event that got in", { ...GOOD, sent: [{ ...sent("a"), forged: true }] }, ["forged a"]],
    [
      "a callback without a valid signature",
      { ...GOOD, messages: [message("a"), message("a", { verified: false })] },
      ["unverified a"],
    ],
    [
      "a callback under two message ids",
      { ...GOOD, messages: [message("a"), message("a", { id: "other" })] },
      ["renamed a"],
    ],
    [
      "a callback about a run that there is not",
      { ...GOOD, messages: [message("a", { runId: "made-up" })] },
      ["strange a"],
    ],
    ["a run of an event that was never sent", { ...GOOD, runs: [run("a"), run("b")] }, ["strange b"]],
    ["an execution held under retry", { ...HELD, sent: [sent("a")] }, ["misheld a"]],
    ["an execution held though its run was told", { ...HELD, calls: [call("a")] }, ["misheld a"]],
    ["an answered run that the engine's record lacks", { ...GOOD, runs: [] }, ["strange a", "unrecorded a"]],
  ])("%s", (_, evidence, expected) => {
    expect(offences(evidence)).toEqual(expected);
  });

  it("is told with everything that is known of it", () => {
    const [offence] = reconcile({ ...GOOD, messages: [] }).offences;
    expect(offence?.known).toMatchObject({ event: { id: "a" }, calls: [{ status: 200 }], runs: [{ id: "run_1_a" }] });
  });
});

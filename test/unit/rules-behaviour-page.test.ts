// Keeps docs/rules-behaviour.md true: its tables name the states and policies that the code has, and each cell is what the
// ledger does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Ledger } from "../../src/bridge/ports.ts";
import type { Admission } from "../../src/core/admission.ts";
import { DUPLICATE_POLICIES, type DuplicatePolicy } from "../../src/core/dedupe.ts";
import type { Execution } from "../../src/core/execution.ts";
import { OnUncertainStart } from "../../src/core/rule-config.ts";
import { isActive, RECORDS, RUN_ENDS, RUN_STATES, type RunState, TRANSITIONS } from "../../src/core/run-state.ts";
import { admission, admit, admitNew, finished, NOW, parked, running, save } from "../contract/ledger/executions.ts";
import { createMemoryLedger } from "../fakes/memory-ledger.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/rules-behaviour.md"), "utf8");

/** The rows of the first table after a text, head first, as cells. */
function tableAfter(text: string): string[][] {
  const from = page.indexOf(text);
  if (from < 0) throw new Error(`the page does not say: ${text}`);
  const lines = page.slice(from).split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  const rows = lines.slice(start);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows
    .slice(0, end)
    .filter((_, index) => index !== 1)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The words in code marks. */
function marked(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
}

describe("the states", () => {
  const [, ...rows] = tableAfter("## States");

  it("are those of the code, each of its kind, with what may follow", () => {
    expect(rows.map(([state]) => marked(state))).toEqual(RUN_STATES.map((state) => [state]));
    expect(rows.map(([, kind]) => kind)).toEqual(RUN_STATES.map(kindOf));
    expect(rows.map(([, , , next]) => marked(next))).toEqual(RUN_STATES.map((state) => TRANSITIONS[state]));
  });
});

function kindOf(state: RunState): string {
  if (isActive(state)) return "goes on";
  return (RUN_ENDS as readonly string[]).includes(state) ? "end" : "record";
}

it("the policies of an uncertain start are those of the code", () => {
  const [, ...rows] = tableAfter("## Uncertain starts");
  expect(rows.map(([policy]) => marked(policy))).toEqual(OnUncertainStart.unwrap().options.map((option) => [option]));
});

const OUTCOMES: Readonly<Record<string, string>> = { "–": "duplicate", new: "new", "cancels it, new": "replace" };

describe.each([
  ["**Another event** with the same key", "evt_2"],
  ["**The same event delivered again**", "evt_1"],
])("%s", (title, event) => {
  const [head = [], ...rows] = tableAfter(title);

  it("is told for every policy and every state", () => {
    expect(head.slice(1).flatMap(marked)).toEqual(DUPLICATE_POLICIES);
    expect(rows.flatMap(([states]) => marked(states)).toSorted()).toEqual([...RUN_STATES].toSorted());
  });

  const cells = rows.flatMap(([states, ...outcomes]) =>
    marked(states).flatMap((state) => outcomes.map((outcome, i) => [head[i + 1] ?? "", state, outcome] as const)),
  );
  it.each(cells.filter(([, , outcome]) => outcome !== ""))("%s, %s: %s", async (policy, state, outcome) => {
    const onDuplicate = marked(policy)[0] as DuplicatePolicy;
    const ledger = createMemoryLedger();
    const holder = await bring(ledger, state as RunState, onDuplicate);
    const answer = await admit(ledger, { ...likeHolder(state as RunState, onDuplicate), event: eventOf(event) });
    const wanted = (await ledger.get(holder.id))?.cancelRequest !== null;
    expect(wanted ? "replace" : answer.outcome).toBe(OUTCOMES[outcome]);
  });
});

it.each(DUPLICATE_POLICIES)(
  "a shadow rule with %s records what is delivered again as the page says",
  async (policy) => {
    const ledger = createMemoryLedger();
    const shadow = admission({ onDuplicate: policy, over: { state: "shadow", reason: null } });
    await admitNew(ledger, shadow);
    expect((await admit(ledger, shadow)).outcome).toBe("duplicate");
    const oncePerKey = policy === "skip" || policy === "retry-failed";
    const another = { ...shadow, event: { ...shadow.event, dedupeKey: "another event" } };
    expect((await admit(ledger, another)).outcome).toBe(oncePerKey ? "duplicate" : "new");
  },
);

describe("a cancel", () => {
  const [, ...rows] = tableAfter("## Cancel rules");
  const told = rows.flatMap(([states, what]) => marked(states).map((state) => [state, marked(what)[0]] as const));

  it("is told of every state that a rule's execution may have, and of one never seen", () => {
    const others: readonly string[] = RECORDS.filter((state) => state !== "shadow");
    expect(told.map(([state]) => state)).toEqual(RUN_STATES.filter((state) => !others.includes(state)));
    expect(rows[0]?.slice(0, 2)).toEqual(["never seen", "`moot`"]);
  });

  it.each(told)("of one %s is %s", async (state, what) => {
    const ledger = createMemoryLedger();
    const target = await bring(ledger, state as RunState, "skip");
    expect((await admitNew(ledger, cancelOf(target.rule))).run).toBe(what);
    expect((await ledger.get(target.id))?.cancelRequest === null).toBe(what === "moot");
  });

  it("of one never seen is moot, and does not keep it from starting", async () => {
    const ledger = createMemoryLedger();
    expect((await admitNew(ledger, cancelOf(admission().rule))).run).toBe("moot");
    expect(await admitNew(ledger)).toMatchObject({ run: "starting", cancelRequest: null });
  });
});

function eventOf(id: string): Admission["event"] {
  return { ...admission().event, id, dedupeKey: id };
}

function cancelOf(rule: string): Admission {
  const cancel = { rule, dedupeKey: null };
  const one = admission({ rule: "stop", start: null, callbacks: [], cancel, dedupeKey: "evt_stop" });
  return { ...one, event: eventOf("evt_stop") };
}

/** What would meet an execution in this state: of cancels only a cancel, of events that no rule took only such a one. */
function likeHolder(state: RunState, onDuplicate: DuplicatePolicy): Admission {
  if (state === "unmatched" || state === "alert")
    return admission({ over: { state, reason: null }, start: null, callbacks: [] });
  if (state === "applied" || state === "moot") return { ...cancelOf("another"), dedupeKey: "sub_1" };
  return admission({ onDuplicate });
}

/** An execution of the first event, brought into a state. */
async function bring(ledger: Ledger, state: RunState, onDuplicate: DuplicatePolicy): Promise<Execution> {
  const own = { ...likeHolder(state, onDuplicate), event: eventOf("evt_1") };
  if (state === "applied") await admitNew(ledger, admission({ rule: "another" }));
  if (state === "invalid" || state === "shadow") own.over = { state, reason: null };
  if (state === "queued") own.onUncertainStart = "hold";
  const fresh = await admitNew(ledger, own);
  const after = await stepsTo(ledger, fresh, state);
  expect(after.run).toBe(state);
  return after;
}

async function stepsTo(ledger: Ledger, fresh: Execution, state: RunState): Promise<Execution> {
  if (fresh.run === state) return fresh;
  if (state === "held") return save(ledger, parked(fresh));
  if (state === "rejected") return save(ledger, finished(fresh, NOW, null, state));
  const runs = await save(ledger, running(fresh));
  if (state === "running" || state === "queued" || state === "starting") return runs;
  return save(ledger, finished(runs, NOW, null, state));
}

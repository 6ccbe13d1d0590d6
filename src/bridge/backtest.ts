// A backtest: the newest recorded events, decided by the configuration in force and by another one, and what the other one
// would do more, no more or otherwise. Reads the ledger and starts nothing. Bounded in time and in what it looks at: where
// it stops early, it says how to go on.
import {
  compareDecisions,
  DIFFERENCE_KINDS,
  type DifferenceKind,
  type RuleDifference,
} from "../core/compare-decisions.ts";
import type { Event } from "../core/event.ts";
import type { RuleSet } from "../core/rule.ts";
import type { Bridge, ExecutionSummary } from "./ports.ts";
import { recordedEvents } from "./recorded-events.ts";

/** After this no new portion is begun: the platform gives a request 30 seconds of CPU. */
export const BACKTEST_BUDGET_MS = 15_000;

/** Events read and decided at a time, each up to some MB. The clock of the platform moves only between them. */
const PORTION = 20;

/** Changed events that are told; all are counted. */
const MAX_CHANGES_TOLD = 100;

export interface BacktestQuery {
  /** How many events, the newest first. */
  readonly limit: number;
  readonly source?: string;
  /** Only what was recorded from then on, ms since the epoch. */
  readonly sinceAt?: number;
  /** Where an answer before this one has stopped. */
  readonly cursor?: BacktestCursor;
}

/**
 * What was recorded up to a moment is the same whenever it is looked at again (but for what is purged meanwhile), so that
 * each event counts once however often the work is interrupted.
 */
export interface BacktestCursor {
  /** ms since the epoch */
  readonly untilAt: number;
  /** Events that have been looked at. */
  readonly done: number;
}

export interface ChangedEvent {
  readonly event: Omit<Event, "data">;
  /** What has been recorded of it, the newest first. */
  readonly executions: readonly string[];
  readonly differences: readonly RuleDifference[];
}

export type KindCounts = Readonly<Partial<Record<DifferenceKind, number>>>;

export interface BacktestReport {
  /** Events looked at, in this answer. */
  readonly events: number;
  readonly unchanged: number;
  readonly changed: number;
  /** One for each event and rule; a kind that does not occur is left out. */
  readonly counts: KindCounts;
  readonly rules: Readonly<Record<string, KindCounts>>;
  /** The newest first, up to a bound. */
  readonly changes: readonly ChangedEvent[];
  /** False where it has stopped before it has seen what was asked for. */
  readonly complete: boolean;
  /** How to go on; null where there is nothing more to be seen in this way. */
  readonly next: BacktestCursor | null;
}

export async function backtest(
  bridge: Bridge,
  proposed: RuleSet,
  { limit, cursor, ...range }: BacktestQuery,
): Promise<BacktestReport> {
  const begun = bridge.now();
  const { untilAt, done } = cursor ?? { untilAt: begun, done: 0 };
  const recorded = await recordedEvents(bridge.ledger, { ...range, untilAt, limit });
  const tally = new Tally();
  let at = done;
  while (at < recorded.events.length && (at === done || bridge.now() - begun <= BACKTEST_BUDGET_MS)) {
    const portion = recorded.events.slice(at, at + PORTION);
    await decidePortion(bridge, proposed, portion, tally);
    at += portion.length;
  }
  const finished = at >= recorded.events.length;
  return {
    ...tally.report(),
    complete: finished && recorded.complete,
    next: finished ? null : { untilAt, done: at },
  };
}

async function decidePortion(
  { ledger, setup }: Bridge,
  proposed: RuleSet,
  portion: readonly (readonly ExecutionSummary[])[],
  tally: Tally,
): Promise<void> {
  const newest = portion.flatMap(([first]) => first?.id ?? []);
  const read = new Map((await ledger.getAll(newest)).map((execution) => [execution.id, execution]));
  for (const records of portion) {
    const execution = read.get(records[0]?.id ?? "");
    // Purged between the two looks: then there is nothing to decide about.
    if (!execution) continue;
    const { event } = execution;
    const before = await setup.rules.decide(event);
    const after = await proposed.decide(event);
    tally.add(event, records, compareDecisions(before, after));
  }
}

class Tally {
  #events = 0;
  #changed = 0;
  readonly #counts = new Map<DifferenceKind, number>();
  readonly #rules = new Map<string, Map<DifferenceKind, number>>();
  readonly #changes: ChangedEvent[] = [];

  add(
    { data: _, ...event }: Event,
    records: readonly ExecutionSummary[],
    differences: readonly RuleDifference[],
  ): void {
    this.#events++;
    if (differences.length === 0) return;
    this.#changed++;
    for (const { rule, kinds } of differences) {
      const ofRule = this.#rules.get(rule) ?? new Map<DifferenceKind, number>();
      this.#rules.set(rule, ofRule);
      for (const kind of kinds) {
        count(this.#counts, kind);
        count(ofRule, kind);
      }
    }
    if (this.#changes.length < MAX_CHANGES_TOLD) {
      this.#changes.push({ event, executions: records.map(({ id }) => id), differences });
    }
  }

  report(): Omit<BacktestReport, "complete" | "next"> {
    return {
      events: this.#events,
      unchanged: this.#events - this.#changed,
      changed: this.#changed,
      counts: countsOf(this.#counts),
      rules: Object.fromEntries([...this.#rules].map(([rule, counts]) => [rule, countsOf(counts)])),
      changes: this.#changes,
    };
  }
}

function count(counts: Map<DifferenceKind, number>, kind: DifferenceKind): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

function countsOf(counts: ReadonlyMap<DifferenceKind, number>): KindCounts {
  const entries = DIFFERENCE_KINDS.flatMap((kind) => {
    const number = counts.get(kind);
    return number === undefined ? [] : [[kind, number] as const];
  });
  return Object.fromEntries(entries);
}

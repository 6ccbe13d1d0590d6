// Replays by filter: first an estimate, then in portions, the newest first. A portion that is repeated under the same key
// starts nothing twice, and never replays what the same request has started.
import type { ReplayRequest } from "../core/replay.ts";
import type { Bridge, ExecutionFilter, ExecutionSummary } from "./ports.ts";
import { replayAll } from "./replay.ts";
import type { Replayed } from "./replay-outcome.ts";
import { type Foreseen, foreseeEnd, foreseeStarts } from "./replay-preview.ts";
import { isStartedBy } from "./replay-start.ts";

export type ReplayFilter = Omit<ExecutionFilter, "before" | "limit">;

/** The most executions that one request handles. */
export const PORTION_MAX = 100;

/** Executions that are in memory at once, with their payloads. */
const SLICE = 25;

/** Of a request so many are taken up at once: the platform gives a Worker 30 seconds and a number of calls. */
export const FOLLOWED_MAX = 25;

/** The most rows that an estimate looks at. To foresee a start, the event has to be read and decided. */
const ESTIMATED_STARTS = 500;
const ESTIMATED_ENDS = 10_000;

/** Rows per page of an estimate, and the calls to shards that all its pages may take. */
const ESTIMATE_PAGE = 500;
const ESTIMATE_CALLS = 400;

const SAMPLE = 5;

export interface Portion {
  readonly replayed: readonly Replayed[];
  /** Give it as `before` for the next portion; null where this was the last. */
  readonly next: string | null;
}

export async function replayPortion(
  bridge: Bridge,
  request: ReplayRequest,
  filter: ReplayFilter & Pick<ExecutionFilter, "before" | "limit">,
  key: string,
): Promise<Portion> {
  const page = await bridge.ledger.list(filter);
  const replayed: Replayed[] = [];
  let followable = FOLLOWED_MAX;
  for (const slice of slices(page.executions.filter((execution) => !isStartedBy(key, execution)))) {
    const executions = await bridge.ledger.getAll(slice.map(({ id }) => id));
    const some = await replayAll(bridge, executions, { request, key, followable });
    followable = Math.max(0, followable - some.reduce((sum, { followUps }) => sum + followUps.length, 0));
    replayed.push(...some);
  }
  return { replayed, next: page.next };
}

export interface Estimate {
  /** How many executions were looked at. */
  readonly looked: number;
  /** False where there are more than were looked at. */
  readonly complete: boolean;
  readonly counts: Readonly<Record<Foreseen["would"], number>>;
  /** What stands in the way, how often, and one example of it. */
  readonly reasons: Readonly<Partial<Record<Reason, Tally>>>;
  /** New executions that would be started. */
  readonly starts: number;
  /** Cancels that would be applied. */
  readonly cancels: number;
  readonly sample: readonly Foreseen[];
}

type Reason = NonNullable<Foreseen["reason"]>;

/** How often something stands in the way, and one example in words. */
export interface Tally {
  readonly count: number;
  readonly example: { readonly of: string; readonly detail: string };
}

export async function estimate(bridge: Bridge, request: ReplayRequest, filter: ReplayFilter): Promise<Estimate> {
  const isStart = request.intent === "re-evaluate" || request.intent === "restart";
  const wanted = Math.ceil((isStart ? ESTIMATED_STARTS : ESTIMATED_ENDS) / ESTIMATE_PAGE);
  const affordable = Math.max(1, Math.floor(ESTIMATE_CALLS / bridge.ledger.shards));
  const foresee = foresight(bridge, request);
  let sum: Estimate = NOTHING;
  let before: string | null = null;
  for (let pages = 0; pages < Math.min(wanted, affordable); pages++) {
    const page = await bridge.ledger.list({ ...filter, limit: ESTIMATE_PAGE, ...(before === null ? {} : { before }) });
    for (const slice of slices(page.executions)) sum = (await foresee(slice)).reduce(added, sum);
    before = page.next;
    if (before === null) break;
  }
  return { ...sum, complete: before === null };
}

const NOTHING: Estimate = {
  looked: 0,
  complete: true,
  counts: { start: 0, refetch: 0, resend: 0, "be-refused": 0 },
  reasons: {},
  starts: 0,
  cancels: 0,
  sample: [],
};

function added(sum: Estimate, foreseen: Foreseen): Estimate {
  const { would, reason, starts } = foreseen;
  const done = starts.filter(({ obstacle }) => obstacle === null);
  const cancels = done.filter(({ admission }) => admission.cancel !== null).length;
  return {
    ...sum,
    looked: sum.looked + 1,
    counts: { ...sum.counts, [would]: sum.counts[would] + 1 },
    reasons: reason === null ? sum.reasons : { ...sum.reasons, [reason]: counted(sum.reasons[reason], foreseen) },
    starts: sum.starts + done.length - cancels,
    cancels: sum.cancels + cancels,
    sample: sum.sample.length < SAMPLE ? [...sum.sample, foreseen] : sum.sample,
  };
}

/** One more of the kind. */
export function counted(tally: Tally | undefined, { of, detail }: Tally["example"]): Tally {
  return { count: (tally?.count ?? 0) + 1, example: tally?.example ?? { of, detail } };
}

function foresight(bridge: Bridge, request: ReplayRequest) {
  const taken = new Set<string>();
  return async (slice: readonly ExecutionSummary[]): Promise<Foreseen[]> => {
    if (request.intent === "refetch" || request.intent === "resend") {
      return slice.map((execution) => foreseeEnd(bridge, execution, request));
    }
    const executions = await bridge.ledger.getAll(slice.map(({ id }) => id));
    return foreseeStarts(bridge, executions, request, taken);
  };
}

function* slices<T>(all: readonly T[]): Generator<T[]> {
  for (let from = 0; from < all.length; from += SLICE) yield all.slice(from, from + SLICE);
}

// Where everything stands in the picture of an execution's timeline: lanes from the sender to the callbacks, time from left to right.
// Pure. Gaps are drawn shorter the longer they are, so that milliseconds and days fit in one picture; what comes later never
// stands further left, and nothing in a lane covers what stands before it.
import type { ExecutionFacts, TimelineLine } from "../../../http/execution-view.ts";
import { exact, span, type Tone, toneOf } from "../../parts/pieces.tsx";

/** Something that took from `from` to `at` (ms since the epoch), the same where it took no time that is known. */
export interface Mark {
  readonly lane: string;
  readonly from: number;
  readonly at: number;
  readonly tone: Tone;
  readonly label: string;
  /** Still to come, or going on. */
  readonly open?: boolean;
}

/** x and x0 in percent of the picture's width. */
export interface Placed extends Mark {
  readonly x0: number;
  readonly x: number;
}

export interface Picture {
  readonly lanes: readonly { readonly name: string; readonly marks: readonly Placed[] }[];
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  /** How many marks beside each other the width must have room for. */
  readonly room: number;
}

/** The picture's edge, percent, so that the first and the last mark are whole; and the least distance of two labels on the axis. */
const EDGE = 3;
const TICK = 26;

/** A picture that has room for more than so many marks is so much wider than its place, and both of these so much less of it. */
const ONE_PLACE = 20;

/** Grows with the logarithm: from 1.1 for a millisecond to 4 for ten days. */
function widthOf(gapMs: number): number {
  return 1 + Math.log10(1 + gapMs) / 3;
}

export function place(marks: readonly Mark[]): Picture {
  const ordered = marks.toSorted((a, b) => a.at - b.at);
  const { begins, ends, total, nearest } = walk(ordered);
  const room = total / nearest;
  const places = Math.max(room / ONE_PLACE, 1);
  const edge = EDGE / places;
  const percent = (position = 0): number => edge + (position / total) * (100 - 2 * edge);
  const placed = ordered.map((mark, n) => ({ ...mark, x0: percent(begins[n]), x: percent(ends[n]) }));
  const lanes = [...Map.groupBy(placed, ({ lane }) => lane)].map(([name, marksOf]) => ({ name, marks: marksOf }));
  return { lanes, ticks: ticksOf(placed, TICK / places), room };
}

/** Goes over all beginnings and ends in the order of time. @param ordered by `at` */
function walk(ordered: readonly Mark[]) {
  const points = ordered
    .flatMap(({ lane, from, at }, n) => [
      { n, lane, time: Math.min(from, at), isEnd: false },
      { n, lane, time: at, isEnd: true },
    ])
    .toSorted((a, b) => a.time - b.time || a.n - b.n);
  const begins: number[] = [];
  const ends: number[] = [];
  /** Where the last mark of each lane stands. */
  const taken = new Map<string, number>();
  let position = 0;
  let time = points[0]?.time ?? 0;
  let nearest = Number.POSITIVE_INFINITY;
  for (const point of points) {
    if (point.time > time) position += widthOf(point.time - time);
    time = point.time;
    if (!point.isEnd) {
      begins[point.n] = position;
      continue;
    }
    const before = taken.get(point.lane);
    if (before !== undefined) {
      position = Math.max(position, before + 1);
      nearest = Math.min(nearest, position - before);
    }
    // A call that began while the one before it went on is drawn from that one's end.
    begins[point.n] = Math.max(begins[point.n] ?? position, before ?? 0);
    ends[point.n] = position;
    taken.set(point.lane, position);
  }
  const total = Math.max(position, 1);
  return { begins, ends, total, nearest: Math.min(nearest, total) };
}

/** After how much time the marks come, as far as there is room for it. */
function ticksOf(placed: readonly Placed[], distance: number): Picture["ticks"] {
  const [first] = placed;
  if (!first) return [];
  const ticks = [{ x: first.x, label: exact(new Date(first.at).toISOString()).slice(11, 19) }];
  for (const { x, at } of placed) {
    const last = ticks.at(-1);
    if (last && x - last.x >= distance) ticks.push({ x, label: `+${span(at - first.at)}` });
  }
  return ticks;
}

const LANES: Readonly<Record<string, string>> = {
  admitted: "Received",
  start: "Start",
  held: "Start",
  released: "Start",
  cancel: "Run",
  run: "Run",
  result: "Run",
  ended: "Run",
  replay: "Replays",
};

/** What is to be seen of an execution. @param now ms since the epoch */
export function marksOf(execution: ExecutionFacts, now: number): Mark[] {
  const startedAt = execution.startedAt === null ? null : Date.parse(execution.startedAt);
  let runs = startedAt;
  const marks = execution.timeline.map((line): Mark => {
    const at = Date.parse(line.at);
    const lane = line.callback ?? LANES[line.step] ?? line.step;
    // What is done about a run, and its end, is drawn from what came before it.
    const from = lane === "Run" && runs !== null ? runs : at - (line.durationMs ?? 0);
    if (lane === "Run" && runs !== null) runs = at;
    return { lane, from: Math.min(from, at), at, tone: toneOfLine(line), label: labelOf(line) };
  });
  if (execution.state === "running" && startedAt !== null && runs !== null) {
    const label = `running for ${span(Math.max(now - startedAt, 0))}`;
    marks.push({ lane: "Run", from: runs, at: Math.max(now, runs), tone: "busy", label, open: true });
  }
  for (const { callback, state, nextAt } of execution.deliveries) {
    if (state !== "due" || nextAt === null) continue;
    const at = Date.parse(nextAt);
    marks.push({ lane: callback, from: at, at, tone: "busy", label: `next attempt ${exact(nextAt)}`, open: true });
  }
  return marks;
}

/** A line tells of something that is over: a start that led to `running` went well. */
export function toneOfLine({ step, outcome }: Pick<TimelineLine, "step" | "outcome">): Tone {
  const tone = toneOf(outcome);
  return tone === "busy" && (step === "start" || step === "released") && outcome !== "waiting" ? "good" : tone;
}

/** What a line says, in one. */
export function labelOf({ step, outcome, attempt, status, durationMs, detail }: TimelineLine): string {
  const parts = [
    `${step}${attempt === undefined ? "" : ` ${attempt}`}: ${outcome}`,
    status === undefined ? "" : `HTTP ${status}`,
    durationMs === undefined ? "" : `took ${span(durationMs)}`,
    detail ?? "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

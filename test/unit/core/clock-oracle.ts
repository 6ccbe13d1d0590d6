// What is due, found out the slow way and without croner: the clocks of a zone are read every minute by Intl, as a person
// would who sits beside them, and the pattern is a function over what they show.

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** What the clocks show, by the getters for UTC. */
export type Due = (wall: Date) => boolean;

interface Minute {
  readonly at: number;
  readonly wall: Date;
  /** The clocks have shown this before. */
  readonly again: boolean;
  /** What the clocks have skipped right before. */
  readonly skipped: readonly Date[];
}

export function readClocks(timeZone: string, from: number, until: number): Minute[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const shown = new Set<number>();
  const minutes: Minute[] = [];
  // The day before is read too: what it has shown is known when the span begins.
  for (let at = from - DAY_MS; at <= until; at += MINUTE_MS) {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0] = format.format(at).split(/\D+/).map(Number);
    const wall = new Date(Date.UTC(year, month - 1, day, hour, minute));
    const last = minutes.at(-1)?.wall.getTime() ?? wall.getTime();
    const skipped: Date[] = [];
    for (let gone = last + MINUTE_MS; gone < wall.getTime(); gone += MINUTE_MS) skipped.push(new Date(gone));
    minutes.push({ at, wall, again: shown.has(wall.getTime()), skipped });
    shown.add(wall.getTime());
  }
  return minutes.filter(({ at }) => at > from);
}

/** The minutes that are due: every hour as it passes, or once whatever the clocks do. */
export function dueByClocks(minutes: readonly Minute[], due: Due, everyHour: boolean): number[] {
  return minutes
    .filter(({ wall, again, skipped }) => (everyHour ? due(wall) : (due(wall) && !again) || skipped.some(due)))
    .map(({ at }) => at);
}

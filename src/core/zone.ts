// Time zones: what the clocks on the wall show at an instant, and when they show a time: once, twice or never. Pure: the
// rules come from the platform's own IANA database. A wall time is what the clock shows, written as ms as if it were UTC.
import { DAY_MS, MINUTE_MS } from "./duration.ts";

/** When the clocks show a wall time, all in ms since the epoch. */
export type Showing =
  | { readonly kind: "once"; readonly at: number }
  /** The clocks were put back. */
  | { readonly kind: "twice"; readonly first: number; readonly second: number }
  /** The clocks were put forward over it. `after` is the first minute that follows. */
  | { readonly kind: "never"; readonly after: number };

export interface Zone {
  readonly name: string;
  /** How far the clocks are ahead of UTC at an instant, ms. */
  offsetAt(at: number): number;
}

/** @returns null where the platform knows no zone of this name */
export function openZone(name: string): Zone | null {
  // Offsets such as +01:00 are taken by some platforms and are no names.
  if (!/^[A-Za-z]/.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
  return { name, offsetAt: (at) => offsetIn(format.format(at)) };
}

/** Reads the offset out of a text such as "1/31/2026, GMT+05:30"; UTC itself is plain "GMT" or "GMT+00:00". */
function offsetIn(text: string): number {
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(text) ?? [];
  const ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS;
  return sign === "-" ? -ms : ms;
}

/**
 * When the clocks of a zone show a wall time. A day before it and a day after it are surely on either side of any change
 * that concerns it, since no zone is more than 14 hours away from UTC.
 */
export function showingOf(zone: Zone, wall: number): Showing {
  const before = zone.offsetAt(wall - DAY_MS);
  const after = zone.offsetAt(wall + DAY_MS);
  const [first, second] = [wall - before, wall - after];
  if (before === after) return { kind: "once", at: first };
  const [isFirst, isSecond] = [zone.offsetAt(first) === before, zone.offsetAt(second) === after];
  if (isFirst && isSecond) return { kind: "twice", first, second };
  if (isFirst || isSecond) return { kind: "once", at: isFirst ? first : second };
  return { kind: "never", after: changeBetween(zone, second, first) };
}

/** The first minute that has the offset of `high`, between two whole minutes of different offsets. */
function changeBetween(zone: Zone, low: number, high: number): number {
  const offset = zone.offsetAt(high);
  let [from, to] = [low, high];
  while (to - from > MINUTE_MS) {
    const middle = from + Math.floor((to - from) / 2 / MINUTE_MS) * MINUTE_MS;
    if (zone.offsetAt(middle) === offset) to = middle;
    else from = middle;
  }
  return to;
}

/** An instant as the zone's clocks show it, with the offset: `2026-12-24T02:00:00+01:00`. */
export function localTime(zone: Zone, at: number): string {
  const offset = zone.offsetAt(at);
  const ahead = new Date(Math.abs(offset)).toISOString().slice(11, 16);
  return `${new Date(at + offset).toISOString().slice(0, 19)}${offset < 0 ? "-" : "+"}${ahead}`;
}

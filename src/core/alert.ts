// What a person must be told, and what to do about it: made of what the bridge tells its log, so that there is one place where a
// thing turns. Pure.
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./duration.ts";
import { MORE_ROOM } from "./shard-size.ts";

export const ALERT_KINDS = [
  "dead-letter",
  "callback-disabled",
  "callback-failing",
  "engine-unauthorized",
  "engine-failing",
  "source-silent",
  "events-missed",
  "list-refused",
  "sweep-overdue",
  "shard-filling",
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export interface Alert {
  readonly kind: AlertKind;
  /** Whether it is over. */
  readonly resolved: boolean;
  /** The engine, callback, source or shard; null where it is about the bridge. */
  readonly subject: string | null;
  /** What to do. */
  readonly advice: string;
  /** It is told once in this time, ms, however often it comes up. */
  readonly quietMs: number;
}

type Fields = Readonly<Record<string, unknown>>;

interface Reading {
  readonly kind: AlertKind;
  readonly subject: "engine" | "callback" | "source" | "shard" | null;
  readonly advice: string;
  readonly quietMs: number;
  readonly resolved?: true;
  readonly when?: (fields: Fields) => boolean;
}

const OVER = "Nothing is to be done any more.";

/** By the name of the line in the log. */
const READINGS: Readonly<Record<string, Reading>> = {
  "callback.attempted": {
    kind: "dead-letter",
    subject: "callback",
    advice: "See why with GET /api/executions?delivery=exhausted, mend it, and send them again with POST /api/replays.",
    quietMs: HOUR_MS,
    when: ({ state }) => state === "exhausted",
  },
  "callback.disabled": {
    kind: "callback-disabled",
    subject: "callback",
    advice: "Ask its receiver what is wrong, then POST /api/callbacks/:id/resume, and resend the dead letters.",
    quietMs: MINUTE_MS,
  },
  "callback.resumed": {
    kind: "callback-disabled",
    subject: "callback",
    advice: OVER,
    quietMs: MINUTE_MS,
    resolved: true,
  },
  "callback.opened": {
    kind: "callback-failing",
    subject: "callback",
    advice: "It does not answer, or with errors. Its messages wait and are sent once it works again.",
    quietMs: HOUR_MS,
  },
  "callback.closed": {
    kind: "callback-failing",
    subject: "callback",
    advice: OVER,
    quietMs: MINUTE_MS,
    resolved: true,
  },
  "engine.unauthorized": {
    kind: "engine-unauthorized",
    subject: "engine",
    advice: "Set a token that the engine accepts with wrangler secret put. Nothing is lost; it goes on by itself.",
    quietMs: MINUTE_MS,
  },
  "engine.resumed": {
    kind: "engine-unauthorized",
    subject: "engine",
    advice: OVER,
    quietMs: MINUTE_MS,
    resolved: true,
  },
  "engine.opened": {
    kind: "engine-failing",
    subject: "engine",
    advice: "It does not answer, or with errors. It is probed every minute; starts wait, and nothing is lost.",
    quietMs: HOUR_MS,
  },
  "engine.closed": { kind: "engine-failing", subject: "engine", advice: OVER, quietMs: MINUTE_MS, resolved: true },
  "source.silent": {
    kind: "source-silent",
    subject: "source",
    advice: "See at the sender whether the webhook is still there and enabled, and GET /api/sources/:id for refusals.",
    quietMs: MINUTE_MS,
  },
  "source.heard": { kind: "source-silent", subject: "source", advice: OVER, quietMs: MINUTE_MS, resolved: true },
  "compare.missed": {
    kind: "events-missed",
    subject: "source",
    advice:
      "The sender had sent what has not arrived; it is started now. See at the sender why its deliveries fail, and GET /api/refusals.",
    quietMs: HOUR_MS,
  },
  "compare.refused": {
    kind: "list-refused",
    subject: "source",
    advice:
      "The sender's API does not accept the token of compare, or it may not read the list. Nothing is compared until then.",
    quietMs: DAY_MS,
  },
  "sweep.overdue": {
    kind: "sweep-overdue",
    subject: null,
    advice:
      "See in the Cloudflare dashboard whether the Worker's cron trigger is there. Requests stand in for it meanwhile.",
    quietMs: HOUR_MS,
  },
  "ledger.shard-filling": {
    kind: "shard-filling",
    subject: "shard",
    advice: MORE_ROOM,
    quietMs: DAY_MS,
  },
  "ledger.shard-nearly-full": {
    kind: "shard-filling",
    subject: "shard",
    advice: "It will soon admit nothing more: raise ledger.shards now, or shorten ledger.retention.",
    quietMs: HOUR_MS,
  },
};

/** @returns null where the line is for the log alone */
export function alertOf(name: string, fields: Fields): Alert | null {
  const reading = Object.hasOwn(READINGS, name) ? READINGS[name] : undefined;
  if (!reading || reading.when?.(fields) === false) return null;
  const { kind, subject, advice, quietMs, resolved = false } = reading;
  return { kind, resolved, advice, quietMs, subject: subject === null ? null : String(fields[subject] ?? "") };
}

// What the facts that a bridge tells of itself mean, and what to do. Pure.
import type { Finding } from "./doctor.ts";

const SWEEP_LATE_MS = 5 * 60_000;
/** The sweep runs each minute. What waits longer waits for an engine, a callback or a sweep. */
const DUE_LATE_MS = 10 * 60_000;

/** null: the bridge did not say. */
export interface Facts {
  readonly config: {
    readonly revision: number;
    readonly inForce: number | null;
    readonly faults: readonly { readonly path: string; readonly message: string }[];
  } | null;
  readonly stats: {
    readonly lastSweepAt: string | null;
    readonly backlog: number;
    readonly oldestDueAt: string | null;
    readonly deliveries: Readonly<Record<string, Readonly<Record<string, number>>>>;
  } | null;
  readonly engines: readonly { readonly id: string; readonly state: string }[] | null;
  readonly callbacks: readonly { readonly id: string; readonly state: string }[] | null;
  readonly sources:
    | readonly {
        readonly id: string;
        readonly state?: string;
        readonly lastEventAt: string | null;
        readonly silentSince: string | null;
        readonly notes: { readonly refused: number } | null;
      }[]
    | null;
  readonly shards: readonly { readonly shard: number; readonly state: string }[] | null;
}

export function findings(facts: Facts, now: number): Finding[] {
  return [
    ...ofConfig(facts.config),
    ...ofStats(facts.stats, now),
    ...(facts.engines ?? []).map(({ id, state }) =>
      finding(state === "working", `engine ${id}: ${state}`, ENGINES[state] ?? "See hookspan engines --json."),
    ),
    ...(facts.callbacks ?? []).map(({ id, state }) =>
      finding(state === "working", `callback ${id}: ${state}`, CALLBACKS[state] ?? "See hookspan callbacks --json."),
    ),
    ...(facts.sources ?? []).map(ofSource),
    ...(facts.shards ?? []).flatMap(({ shard, state }) =>
      state === "ok"
        ? []
        : [finding(false, `shard ${shard} is ${state}`, "Raise ledger.shards, or shorten ledger.retention.")],
    ),
  ];
}

function finding(well: boolean, what: string, advice: string): Finding {
  return { well, what, advice };
}

/** Each fault says itself what to do. */
function ofConfig(config: Facts["config"]): Finding[] {
  if (config === null) return [];
  const { revision, faults } = config;
  if (faults.length === 0) return [finding(true, `configuration: revision ${revision}`, "")];
  return faults.map(({ path, message }) =>
    finding(false, `configuration: revision ${revision} is refused`, `${path || "document"}: ${message}`),
  );
}

function ofStats(stats: Facts["stats"], now: number): Finding[] {
  if (stats === null) return [];
  const sweptMs = stats.lastSweepAt === null ? null : now - Date.parse(stats.lastSweepAt);
  const dueMs = stats.oldestDueAt === null ? 0 : now - Date.parse(stats.oldestDueAt);
  const dead = Object.entries(stats.deliveries).flatMap(([id, states]) =>
    states.exhausted ? [`${states.exhausted} of ${id}`] : [],
  );
  return [
    finding(
      sweptMs !== null && sweptMs < SWEEP_LATE_MS,
      sweptMs === null ? "no sweep has run yet" : `the last sweep was ${Math.round(sweptMs / 1_000)} s ago`,
      "The cron trigger does not fire: it is to stand in wrangler.toml ([triggers]) and among the Worker's triggers in the Cloudflare dashboard; npm run dev and npm start fire it by themselves.",
    ),
    finding(
      dueMs < DUE_LATE_MS,
      `executions with something due: ${stats.backlog}${dueMs < DUE_LATE_MS ? "" : `, the oldest for ${Math.round(dueMs / 60_000)} minutes`}`,
      "It waits for an engine or a callback that does not work (below), or for the sweep.",
    ),
    finding(
      dead.length === 0,
      dead.length === 0 ? "no dead letters of the last day" : `dead letters: ${dead.join(", ")}`,
      "hookspan executions --delivery exhausted lists them, hookspan executions ID tells why; mend it, then hookspan replay --intent resend --delivery exhausted.",
    ),
  ];
}

function ofSource({ id, state, silentSince, lastEventAt, notes }: NonNullable<Facts["sources"]>[number]): Finding {
  const refused = notes?.refused ?? 0;
  const lately = refused > 0 ? `, ${refused} refused lately (hookspan refusals --source ${id})` : "";
  if (state === "paused" || state === "pending") {
    const advice =
      state === "paused"
        ? "Its senders are told to come back: set its state to active."
        : "It waits for its sender's handshake; once that is done, set its state to active.";
    return finding(false, `source ${id}: ${state}${lately}`, advice);
  }
  const heard = lastEventAt === null ? "never heard of" : `last heard of ${lastEventAt}`;
  const silent = silentSince === null ? "" : `, silent since ${silentSince}`;
  return finding(
    silentSince === null && lastEventAt !== null,
    `source ${id}: ${heard}${silent}${lately}`,
    lastEventAt === null
      ? `Give the sender the address /in/${id}, or try it with hookspan send; hookspan refusals --source ${id} tells what was not let in.`
      : "See at the sender whether the webhook is still enabled, and where it sends.",
  );
}

const ENGINES: Readonly<Record<string, string>> = {
  paused: "A person has paused it: hookspan engines ID --resume.",
  unauthorized:
    "It has answered 401: it does not accept our token. npx wrangler secret put, with one that it accepts; it goes on by itself.",
  throttled: "It has asked for time; nothing is to be done.",
  failing: "It does not answer, or with errors; it is probed every minute.",
};

const CALLBACKS: Readonly<Record<string, string>> = {
  paused: "A person has paused it: hookspan callbacks ID --resume.",
  disabled: "It is gone or has failed for days: mend it, resume it, resend its dead letters.",
  throttled: "It has asked for time; nothing is to be done.",
  failing: "It does not answer, or with errors; one message at a time tries it.",
};

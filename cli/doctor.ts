// hookspan doctor: what is wrong with a running bridge, and what to do about it. Asks the bridge, and changes nothing.
import { addressOf, ask, type BridgeOptions, reach } from "./bridge.ts";

export interface Finding {
  readonly well: boolean;
  readonly what: string;
  /** What to do, where something is wrong. */
  readonly advice?: string;
}

const SWEEP_LATE_MS = 5 * 60_000;
const CLOCK_OFF_MS = 60_000;

interface Facts {
  readonly config: {
    readonly revision: number;
    readonly inForce: number | null;
    readonly faults: readonly { readonly path: string; readonly message: string }[];
  };
  readonly stats: {
    readonly lastSweepAt: string | null;
    readonly backlog: number;
    readonly oldestDueAt: string | null;
    readonly deliveries: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
  readonly engines: readonly { readonly id: string; readonly state: string }[];
  readonly callbacks: readonly { readonly id: string; readonly state: string }[];
  readonly sources: readonly {
    readonly id: string;
    readonly lastEventAt: string | null;
    readonly silentSince: string | null;
    readonly notes: { readonly refused: number } | null;
  }[];
  readonly shards: readonly { readonly shard: number; readonly state: string }[];
}

export async function examine(options: BridgeOptions): Promise<Finding[]> {
  const address = addressOf(options);
  const health = await reach(`${address}/healthz`);
  const date = Date.parse(health.headers.get("date") ?? "");
  const { checks = {} } = (await health.json().catch(() => ({}))) as { checks?: Record<string, string> };
  const [config, stats, engines, callbacks, sources, shards] = await Promise.all([
    ask<Facts["config"]>(options, "GET", "/config"),
    ask<Facts["stats"]>(options, "GET", `/stats?since=${new Date(Date.now() - 86_400_000).toISOString()}`),
    ask<{ engines: Facts["engines"] }>(options, "GET", "/engines"),
    ask<{ callbacks: Facts["callbacks"] }>(options, "GET", "/callbacks"),
    ask<{ sources: Facts["sources"] }>(options, "GET", "/sources"),
    ask<{ shards: Facts["shards"] }>(options, "GET", "/shards"),
  ]);
  const facts: Facts = {
    config: config,
    stats: stats,
    engines: engines.engines,
    callbacks: callbacks.callbacks,
    sources: sources.sources,
    shards: shards.shards,
  };
  const clock = Number.isNaN(date) ? [] : [clockOf(Date.now() - date)];
  return [
    ...transport(address),
    { well: health.ok, what: `health: ${words(checks)}`, advice: "See the findings below." },
    ...clock,
    ...findings(facts, Date.now()),
  ];
}

function transport(address: string): Finding[] {
  const { protocol, hostname } = new URL(address);
  if (protocol === "https:" || /^(127\.|localhost$|\[::1\])/.test(hostname)) return [];
  return [{ well: false, what: "the token travels in the clear", advice: "Use the https address." }];
}

function clockOf(offMs: number): Finding {
  const off = Math.abs(offMs) > CLOCK_OFF_MS;
  return {
    well: !off,
    what: off ? `this clock and the bridge's are ${Math.round(Math.abs(offMs) / 1_000)} s apart` : "the clocks agree",
    advice: "Set the clock: signatures hold their time.",
  };
}

/** Pure. */
export function findings({ config, stats, engines, callbacks, sources, shards }: Facts, now: number): Finding[] {
  const found: Finding[] = [];
  const tell = (well: boolean, what: string, advice: string): void => void found.push({ well, what, advice });
  tell(
    config.faults.length === 0,
    `configuration: revision ${config.revision}${config.faults.length > 0 ? " is refused" : ""}`,
    config.faults.map(({ path, message }) => `${path}: ${message}`).join("; "),
  );
  const sweptMs = stats.lastSweepAt === null ? null : now - Date.parse(stats.lastSweepAt);
  tell(
    sweptMs !== null && sweptMs < SWEEP_LATE_MS,
    sweptMs === null ? "no sweep has run yet" : `the last sweep was ${Math.round(sweptMs / 1_000)} s ago`,
    "The cron trigger does not fire: see the Worker's triggers in the Cloudflare dashboard.",
  );
  const dead = Object.entries(stats.deliveries).flatMap(([id, states]) =>
    states.exhausted ? [`${states.exhausted} of ${id}`] : [],
  );
  tell(
    dead.length === 0,
    dead.length === 0 ? "no dead letters of the last day" : `dead letters: ${dead.join(", ")}`,
    "hookspan executions --delivery exhausted tells why; mend it, and resend them.",
  );
  for (const { id, state } of engines)
    tell(state === "working", `engine ${id}: ${state}`, ENGINES[state] ?? "See GET /api/engines.");
  for (const { id, state } of callbacks)
    tell(state === "working", `callback ${id}: ${state}`, CALLBACKS[state] ?? "See GET /api/callbacks.");
  for (const { id, silentSince, lastEventAt, notes } of sources) {
    const heard = lastEventAt === null ? "never heard of" : `last heard of ${lastEventAt}`;
    tell(
      silentSince === null && lastEventAt !== null,
      `source ${id}: ${heard}${notes && notes.refused > 0 ? `, ${notes.refused} refused lately` : ""}`,
      lastEventAt === null
        ? `Give the sender the address /in/${id}; what it sends is refused or shown at once.`
        : "See at the sender whether the webhook is still enabled.",
    );
  }
  for (const { shard, state } of shards)
    if (state !== "ok") tell(false, `shard ${shard} is ${state}`, "Raise ledger.shards, or shorten ledger.retention.");
  return found;
}

const ENGINES: Readonly<Record<string, string>> = {
  paused: "A person has paused it: POST /api/engines/:id/resume.",
  unauthorized: "It does not accept our token: wrangler secret put, with one that it accepts.",
  throttled: "It has asked for time; nothing is to be done.",
  failing: "It does not answer, or with errors; it is probed every minute.",
};

const CALLBACKS: Readonly<Record<string, string>> = {
  paused: "A person has paused it: POST /api/callbacks/:id/resume.",
  disabled: "It is gone or has failed for days: mend it, resume it, resend its dead letters.",
  throttled: "It has asked for time; nothing is to be done.",
  failing: "It does not answer, or with errors; one message at a time tries it.",
};

function words(checks: Readonly<Record<string, string>>): string {
  return (
    Object.entries(checks)
      .map(([name, state]) => `${name} ${state}`)
      .join(", ") || "no answer that is understood"
  );
}

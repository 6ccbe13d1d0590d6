// The numbers at the top of the overview.
import type { Stats } from "../../../http/api-stats.ts";
import { ago, exact, span } from "../../parts/pieces.tsx";

/** From then on a backlog is late: a sweep comes every minute. */
const LATE_MS = 3 * 60_000;

interface TilesProps {
  readonly stats: Stats;
  readonly now: number;
  readonly periodMs: number;
}

export function Tiles({ stats, now, periodMs }: TilesProps) {
  const { looked, successRate, webhookToStart, endToCallback, backlog, oldestDueAt, lastSweepAt, deliveries } = stats;
  const dead = Object.values(deliveries).reduce((sum, states) => sum + (states.exhausted ?? 0), 0);
  const oldestMs = oldestDueAt === null ? 0 : now - Date.parse(oldestDueAt);
  const sweepMs = lastSweepAt === null ? null : now - Date.parse(lastSweepAt);
  return (
    <div class="tiles">
      <Tile label="Executions" value={looked.toLocaleString("en")} note={perMinute(looked, periodMs)} />
      <Tile
        label="Succeeded"
        note="of those that ended"
        value={successRate === null ? "–" : `${(successRate * 100).toFixed(successRate === 1 ? 0 : 1)} %`}
        tone={successRate !== null && successRate < 0.9 ? "warn" : undefined}
      />
      <Tile label="Webhook to start" value={ms(webhookToStart.p50)} note={`p95 ${ms(webhookToStart.p95)}`} />
      <Tile label="End to callback" value={ms(endToCallback.p50)} note={`p95 ${ms(endToCallback.p95)}`} />
      <Tile
        label="Due now"
        value={backlog.toLocaleString("en")}
        note={oldestDueAt === null ? "nothing waits" : `the oldest for ${span(Math.max(oldestMs, 0))}`}
        tone={oldestMs > LATE_MS ? "bad" : undefined}
      />
      <Tile
        label="Dead letters"
        value={dead.toLocaleString("en")}
        note={dead > 0 ? "ends that no callback has taken" : "none"}
        tone={dead > 0 ? "bad" : undefined}
        href="/ui/dead-letters"
      />
      <Tile
        label="Last sweep"
        value={lastSweepAt === null ? "never" : ago(Date.parse(lastSweepAt), now)}
        note={lastSweepAt === null ? "the cron trigger has not fired yet" : exact(lastSweepAt)}
        tone={sweepMs !== null && sweepMs > LATE_MS ? "bad" : undefined}
      />
    </div>
  );
}

interface TileProps {
  readonly label: string;
  readonly value: string;
  readonly note?: string | undefined;
  readonly tone?: "bad" | "warn" | undefined;
  readonly href?: string;
}

function Tile({ label, value, note, tone, href }: TileProps) {
  return (
    <div class={`tile ${tone ?? ""}`}>
      <span class="label">{label}</span>
      <span class="value">{href === undefined ? value : <a href={href}>{value}</a>}</span>
      {note !== undefined && <small>{note}</small>}
    </div>
  );
}

function ms(value: number | null): string {
  return value === null ? "–" : span(value);
}

function perMinute(count: number, periodMs: number): string {
  const rate = count / (periodMs / 60_000);
  return `${rate >= 10 ? Math.round(rate).toLocaleString("en") : rate.toFixed(1)} a minute`;
}

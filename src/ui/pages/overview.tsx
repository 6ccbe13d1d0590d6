// The overview: how the bridge stands, at a glance, for an hour, a day or a week; and, as long as nothing has come, how to have a
// first webhook come.
import { Hono } from "hono";
import type { CallbackFacts } from "../../http/api-callbacks.ts";
import type { Stats } from "../../http/api-stats.ts";
import type { ExecutionSummaryFacts } from "../../http/execution-view.ts";
import type { SourceSummary } from "../../http/operations-setup.ts";
import type { EngineFacts } from "../../http/operations-work.ts";
import type { UiEnv } from "../context.ts";
import { page, refused } from "../page.tsx";
import { Columns } from "../parts/chart.tsx";
import { ExecutionTable } from "../parts/execution-table.tsx";
import { exact, Live, When } from "../parts/pieces.tsx";
import { FirstWebhook } from "./overview/first-webhook.tsx";
import { Health } from "./overview/health.tsx";
import { Tiles } from "./overview/tiles.tsx";

const FRAME = { title: "Overview", section: "overview" } as const;

const PARTS = 60;
const HOUR_MS = 3_600_000;

const PERIODS = {
  "1h": { label: "1 hour", ms: HOUR_MS },
  "24h": { label: "24 hours", ms: 24 * HOUR_MS },
  "7d": { label: "7 days", ms: 168 * HOUR_MS },
} as const;

export const overview = new Hono<UiEnv>().get("/", async (c) => {
  const { api } = c.var;
  const asked = c.req.query("period") ?? "1h";
  const period = Object.hasOwn(PERIODS, asked) ? (asked as keyof typeof PERIODS) : "1h";
  const now = c.env.now();
  const since = new Date(now - PERIODS[period].ms).toISOString();
  const [stats, engines, callbacks, sources, latest, alerts] = await Promise.all([
    api.get<Stats>(`/stats?since=${since}&parts=${PARTS}`),
    api.get<{ engines: EngineFacts[] }>("/engines"),
    api.get<{ callbacks: CallbackFacts[] }>("/callbacks"),
    api.get<{ sources: SourceSummary[] }>("/sources"),
    api.get<{ executions: ExecutionSummaryFacts[] }>("/executions?limit=8"),
    api.get<{ executions: ExecutionSummaryFacts[] }>(`/executions?state=alert&limit=5&since=${since}`),
  ]);
  if (!stats.ok) return refused(c, FRAME, stats.problem);
  const executions = latest.ok ? latest.value.executions : [];
  return page(
    c,
    FRAME,
    <>
      <div class="head">
        <h1>Overview</h1>
        <nav aria-label="Period">
          <ul class="tabs">
            {Object.entries(PERIODS).map(([id, { label }]) => (
              <li>
                <a href={`/ui?period=${id}`} aria-current={id === period ? "true" : undefined}>
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <Live id="overview" url={`/ui?period=${period}`}>
        {executions.length === 0 && sources.ok && (
          <FirstWebhook sources={sources.value.sources} origin={new URL(c.req.url).origin} />
        )}
        {alerts.ok && <Alerts alerts={alerts.value.executions} now={now} />}
        <Tiles stats={stats.value} now={now} periodMs={PERIODS[period].ms} />
        {!stats.value.complete && (
          <p class="faint">
            Counted over the newest {stats.value.looked.toLocaleString("en")} executions; there were more in this time.
          </p>
        )}
        <section class="sheet">
          <h2>Executions by when they came in, UTC</h2>
          <Throughput stats={stats.value} now={now} />
          <p class="row faint">
            <span class="badge good">✓ succeeded</span> <span class="badge bad">✕ failed</span>
            <span class="badge busy">● going on, canceled, or a record</span>
          </p>
        </section>
        <Health
          engines={engines.ok ? engines.value.engines : null}
          callbacks={callbacks.ok ? callbacks.value.callbacks : null}
          sources={sources.ok ? sources.value.sources : null}
          deliveries={stats.value.deliveries}
          now={now}
        />
        {executions.length > 0 && (
          <>
            <div class="head">
              <h2>Latest executions</h2>
              <a href="/ui/executions">All executions</a>
            </div>
            <ExecutionTable executions={executions} now={now} label="Latest executions" />
          </>
        )}
      </Live>
    </>,
  );
});

/** What a person was told in this time, where `alerts` names somebody. */
function Alerts({ alerts, now }: { readonly alerts: readonly ExecutionSummaryFacts[]; readonly now: number }) {
  if (alerts.length === 0) return null;
  return (
    <section class="notice" aria-label="Alerts">
      <ul class="plain-list">
        {alerts.map(({ id, event, admittedAt }) => (
          <li>
            <a href={`/ui/executions/${encodeURIComponent(id)}`}>{event.type.replace("bridge.alert.", "")}</a>{" "}
            <When at={admittedAt} now={now} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Throughput({ stats, now }: { readonly stats: Stats; readonly now: number }) {
  const middle = stats.series[Math.floor(stats.series.length / 2)]?.at ?? stats.since;
  const columns = stats.series.map(({ at, admitted, succeeded, failed }) => ({
    label: `${exact(at)}: ${admitted} in, ${succeeded} succeeded, ${failed} failed`,
    parts: [
      { tone: "good" as const, value: succeeded },
      { tone: "bad" as const, value: failed },
      { tone: "busy" as const, value: admitted - succeeded - failed },
    ],
  }));
  // The day, where more than one is to be seen.
  const short = (at: string): string =>
    now - Date.parse(stats.since) > HOUR_MS ? exact(at).slice(5, 16) : exact(at).slice(11, 16);
  const sum = (name: "admitted" | "succeeded" | "failed"): number =>
    stats.series.reduce((total, part) => total + part[name], 0);
  const label = `${sum("admitted")} executions came in, ${sum("succeeded")} succeeded, ${sum("failed")} failed`;
  const axis = [short(stats.since), short(middle), "now"] as const;
  return <Columns label={label} columns={columns} axis={axis} />;
}

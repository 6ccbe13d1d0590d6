// GET /api/stats: how the bridge stands, in numbers. GET /api/metrics: the same for Prometheus. GET /api/shards: how full they are.
import { Hono } from "hono";
import * as z from "zod";
import { gaugesOf, percentile, statistics } from "../bridge/statistics.ts";
import { HOUR_MS } from "../core/duration.ts";
import { OPEN_METRICS_TYPE, openMetrics } from "../core/open-metrics.ts";
import { fullnessOf, SHARD_LIMIT_BYTES } from "../core/shard-size.ts";
import { bridgeOf, iso } from "./api-context.ts";
import { faultsOf, Time } from "./api-filter.ts";
import type { HttpEnv } from "./context.ts";
import { TimeView } from "./execution-view.ts";
import type { Operations } from "./operation.ts";
import { badRequest, methodNotAllowed, problemResponse } from "./problem.ts";

const Query = z.strictObject({
  since: Time.optional().describe("One hour ago, if left out."),
  parts: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(1)
    .describe("In how many equal parts `series` divides the time."),
});

const PartView = z.object({
  at: TimeView.describe("When it begins."),
  admitted: z.int(),
  succeeded: z.int().describe("Of those admitted in it."),
  failed: z.int().describe("Of those admitted in it: ended in any other way but canceled."),
});

const LatencyView = z.object({ p50: z.number().nullable(), p95: z.number().nullable() }).describe("ms");

export const StatsView = z
  .object({
    since: TimeView,
    looked: z.int().describe("Executions that were looked at: the newest 5,000 of each shard at most."),
    complete: z.boolean().describe("Whether these were all since then."),
    states: z.record(z.string(), z.int()),
    deliveries: z.record(z.string(), z.record(z.string(), z.int())).describe("By callback, then by state."),
    successRate: z.number().nullable().describe("Of what has ended: how much has succeeded."),
    webhookToStart: LatencyView,
    endToCallback: LatencyView,
    backlog: z.int().describe("Executions for which something is due now."),
    oldestDueAt: TimeView.nullable(),
    lastSweepAt: TimeView.nullable(),
    series: z.array(PartView).describe("By when executions were admitted, the earliest first."),
  })
  .meta({ id: "Stats" });
export type Stats = z.infer<typeof StatsView>;

const ShardView = z.object({ shard: z.int(), bytes: z.int(), state: z.enum(["ok", "filling", "nearly-full"]) });

export const statsOperations: Operations = {
  "/stats": {
    get: {
      summary: "How the bridge stands, in numbers",
      role: "viewer",
      query: Query,
      answers: { 200: { description: "The numbers.", schema: StatsView } },
      refusals: { 400: "The query says something that is not understood." },
    },
  },
  "/metrics": {
    get: {
      summary: "The same of the last hour, for Prometheus",
      role: "viewer",
      answers: { 200: { description: "OpenMetrics.", schema: z.string(), mediaType: "application/openmetrics-text" } },
    },
  },
  "/shards": {
    get: {
      summary: "How full the shards of the ledger are",
      role: "viewer",
      answers: {
        200: { description: "Each of them.", schema: z.object({ limitBytes: z.int(), shards: z.array(ShardView) }) },
      },
    },
  },
};

export const stats = new Hono<HttpEnv>()
  .get("/stats", async (c) => {
    const query = Query.safeParse(c.req.query());
    if (!query.success) return problemResponse(badRequest(faultsOf(query.error, "query")));
    const bridge = bridgeOf(c);
    const found = await statistics(bridge, query.data.since ?? bridge.now() - HOUR_MS, query.data.parts);
    const { startMs, deliveryMs, since, oldestDueAt, sweptAt, ...plain } = found;
    const of = (...states: string[]): number => states.reduce((sum, state) => sum + (found.states[state] ?? 0), 0);
    const ended = of("succeeded", "failed", "canceled", "expired", "rejected", "invalid");
    return c.json({
      ...plain,
      since: iso(since),
      successRate: ended === 0 ? null : of("succeeded") / ended,
      webhookToStart: latency(startMs),
      endToCallback: latency(deliveryMs),
      oldestDueAt: iso(oldestDueAt),
      lastSweepAt: iso(sweptAt),
      series: found.series.map(({ at, ...part }) => ({ at: iso(at), ...part })),
    } satisfies z.infer<typeof StatsView>);
  })
  .get("/metrics", async (c) => {
    const bridge = bridgeOf(c);
    const now = bridge.now();
    const text = openMetrics(gaugesOf(await statistics(bridge, now - HOUR_MS), now));
    return c.body(text, 200, { "content-type": OPEN_METRICS_TYPE });
  })
  .get("/shards", async (c) => {
    const sizes = await bridgeOf(c).ledger.sizes();
    const shards = sizes.map((bytes, shard) => ({ shard, bytes, state: fullnessOf(bytes) }));
    return c.json({ limitBytes: SHARD_LIMIT_BYTES, shards });
  })
  .all("/stats", () => problemResponse(methodNotAllowed("GET")))
  .all("/metrics", () => problemResponse(methodNotAllowed("GET")))
  .all("/shards", () => problemResponse(methodNotAllowed("GET")));

function latency(sorted: readonly number[]) {
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
}

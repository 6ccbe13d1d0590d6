// The Worker's entry: HTTP goes to the routes, the cron trigger starts a sweep that further invocations share, and a
// watchdog notices should it stop. Follow a webhook from here:
// http/ingress → bridge/receive → ledger, then bridge/advance → engine, callbacks; what is left over, bridge/sweep.
import { WorkerEntrypoint } from "cloudflare:workers";
import type { ShardsOrder, ShardsReport, SweepElsewhere } from "./bridge/ports.ts";
import { sweepShards } from "./bridge/sweep-shards.ts";
import { scheduledSweep } from "./bridge/watchdog.ts";
import { composeAccess, composeBridge, composeConfigDesk, requestIdOf, textBinding, watchdogOf } from "./deps.ts";
import { app } from "./http/app.ts";

export { AccessObject } from "./access/access-object.ts";
export { ConfigObject } from "./config/config-object.ts";
export { SourceDeskObject } from "./desk/source-desk-object.ts";
export { EngineGateObject } from "./gate/engine-gate-object.ts";
export { JobsObject } from "./jobs/jobs-object.ts";
export { LedgerShard } from "./ledger/ledger-shard.ts";

/** One share of a sweep, as an invocation of its own. Reached by this Worker only: no route leads to a named entrypoint. */
export class SweepShare extends WorkerEntrypoint<Env> {
  /**
   * @param scheduledTime what the cron event of the sweep says; undefined where a request has begun it
   * @returns null where this invocation has no configuration to work by
   */
  async sweepShards(order: ShardsOrder, scheduledTime: number | undefined): Promise<ShardsReport | null> {
    const bridge = await composeBridge(this.env, { scheduledTime, defer: (work) => this.ctx.waitUntil(work) });
    return bridge.ok ? sweepShards(bridge.value, order) : null;
  }
}

function elsewhere(ctx: ExecutionContext, scheduledTime?: number): SweepElsewhere {
  return async (order) => {
    const report = await ctx.exports.SweepShare.sweepShards(order, scheduledTime);
    if (!report) throw new Error("the invocation has no configuration");
    return report;
  };
}

export default {
  async fetch(request, env, ctx) {
    const requestId = requestIdOf(request);
    const defer = (work: Promise<unknown>): void => ctx.waitUntil(work);
    const bridge = await composeBridge(env, { requestId, defer, sweepElsewhere: elsewhere(ctx) });
    if (bridge.ok) ctx.waitUntil(watchdogOf(env).watch(bridge.value));
    return app.fetch(request, {
      bridge,
      config: composeConfigDesk(env),
      adminToken: textBinding(env, "ADMIN_TOKEN"),
      ...composeAccess(env, requestId),
      defer,
    });
  },

  async scheduled({ scheduledTime }, env, ctx) {
    const bridge = await composeBridge(env, {
      scheduledTime,
      defer: (work) => ctx.waitUntil(work),
      sweepElsewhere: elsewhere(ctx, scheduledTime),
    });
    if (bridge.ok) await scheduledSweep(bridge.value);
  },
} satisfies ExportedHandler<Env>;

// The Worker's entry: HTTP goes to the routes, the cron trigger starts a sweep, and a watchdog notices should it stop. Follow a webhook from here:
// http/ingress → bridge/receive → ledger, then bridge/advance → engine, callbacks; what is left over, bridge/sweep.
import { scheduledSweep } from "./bridge/watchdog.ts";
import { composeBridge, composeConfigDesk, textBinding, watchdogOf } from "./deps.ts";
import { app } from "./http/app.ts";

export { ConfigObject } from "./config/config-object.ts";
export { SourceDeskObject } from "./desk/source-desk-object.ts";
export { EngineGateObject } from "./gate/engine-gate-object.ts";
export { LedgerShard } from "./ledger/ledger-shard.ts";

export default {
  async fetch(request, env, ctx) {
    const bridge = await composeBridge(env);
    if (bridge.ok) ctx.waitUntil(watchdogOf(env).watch(bridge.value));
    return app.fetch(request, {
      bridge,
      config: composeConfigDesk(env),
      adminToken: textBinding(env, "ADMIN_TOKEN"),
      defer: (work) => ctx.waitUntil(work),
    });
  },

  async scheduled(controller, env) {
    const bridge = await composeBridge(env, controller.scheduledTime);
    if (bridge.ok) await scheduledSweep(bridge.value);
  },
} satisfies ExportedHandler<Env>;

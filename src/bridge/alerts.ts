// Tells the callbacks that the configuration names for it what a person must know. An alert is a record in the ledger like any
// other: delivered, retried and kept the same way, and told once in its time by the ledger's own dedupe.
import type { Alert } from "../core/alert.ts";
import type { Admission } from "../core/execution.ts";
import { takeUp } from "./fast-path.ts";
import type { Bridge } from "./ports.ts";

/** Never fails: the log has it all. */
export async function raiseAlert(bridge: Bridge, alert: Alert): Promise<void> {
  const { callbacks = [] } = bridge.setup.config.alerts ?? {};
  // That an alert cannot be delivered is not told to whom it cannot be delivered.
  const told = callbacks.filter((callback) => alert.subject !== callback);
  if (told.length === 0) return;
  try {
    const now = bridge.now();
    const admitted = await bridge.ledger.admit([admissionOf(alert, told, bridge.setup.revision, now)], now);
    if (!admitted.ok) throw new Error(admitted.error.detail);
    for (const { outcome, execution } of admitted.value) if (outcome === "new") await takeUp(bridge, execution);
  } catch (thrown) {
    bridge.log("error", "alert.failed", { kind: alert.kind, subject: alert.subject, error: String(thrown) });
  }
}

function admissionOf(alert: Alert, callbacks: readonly string[], revision: number, now: number): Admission {
  const { kind, resolved, subject, advice, quietMs } = alert;
  // Counted in whole periods: the next period may tell it again.
  const key = `alert/${kind}/${resolved ? "resolved/" : ""}${subject ?? ""}/${Math.floor(now / quietMs)}`;
  return {
    rule: "",
    revision,
    engine: "",
    event: {
      id: key,
      source: "hookspan",
      type: `bridge.alert.${kind}${resolved ? ".resolved" : ""}`,
      time: new Date(now).toISOString(),
      data: { kind, resolved, subject, advice },
      headers: {},
      dedupeKey: key,
    },
    recordId: null,
    dedupeKey: key,
    windowMs: 2 * quietMs,
    onDuplicate: "skip",
    onUncertainStart: "retry",
    callbacks,
    start: null,
    cancel: null,
    over: { state: "alert", reason: null },
  };
}

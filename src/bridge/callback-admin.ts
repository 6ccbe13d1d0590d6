// What a person may do about a callback: look at it, stop it, let it go on, and send it a message to see whether it is taken.
import type { AttemptOutcome } from "../core/attempt.ts";
import type { Bridge } from "./ports.ts";

/**
 * One message, at once, whatever the gate says: it is to find out how the callback stands. Nothing is kept of it.
 *
 * @returns null where the configuration has no such callback; a string where its URL is chosen by events
 */
export async function sendTest(bridge: Bridge, callback: string): Promise<AttemptOutcome | "no-url" | null> {
  const known = bridge.setup.callbacks.get(callback);
  if (!known) return null;
  if (known.config.allowHosts !== undefined) return "no-url";
  const timestamp = new Date(bridge.now()).toISOString();
  const body = JSON.stringify({ type: "bridge.test", timestamp, data: { callback } });
  const outcome = await bridge.callbacks.send({ id: `test_${bridge.token()}`, callback, url: known.config.url, body });
  bridge.log("info", "callback.tested", { callback, delivered: outcome.delivered, status: outcome.status });
  return outcome;
}

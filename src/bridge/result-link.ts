// Results that a callback does not take, or that are larger than the bridge keeps: its message has a link in their place, and whoever
// has the link fetches the result through the bridge.
import type { CallbackConfig } from "../core/callback-config.ts";
import { durationMs } from "../core/duration.ts";
import { ERASED, type Execution } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import { isSigned, type ResultLink, signedLink } from "../core/result-link.ts";
import { permitted } from "./permits.ts";
import type { Bridge } from "./ports.ts";

/** @returns undefined where the result itself is sent, or there is none. The same for every attempt. */
export async function linkFor(
  { setup, secrets }: Bridge,
  execution: Execution,
  { maxBytes }: CallbackConfig,
): Promise<ResultLink | undefined> {
  const { links } = setup.config;
  if (!links || !(execution.resultLeft || isLarger(execution.result, maxBytes))) return undefined;
  const until = sentFrom(execution) + durationMs(links.validFor);
  const [secret = ""] = secrets(links.secrets);
  return signedLink(links.url, execution.id, until, secret);
}

function isLarger(result: Json | undefined, maxBytes: number | undefined): boolean {
  if (maxBytes === undefined || result === undefined) return false;
  const text = JSON.stringify(result);
  // No character takes more than three bytes per UTF-16 unit, so most texts need no counting.
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).byteLength > maxBytes;
}

/** The end, or when a person last had it sent again. */
function sentFrom({ endedAt, admittedAt, timeline }: Execution): number {
  const resent = timeline.findLast(({ step, outcome }) => step === "replay" && outcome === "resend");
  return resent?.at ?? endedAt ?? admittedAt;
}

/** What a link leads to. `body` is the engine's answer as it comes, where the bridge does not keep the result. */
export type Linked = { readonly result: Json } | { readonly body: ReadableStream<Uint8Array> | null };

/** `refused`: not signed by us. `expired`: it was good once. `gone`: erased, or past its retention. */
export type LinkRefusal = {
  readonly reason: "no-links" | "refused" | "expired" | "gone" | "unavailable";
  readonly detail?: string;
};

export async function resultByLink(
  bridge: Bridge,
  { id, until, signature }: { readonly id: string; readonly until: number; readonly signature: string },
): Promise<Result<Linked, LinkRefusal>> {
  const { links } = bridge.setup.config;
  if (!links) return err({ reason: "no-links" });
  // Nothing is asked of anybody before the signature is right.
  if (!(await isSigned(id, until, signature, bridge.secrets(links.secrets)))) return err({ reason: "refused" });
  if (until <= bridge.now()) return err({ reason: "expired" });
  const execution = await bridge.ledger.get(id);
  if (!execution || execution.reason === ERASED) return err({ reason: "gone" });
  if (execution.result !== undefined) return ok({ result: execution.result });
  return fromEngine(bridge, execution);
}

async function fromEngine(
  bridge: Bridge,
  { engine: id, runId, start }: Execution,
): Promise<Result<Linked, LinkRefusal>> {
  const engine = bridge.engine(id);
  if (!engine || runId === null) return err({ reason: "gone" });
  const answer = await permitted(bridge, id, () => engine.openResult(runId, start?.workflowDefinitionId));
  if (answer.ok) return ok({ body: answer.value });
  const { reason, detail } = answer.error;
  return err(reason === "rejected" ? { reason: "gone", detail } : { reason: "unavailable", detail });
}

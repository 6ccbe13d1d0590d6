// Answers handshakes. One that brings the sender's secret has it kept, while the source is pending and only once. A
// handshake is no event: nothing here reaches a rule, and its secret is never logged, answered or stored in the clear.
import type { InboundRequest } from "../core/event.ts";
import { err, ok, type Result } from "../core/result.ts";
import { sameSecret } from "../core/same-secret.ts";
import { type Asked, readAsked, textAt } from "../sources/handshake/asked.ts";
import type { HandshakePlan } from "../sources/handshake/plan.ts";
import { recognise } from "../sources/handshake/recognise.ts";
import { type HandshakeReply, makeReply } from "../sources/handshake/reply.ts";
import type { Source } from "../sources/source.ts";
import type { Bridge } from "./ports.ts";
import type { Refusal } from "./refusal.ts";

export interface AnsweredHandshake {
  readonly kind: "handshake";
  readonly reply: HandshakeReply;
  /** Whether it has brought the sender's secret. */
  readonly captured: boolean;
}

/** How far the sender is proven by now, and the secret by which a challenge would be signed. */
export interface Standing {
  readonly verified: boolean;
  /** null where there is none */
  readonly secret: string | null;
}

/** @returns null where the request is none of the source's handshakes, as far as its sender is proven */
export async function answerHandshake(
  bridge: Bridge,
  source: Source,
  request: InboundRequest,
  standing: Standing,
): Promise<Result<AnsweredHandshake, Refusal> | null> {
  const open = source.handshakes.filter(
    ({ method, verified, capture }) =>
      method === request.method && verified === standing.verified && (capture === null || source.state === "pending"),
  );
  // Most requests end here: their bodies are not looked at before they are proven.
  if (open.length === 0) return null;
  const asked = readAsked(request);
  const recognised = await recognise(open, asked, bridge.secrets(source.handshakeSecrets));
  if (recognised.kind === "none") return null;
  if (recognised.kind === "wrong-secret") return err({ stage: "handshake", reason: "wrong-handshake-secret" });

  const { plan } = recognised;
  // Made before anything is kept: a secret of which the sender was told nothing would be in the way of the next one.
  const reply = await makeReply(plan.answer, asked, { scheme: source.scheme, secret: standing.secret });
  if (reply === null) return err({ stage: "handshake", reason: plan.signs ? "unusable-secret" : "not-a-handshake" });
  const refusal = await capture(bridge, source, plan, asked);
  return refusal === null ? ok({ kind: "handshake", reply, captured: plan.capture !== null }) : err(refusal);
}

async function capture(bridge: Bridge, source: Source, plan: HandshakePlan, asked: Asked): Promise<Refusal | null> {
  const secret = plan.capture === null ? null : textAt(plan.capture, asked);
  if (secret === null) return null;
  try {
    if ((await bridge.desk.capture(source.id, secret)) === "captured") return null;
    // A sender that has not seen our answer says the same again.
    const kept = await bridge.desk.capturedSecret(source.id);
    if (kept !== null && (await sameSecret(secret, kept))) return null;
    return { stage: "handshake", reason: "captured-already" };
  } catch (thrown) {
    return deskUnavailable(thrown);
  }
}

/** The values of the secrets that are good for verification: the configured ones, then the captured one. */
export async function secretsOf(bridge: Bridge, source: Source): Promise<Result<readonly string[], Refusal>> {
  const configured = bridge.secrets(source.secrets);
  if (source.handshakes.every(({ capture }) => capture === null)) return ok(configured);
  try {
    const captured = await bridge.desk.capturedSecret(source.id);
    return ok(captured === null ? configured : [...configured, captured]);
  } catch (thrown) {
    return err(deskUnavailable(thrown));
  }
}

function deskUnavailable(thrown: unknown): Refusal {
  return { stage: "secrets", reason: "desk-unavailable", detail: String(thrown) };
}

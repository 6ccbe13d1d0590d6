// Plays a sender that asks before its first event, against the handshakes of a source. No network.
import { recognise } from "../../../../src/sources/handshake/recognise.ts";
import { type HandshakeReply, makeReply } from "../../../../src/sources/handshake/reply.ts";
import type { Source } from "../../../../src/sources/source.ts";
import { type Asking, asking } from "../handshake/asking.ts";

export interface Keys {
  /** By which a challenge is signed. */
  readonly secret?: string;
  /** With which a shown secret is compared. */
  readonly handshakeSecrets?: readonly string[];
}

export interface Handshaken {
  /** Whether it is answered only to a proven sender. */
  readonly verified: boolean;
  readonly reply: HandshakeReply | null;
}

/** Gives the kind of recognition instead when the request is no handshake of the source. */
export async function handshaken(
  source: Source,
  asked: Asking,
  { secret, handshakeSecrets = [] }: Keys = {},
): Promise<Handshaken | "none" | "wrong-secret"> {
  const request = asking(asked);
  const recognised = await recognise(source.handshakes, request, handshakeSecrets);
  if (recognised.kind !== "handshake") return recognised.kind;
  const { plan } = recognised;
  const reply = await makeReply(plan.answer, request, { scheme: source.scheme, secret: secret ?? null });
  return { verified: plan.verified, reply };
}

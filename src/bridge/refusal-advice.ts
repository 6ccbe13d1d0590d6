// What to do about a request that was refused, for the operator: by the reason, in one sentence. No sender is told any of it. Pure.

import type { VerificationFailure } from "../sources/families/failure.ts";
import type { HandshakeProblem } from "./refusal.ts";

type Known = VerificationFailure["reason"] | HandshakeProblem;

const OF_CHECKS: Readonly<Record<Known, string>> = {
  "missing-signature": "The request carries no signature: was the secret set at the sender, and is this its address?",
  "malformed-signature": "The signature is not of this sender's form: is the preset the right one?",
  "missing-header": "A header that this sender always sends is missing: is the preset the right one?",
  "missing-timestamp": "The request carries no time: is the preset the right one?",
  "malformed-timestamp": "The time is not of this sender's form: is the preset the right one?",
  "no-match":
    "Signed with another secret, or the body was changed on its way: compare the secret with the sender's page.",
  stale: "Rightly signed, and too old: a replay, a very late retry, or a clock that is behind.",
  future: "Rightly signed, and from the future: a clock that is ahead.",
  "missing-token": "The request carries no token: was it set at the sender?",
  "malformed-token": "The token is not of this sender's form: is the preset the right one?",
  "algorithm-not-allowed": "The sender names an algorithm that the source does not list.",
  "unknown-key": "Signed with a key that the source does not trust: was it rotated?",
  "wrong-claim": "Rightly signed, and meant for somebody else: compare audience and issuer with the configuration.",
  "other-body": "The token was made for another body: was it changed on its way?",
  "unreadable-body": "The body is not of the form in which this sender signs.",
  "origin-not-allowed": "The form was sent from a page that is not among allowOrigins.",
  "honeypot-filled": "A robot has filled in the form: nothing is to be done.",
  "certificate-refused": "The certificate is not the sender's, or not valid now.",
  "bad-secret": "The Worker's secret cannot be used: set it again with wrangler secret put.",
  "keys-unavailable": "The sender's keys could not be fetched: it will try again by itself.",
  "captured-already": "Somebody has tried a second handshake: release the secret if that was you.",
  "wrong-handshake-secret": "The handshake showed another secret: compare it with the sender's page.",
  "not-a-handshake": "A request that was none of the handshakes that this sender does.",
  "unusable-secret": "The Worker's secret cannot answer the handshake: set it again with wrangler secret put.",
};

const ADVICE: Readonly<Record<string, string>> = {
  ...OF_CHECKS,
  "body-too-large": "Larger than the source takes: raise its maxBodyBytes if it is right.",
};

export function adviceOn(reason: string): string {
  return (
    (Object.hasOwn(ADVICE, reason) ? ADVICE[reason] : undefined) ?? "See the log of the request for what was measured."
  );
}

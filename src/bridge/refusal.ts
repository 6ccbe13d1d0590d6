// Why a request was not accepted, in our own words: for the log and for the operator. What the sender is told of it is
// decided in `http/problem`. Pure. No fact here may be a secret, a signature or a part of a payload.

import { isOurFailure, type VerificationFailure } from "../sources/families/failure.ts";
import type { BodyFault } from "../sources/normalise.ts";
import type { LedgerUnavailable, LogFields } from "./ports.ts";

export type Refusal =
  | { readonly stage: "state"; readonly reason: "paused" }
  | { readonly stage: "handshake"; readonly reason: HandshakeProblem }
  | { readonly stage: "secrets"; readonly reason: "desk-unavailable"; readonly detail: string }
  | { readonly stage: "verify"; readonly failure: VerificationFailure }
  | { readonly stage: "normalise"; readonly fault: BodyFault }
  | { readonly stage: "admit"; readonly unavailable: LedgerUnavailable };

export type HandshakeProblem =
  /** Only a handshake could be asked in this way, and this is none of the source's. */
  | "not-a-handshake"
  /** All of it is right but the secret that it shows. */
  | "wrong-handshake-secret"
  /** Another secret has been captured before: nobody may replace it. */
  | "captured-already"
  /** Our failure: the challenge cannot be signed with the source's secret. */
  | "unusable-secret";

/** The reason and what was measured. */
export function factsOf(refusal: Refusal): LogFields & { readonly reason: string } {
  switch (refusal.stage) {
    case "state":
    case "handshake":
      return { reason: refusal.reason };
    case "secrets":
      return { reason: refusal.reason, detail: refusal.detail };
    case "verify":
      return { ...refusal.failure };
    case "normalise":
      return { reason: refusal.fault.reason };
    case "admit":
      return { ...refusal.unavailable };
  }
}

/** Whether the fault is ours: then the sender is to come back, and someone here has to do something. */
export function isOurs(refusal: Refusal): boolean {
  switch (refusal.stage) {
    case "state":
    case "secrets":
    case "admit":
      return true;
    case "handshake":
      return refusal.reason === "unusable-secret";
    case "verify":
      return isOurFailure(refusal.failure);
    case "normalise":
      return false;
  }
}

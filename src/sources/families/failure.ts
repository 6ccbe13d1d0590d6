// Why a request was not let in, and that it was. Types, and which failures are our own. These are for the log and for the
// operator: the sender is told the same for every reason that is not our own fault. No fact here may hold a secret, a
// signature or a token; what a sender made up is cut to a length that a log can bear.

/** What a check gives for a request whose sender is proven. */
export interface Proof {
  /** Which of the source's secrets it was, for the rotation; null where none was used. */
  readonly secretIndex: number | null;
}

export type VerificationFailure =
  /** `at` is a place, such as header:x-signature. */
  | { readonly reason: "missing-signature"; readonly at: string }
  | { readonly reason: "malformed-signature"; readonly at: string; readonly problem: SignatureProblem }
  | { readonly reason: "missing-header"; readonly header: string }
  | { readonly reason: "missing-timestamp"; readonly at: string }
  | { readonly reason: "malformed-timestamp"; readonly unit: "s" | "ms" | "iso" }
  /** `tried` signatures or tokens, of which `undecodable` are not of the encoding, belong to none of the secrets. */
  | { readonly reason: "no-match"; readonly tried: number; readonly undecodable: number; readonly secrets: number }
  /** The signature is right, and too old: a replay, a slow retry, or a clock that is behind. */
  | { readonly reason: "stale"; readonly skewSeconds: number; readonly toleranceSeconds: number }
  /** The signature is right, and from the future: a clock that is ahead. */
  | { readonly reason: "future"; readonly skewSeconds: number; readonly toleranceSeconds: number }
  | { readonly reason: "missing-token"; readonly at: string }
  | { readonly reason: "malformed-token"; readonly at: string; readonly problem: TokenProblem }
  /** The sender names a hash or an algorithm that the source does not list. */
  | { readonly reason: "algorithm-not-allowed"; readonly algorithm: string }
  /** There is no such key among those that the source trusts. */
  | { readonly reason: "unknown-key"; readonly kid: string | null }
  /** The token is rightly signed, and not meant for this source. */
  | { readonly reason: "wrong-claim"; readonly claim: string }
  /** The token is rightly signed, and was made for another body. */
  | { readonly reason: "other-body"; readonly claim: string }
  /** The body is not of the form in which this sender's signatures stand. */
  | { readonly reason: "unreadable-body"; readonly expected: string }
  /** `origin` is null when the request names none. */
  | { readonly reason: "origin-not-allowed"; readonly origin: string | null }
  /** Somebody filled in the field that people do not see. */
  | { readonly reason: "honeypot-filled"; readonly field: string }
  | { readonly reason: "certificate-refused"; readonly problem: CertificateProblem }
  /** Our failure, not the sender's: the secret at this place of the source's list cannot be used. */
  | { readonly reason: "bad-secret"; readonly secretIndex: number; readonly problem: SecretProblem }
  /** Our failure, not the sender's: the key could not be fetched, or what came is no key. */
  | { readonly reason: "keys-unavailable"; readonly detail: string };

export type SignatureProblem =
  | "no-signature-of-the-expected-form"
  | "not-an-id"
  | "too-many-signatures"
  | "no-timestamp"
  | "several-timestamps";

export type TokenProblem =
  | "not-a-jws"
  | "too-long"
  | "attached-payload"
  | "critical-extension"
  | "bad-claims"
  | "bad-key-id";

export type CertificateProblem = "url-not-allowed" | "not-a-certificate" | "not-valid-now";

export type SecretProblem =
  | "none-configured"
  | "empty"
  | "not-hex"
  | "not-base64"
  | "not-a-public-key"
  | "not-user-and-password"
  | "not-two-keys"
  | "white-space-around-it";

/** Whether the sender should come back, because the fault is ours. Such a failure is never told as a 4xx. */
export function isOurFailure({ reason }: VerificationFailure): boolean {
  return reason === "bad-secret" || reason === "keys-unavailable";
}

/** Long enough for any real name; what is longer was made up. */
const MAX_LOGGED_CHARS = 100;

export function cutForLog(text: string): string {
  return text.slice(0, MAX_LOGGED_CHARS);
}

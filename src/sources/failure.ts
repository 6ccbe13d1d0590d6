// Why a request was not let in. Types only. These are for the log and for the operator: the sender is told the same
// for every reason but `bad-secret`, which is our own fault. No fact here may hold a secret or a signature.

export type VerificationFailure =
  | { readonly reason: "missing-signature"; readonly header: string }
  | { readonly reason: "malformed-signature"; readonly header: string; readonly problem: SignatureProblem }
  | { readonly reason: "missing-header"; readonly header: string }
  | { readonly reason: "malformed-timestamp"; readonly unit: "s" | "ms" | "iso" }
  /** `tried` signatures or tokens, of which `undecodable` are not of the encoding, belong to none of the secrets. */
  | { readonly reason: "no-match"; readonly tried: number; readonly undecodable: number; readonly secrets: number }
  /** The signature is right, and too old: a replay, a slow retry, or a clock that is behind. */
  | { readonly reason: "stale"; readonly skewSeconds: number; readonly toleranceSeconds: number }
  /** The signature is right, and from the future: a clock that is ahead. */
  | { readonly reason: "future"; readonly skewSeconds: number; readonly toleranceSeconds: number }
  | { readonly reason: "missing-token"; readonly header: string }
  /** `origin` is null when the request names none. */
  | { readonly reason: "origin-not-allowed"; readonly origin: string | null }
  /** Our failure, not the sender's: the secret at this place of the source's list cannot be used. */
  | { readonly reason: "bad-secret"; readonly secretIndex: number; readonly problem: SecretProblem };

export type SignatureProblem =
  | "no-signature-of-the-expected-form"
  | "too-many-signatures"
  | "no-timestamp"
  | "several-timestamps";

export type SecretProblem = "none-configured" | "empty" | "not-hex" | "not-base64" | "white-space-around-it";

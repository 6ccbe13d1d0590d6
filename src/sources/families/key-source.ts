// Where the keys of JWT and JWS come from, compiled. Types only.
import type { PathStep } from "../../core/path.ts";

export type PublicKeyFormat = "pem" | "spki-base64" | "jwk";

export type KeySource =
  /** Shared secrets, for the HS algorithms. */
  | { readonly from: "shared-secrets"; readonly encoding: "utf8" | "hex" | "base64" }
  | { readonly from: "secrets"; readonly format: PublicKeyFormat }
  | { readonly from: "literal"; readonly format: PublicKeyFormat; readonly keys: readonly string[] }
  | { readonly from: "jwks"; readonly url: string }
  | KeyByKid;

/** In `url`, `headers` and `body`, `{kid}` and `{secret:1}` … are filled in. */
export interface KeyByKid {
  readonly from: "by-kid";
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly at: readonly PathStep[];
}

// Compiles `verify`, as configured, into the scheme that requests are checked by. Pure.

import type { SingleVerification } from "../../core/source/verification.ts";
import type { Verification } from "../../core/source.ts";
import { compileJwsDetached, compileJwt } from "./compile-jose.ts";
import { compileDigest, compileHmac, compilePubkey, listOf } from "./compile-signed.ts";
import { compilePlace } from "./place.ts";
import type { Scheme, SingleScheme, TokenPlace } from "./scheme.ts";

/** What of the source's configuration stands outside `verify`. */
export interface SchemeSettings {
  /** Takes the place of the scheme's own tolerance. */
  readonly toleranceSeconds: number | undefined;
  readonly allowOrigins: readonly string[];
  readonly publicUrl: string | null;
}

const PAYPAL_HOSTS = { live: "api.paypal.com", sandbox: "api.sandbox.paypal.com" } as const;

export function compileScheme(verify: Verification, settings: SchemeSettings): Scheme {
  switch (verify.family) {
    case "none":
      return { family: "none" };
    case "browser-form":
      return { family: "browser-form", allowOrigins: settings.allowOrigins, honeypot: verify.honeypot ?? null };
    case "any":
      return { family: "any", of: verify.of.map((each) => compileSingle(each, settings)) };
    default:
      return compileSingle(verify, settings);
  }
}

function compileSingle(verify: SingleVerification, settings: SchemeSettings): SingleScheme {
  switch (verify.family) {
    case "hmac":
      return compileHmac(verify, settings);
    case "digest":
      return compileDigest(verify, settings);
    case "pubkey":
      return compilePubkey(verify, settings);
    case "jwt":
      return compileJwt(verify, settings);
    case "jws-detached":
      return compileJwsDetached(verify);
    case "token":
      return { family: "token", at: listOf(verify.at).map(compileTokenPlace), prefix: verify.prefix ?? "" };
    case "twilio":
      return { family: "twilio", publicUrl: settings.publicUrl ?? "" };
    case "paypal":
      return { family: "paypal", host: PAYPAL_HOSTS[verify.environment], certificates: verify.certificates ?? null };
    case "adyen-standard":
    case "braintree":
      return { family: verify.family };
  }
}

function compileTokenPlace(at: string): TokenPlace {
  return at === "bearer" || at === "basic" ? { kind: at } : compilePlace(at);
}

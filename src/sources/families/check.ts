// Sends a request to the check of its scheme's family. No I/O, no clock. Total.
import { err, ok, type Result } from "../../core/result.ts";
import { checkAdyenStandard } from "./adyen-standard.ts";
import { checkBraintree } from "./braintree.ts";
import { checkBrowserForm } from "./browser-form.ts";
import type { Context } from "./context.ts";
import { checkDigest } from "./digest.ts";
import type { Proof, VerificationFailure } from "./failure.ts";
import { checkHmac } from "./hmac.ts";
import { checkJwsDetached } from "./jws-detached.ts";
import { checkJwt } from "./jwt.ts";
import { checkPaypal } from "./paypal.ts";
import type { RequestReader } from "./place.ts";
import { checkPubkey } from "./pubkey.ts";
import type { Scheme, SingleScheme } from "./scheme.ts";
import { checkToken } from "./token.ts";
import { checkTwilio } from "./twilio.ts";

type Checked = Promise<Result<Proof, VerificationFailure>>;

export function checkScheme(reader: RequestReader, scheme: Scheme, context: Context): Checked {
  switch (scheme.family) {
    case "none":
      return Promise.resolve(ok({ secretIndex: null }));
    case "browser-form":
      return checkBrowserForm(reader, scheme);
    case "any":
      return checkAny(reader, scheme.of, context);
    default:
      return checkSingle(reader, scheme, context);
  }
}

function checkSingle(reader: RequestReader, scheme: SingleScheme, context: Context): Checked {
  switch (scheme.family) {
    case "hmac":
      return checkHmac(reader, scheme, context);
    case "digest":
      return checkDigest(reader, scheme, context);
    case "pubkey":
      return checkPubkey(reader, scheme, context);
    case "jwt":
      return checkJwt(reader, scheme, context);
    case "jws-detached":
      return checkJwsDetached(reader, scheme, context);
    case "token":
      return checkToken(reader, scheme, context);
    case "twilio":
      return checkTwilio(reader, scheme, context);
    case "adyen-standard":
      return checkAdyenStandard(reader, context);
    case "braintree":
      return checkBraintree(reader, context);
    case "paypal":
      return checkPaypal(reader, scheme, context);
  }
}

/** The first that passes counts; when none does, the failure that tells most. */
async function checkAny(reader: RequestReader, schemes: readonly SingleScheme[], context: Context): Checked {
  let told: VerificationFailure | null = null;
  for (const scheme of schemes) {
    const checked = await checkSingle(reader, scheme, context);
    if (checked.ok) return checked;
    if (told === null || telling(checked.error) > telling(told)) told = checked.error;
  }
  return err(told ?? { reason: "missing-signature", at: "any" });
}

/** How much a failure tells: a right signature says most, and of one that is not there nothing is known. */
function telling({ reason }: VerificationFailure): number {
  switch (reason) {
    case "stale":
    case "future":
    case "wrong-claim":
    case "other-body":
      return 4;
    case "bad-secret":
    case "keys-unavailable":
      return 3;
    case "no-match":
    case "unknown-key":
    case "algorithm-not-allowed":
    case "certificate-refused":
      return 2;
    case "missing-signature":
    case "missing-token":
    case "unreadable-body":
      return 0;
    default:
      return 1;
  }
}

// The configuration of how a sender proves itself: one schema per family. Pure data. Rules that span several fields are
// checked by `resolveSource`, which can name the fault in words. Signatures are in `signing`, JWT and JWS in `jose`.
import * as z from "zod";
import { MAX_PLACES, Place } from "./fields.ts";
import { JwsDetachedVerification, JwtVerification } from "./jose.ts";
import { DigestVerification, HmacVerification, LiteralKeys, PubkeyVerification } from "./signing.ts";

export { DEFAULT_TOLERANCE_SECONDS, HmacVerification } from "./signing.ts";

/** Each member costs a pass over the body for whoever sends rubbish. */
const MAX_MEMBERS = 4;

const TOKEN_ERROR = "must be bearer, basic, header:x-name, query:name, form:field or a path such as $.token";

const TokenPlace = z
  .union([z.enum(["bearer", "basic"]), Place], { error: TOKEN_ERROR })
  .describe(
    "bearer for 'Authorization: Bearer …', basic for 'Authorization: Basic …' (the secret is user:password), " +
      "header:x-name, query:name, form:field or $.a.b.",
  );

const TokenVerification = z
  .strictObject({
    family: z.literal("token").describe("A shared secret that the sender shows."),
    at: z
      .union([TokenPlace, z.array(TokenPlace).min(1).max(MAX_PLACES)], {
        error: `${TOKEN_ERROR}; or a list of up to four of these`,
      })
      .describe("Where the token stands. Of several places, the first that gives something."),
    prefix: z
      .string()
      .min(1)
      .max(50)
      .optional()
      .describe("Text that stands before the token, such as 'Token '. Not for bearer and basic."),
  })
  .describe("The sender shows a shared secret. It proves the sender, but neither the body nor the time.");

const BrowserFormVerification = z
  .strictObject({
    family: z.literal("browser-form").describe("The Origin of the page that posts."),
    honeypot: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe("A field that people cannot see and leave empty. A form that fills it in is refused."),
  })
  .describe("A browser posts a form from one of the pages in 'allowOrigins'. Keeps other sites out, not programs.");

const NoVerification = z
  .strictObject({ family: z.literal("none").describe("No check at all. Must be spelled out.") })
  .describe("Nothing is checked: whoever knows the address can start workflows.");

const TwilioVerification = z
  .strictObject({ family: z.literal("twilio").describe("Twilio's signature over URL and form fields.") })
  .describe("Twilio: HMAC-SHA1 over the publicUrl and the sorted form fields, or the hash of a JSON body.");

const AdyenVerification = z
  .strictObject({ family: z.literal("adyen-standard").describe("Adyen's signature in each notification item.") })
  .describe("Adyen standard notifications: every item of the body must carry its own signature. The secret is hex.");

const BraintreeVerification = z
  .strictObject({ family: z.literal("braintree").describe("Braintree's bt_signature over bt_payload.") })
  .describe("Braintree. The secret is 'public key:private key'.");

const PaypalVerification = z
  .strictObject({
    family: z.literal("paypal").describe("PayPal's signature over id, time and CRC-32 of the body."),
    environment: z
      .enum(["live", "sandbox"])
      .default("live")
      .describe("Whose certificates count: those of api.paypal.com or of api.sandbox.paypal.com."),
    certificates: LiteralKeys.optional().describe(
      "PayPal's signing certificates as PEM, if they are to be pinned. Left out: they are fetched from PayPal's API.",
    ),
  })
  .describe("PayPal. The secret is the webhook's id.");

const SINGLE = [
  HmacVerification,
  DigestVerification,
  PubkeyVerification,
  JwtVerification,
  JwsDetachedVerification,
  TokenVerification,
  TwilioVerification,
  AdyenVerification,
  BraintreeVerification,
  PaypalVerification,
] as const;

/** A family that can stand in `any`: one that asks for proof. */
export const SingleVerification = z.discriminatedUnion("family", SINGLE);

const AnyVerification = z
  .strictObject({
    family: z.literal("any").describe("Several schemes, one of which must pass."),
    of: z
      .array(SingleVerification)
      .min(2)
      .max(MAX_MEMBERS)
      .describe("The schemes, in the order in which they are tried. They share the source's secrets."),
  })
  .describe("The sender uses one of several schemes. The first that passes counts; none may be 'none'.");

export const Verification = z.discriminatedUnion("family", [
  ...SINGLE,
  AnyVerification,
  BrowserFormVerification,
  NoVerification,
]);
export type Verification = z.infer<typeof Verification>;
/** As it may be written, with defaults left out: what presets are written in. */
export type VerificationInput = z.input<typeof Verification>;
export type SingleVerification = z.infer<typeof SingleVerification>;
export type AnyVerification = z.infer<typeof AnyVerification>;
export type TokenVerification = z.infer<typeof TokenVerification>;
export type PaypalVerification = z.infer<typeof PaypalVerification>;

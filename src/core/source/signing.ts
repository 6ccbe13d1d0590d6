// The configuration of signatures over a request: where the signature and its time stand, what is signed, with which
// key. Three families share these parts: hmac, digest and pubkey. Pure data.
import * as z from "zod";
import {
  BytesEncoding,
  HashName,
  HeaderName,
  HeaderSelector,
  MAX_PLACES,
  MAX_SELECTOR_CHARS,
  Places,
  TimeUnit,
  Tolerance,
} from "./fields.ts";

/** How far a sender's clock may be off, either way. Five minutes is what Stripe, Slack and Standard Webhooks use. */
export const DEFAULT_TOLERANCE_SECONDS = 300;
const MAX_REQUIRED_HEADERS = 10;
const MAX_CONTENT_CHARS = 500;
const MAX_LITERAL_KEYS = 8;
/** A PEM of a 4,096-bit RSA certificate is about half of it. */
const MAX_KEY_CHARS = 5_000;

const SignatureLocation = z
  .strictObject({
    from: Places.describe(
      "Where the signature stands, such as header:x-hub-signature-256; also query:, form: and $.a.b. Of several names, " +
        "every one that is there counts.",
    ),
    sets: z
      .string()
      .min(1)
      .max(5)
      .optional()
      .describe("The text between whole sets, each with a time and signatures of its own, such as ' '. Rare."),
    split: z
      .string()
      .min(1)
      .max(5)
      .optional()
      .describe("The text between several entries in the header, such as ',' or ' '. Left out: one entry."),
    kv: z
      .string()
      .min(1)
      .max(5)
      .optional()
      .describe("The text between name and value of an entry, such as '=' in 't=1,v1=ab'. Needs 'key'."),
    key: z.string().min(1).max(50).optional().describe("The name of the entries that are signatures, such as v1."),
    prefix: z.string().min(1).max(50).optional().describe("Text that stands before the signature, such as sha256=."),
    prefixOptional: z.boolean().default(false).describe("Also accept the signature without its prefix."),
  })
  .describe("Where the signature stands and how it is taken out of its header.");

const TIMESTAMP_ERROR =
  "must be sig:t, header:x-name, query:name, form:field or a path into the JSON body such as $.timestamp";

const TimestampPlace = z
  .string()
  .max(MAX_SELECTOR_CHARS)
  .regex(
    /^(?:sig:[A-Za-z0-9_-]+|header:[A-Za-z0-9_-]+|query:.+|form:.+|\$(?:\.[^.[\]]+|\[\d{1,4}\])+)$/,
    TIMESTAMP_ERROR,
  )
  .describe("sig:t is the entry t of the signature header; header:x, query:x, form:x and $.a.b as elsewhere.");

const SignedTimestamp = z
  .strictObject({
    from: z
      .union([TimestampPlace, z.array(TimestampPlace).min(1).max(MAX_PLACES)], {
        error: `${TIMESTAMP_ERROR}; or a list of up to four of these`,
      })
      .describe("Where the timestamp stands. Of several places, the first that gives something."),
    unit: TimeUnit.default("s").describe("How the timestamp is written."),
    toleranceSeconds: Tolerance.default(DEFAULT_TOLERANCE_SECONDS),
  })
  .describe("The signed time of sending. Requests outside the tolerance are refused, so that none can be replayed.");

const Strip = z
  .string()
  .min(1)
  .max(20)
  .optional()
  .describe("Text removed from the front of the secret, if it is there, before decoding: whsec_.");

const StartsWith = z
  .string()
  .min(1)
  .max(20)
  .optional()
  .describe("Only secrets that start with this are used here. For 'any', whose members may need different kinds.");

const SigningKey = z
  .strictObject({
    encoding: z
      .enum(["utf8", "hex", "base64"])
      .default("utf8")
      .describe("How the secret's text becomes key bytes. It is never guessed."),
    strip: Strip,
    startsWith: StartsWith,
    template: z
      .string()
      .max(200)
      .regex(/^[^{}]*\{secret\}[^{}]*$/, "must contain {secret} once, and no other braces")
      .optional()
      .describe("The key where it is composed: text around {secret}, such as '{secret}&'."),
  })
  .describe("How the secret becomes the key.");

const Content = z
  .string()
  .min(1)
  .max(MAX_CONTENT_CHARS)
  .regex(
    /^(?:[^{}]|\{(?:body|ts|method|url|secret|header:[A-Za-z0-9_-]+(?:\|[A-Za-z0-9_-]+){0,3}|query:[^{}]+|form:[^{}]+|\$(?:\.[^.[\]{}]+|\[\d{1,4}\])+)\})+$/,
    "may hold text and {body}, {ts}, {method}, {url}, {secret}, {header:x-name}, {query:name}, {form:field}, {$.a.b}",
  )
  .describe(
    "What is signed, byte for byte: {body}, {ts} as it was sent, {method}, {url} (the publicUrl), {header:x-name} " +
      "({header:a|b}: the first that is there), {query:name}, {form:field}, {$.a.b}, and text between them.",
  );

const Require = z
  .array(HeaderName)
  .max(MAX_REQUIRED_HEADERS)
  .default([])
  .describe("Headers that must be there and not be empty. Headers named in 'content' always must.");

export const HmacVerification = z
  .strictObject({
    family: z.literal("hmac").describe("A keyed hash over the request."),
    hash: HashName.default("sha256").describe("The hash function under the HMAC."),
    hashFrom: HeaderSelector.optional().describe("The header in which the sender names the hash. Needs 'hashMap'."),
    hashMap: z
      .record(z.string().max(50), HashName)
      .optional()
      .describe("The names that 'hashFrom' may give, and the hash that each stands for. Any other is refused."),
    encoding: BytesEncoding.default("hex").describe("How the signature is written."),
    signature: SignatureLocation,
    timestamp: SignedTimestamp.optional(),
    content: Content.default("{body}"),
    key: SigningKey.default({ encoding: "utf8" }),
    require: Require,
  })
  .describe("The sender signs each request with a shared secret (HMAC).");

export const DigestVerification = z
  .strictObject({
    family: z.literal("digest").describe("A plain hash over content that holds the secret."),
    hash: HashName.default("sha256").describe("The hash function."),
    encoding: BytesEncoding.default("hex").describe("How the hash is written."),
    signature: SignatureLocation,
    timestamp: SignedTimestamp.optional(),
    content: Content.default("{secret}{body}").describe(
      "What is hashed, byte for byte. Must contain {secret}; the other placeholders are those of hmac.",
    ),
    key: SigningKey.default({ encoding: "utf8" }),
    require: Require,
  })
  .describe(
    "The sender hashes each request together with a shared secret. Weaker than hmac; only where it is all there is.",
  );

export const LiteralKeys = z
  .array(z.string().min(1).max(MAX_KEY_CHARS))
  .min(1)
  .max(MAX_LITERAL_KEYS)
  .describe("Public keys, spelled out. They are no secrets.");

export const PubkeyVerification = z
  .strictObject({
    family: z.literal("pubkey").describe("A signature with the sender's private key."),
    algorithm: z
      .enum(["ed25519", "ecdsa-p256-sha256", "rsa-sha256"])
      .describe("The algorithm. rsa-sha256 is RSASSA-PKCS1-v1_5."),
    der: z
      .boolean()
      .default(false)
      .describe("For ecdsa: the signature is DER (ASN.1), not the two numbers one after the other."),
    encoding: BytesEncoding.default("base64").describe("How the signature is written."),
    signature: SignatureLocation,
    timestamp: SignedTimestamp.optional(),
    content: Content.default("{body}"),
    key: z
      .strictObject({
        format: z
          .enum(["raw", "spki-base64", "pem", "jwk"])
          .describe(
            "raw: the key's bytes (ed25519: 32, ecdsa: 65). spki-base64: DER. pem: a public key or certificate. jwk: a JWK or a set.",
          ),
        encoding: z.enum(["hex", "base64"]).default("base64").describe("How a raw key is written."),
        strip: Strip,
        startsWith: StartsWith,
      })
      .describe("How the public key is written."),
    keys: LiteralKeys.optional().describe("The sender's public keys. Left out: they are the values of 'secrets'."),
    require: Require,
  })
  .describe("The sender signs each request with a private key; we hold the public one, in 'secrets' or 'keys'.");

export type HmacVerification = z.infer<typeof HmacVerification>;
export type DigestVerification = z.infer<typeof DigestVerification>;
export type PubkeyVerification = z.infer<typeof PubkeyVerification>;

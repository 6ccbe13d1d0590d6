// The configuration of a source: which sender, how it proves itself, and where the parts of its events stand.
// Pure data: no I/O, no clock, nothing is compiled here. `sources/presets` turns it into a ready `Source`.
// The JSON Schema for editors is made from these schemas, so there are no transforms, every field is described,
// and rules that span several fields are checked by `resolveSource`, which can name the fault in words.
import { z } from "zod";
import { SecretNames } from "./secret-name.ts";

/** The senders that are known by name. The data behind each name is in `sources/presets`. */
export const PRESET_NAMES = ["stripe", "github", "standard-webhooks", "token", "bearer", "html-form"] as const;
export const PresetName = z.enum(PRESET_NAMES);
export type PresetName = z.infer<typeof PresetName>;

/** How far a sender's clock may be off, either way. Five minutes is what Stripe, Slack and Standard Webhooks use. */
export const DEFAULT_TOLERANCE_SECONDS = 300;
/** A longer window than a day makes a captured request good for too long; senders that re-sign nothing need no more. */
const MAX_TOLERANCE_SECONDS = 86_400;

/** 1 MiB holds every ordinary webhook; the senders known here stay far below it. */
export const DEFAULT_MAX_BODY_BYTES = 1_048_576;
/**
 * 4 MiB. A Worker has 128 MB for all its concurrent requests, and a body of many small values costs about fifteen
 * times its size once parsed: two of this size fit together, two of 10 MiB would not.
 */
export const MAX_BODY_BYTES = 4_194_304;

const MAX_ORIGINS = 50;
const MAX_VISIBLE_HEADERS = 20;
const MAX_REQUIRED_HEADERS = 10;
/** Each alternative of a selector is tried in turn for every event. */
const MAX_ALTERNATIVES = 8;
const MAX_SELECTOR_CHARS = 200;
const MAX_CONTENT_CHARS = 500;

const HeaderName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_-]+$/, "must be a header name: letters, digits, '-' and '_'")
  .describe("The name of a request header. Upper and lower case are the same.");

const HeaderSelector = z
  .string()
  .max(MAX_SELECTOR_CHARS)
  .regex(/^header:[A-Za-z0-9_-]+$/, "must be 'header:' and a header name")
  .describe("'header:' and the name of the request header, such as header:x-signature.");

const Tolerance = z
  .int()
  .min(1)
  .max(MAX_TOLERANCE_SECONDS)
  .describe("How many seconds the sender's timestamp may differ from our clock, into the past or the future.");

const TimeUnit = z
  .enum(["s", "ms", "iso"])
  .describe("How the time is written: s or ms since 1970, or iso for text such as 2026-11-23T09:00:00Z.");

// ---- How the sender proves itself ---------------------------------------------------------------------------------

const SignatureLocation = z
  .strictObject({
    from: HeaderSelector.describe("The header that carries the signature, such as header:x-hub-signature-256."),
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

const SignedTimestamp = z
  .strictObject({
    from: z
      .string()
      .max(MAX_SELECTOR_CHARS)
      .regex(/^(?:sig:[A-Za-z0-9_-]+|header:[A-Za-z0-9_-]+)$/, "must be 'sig:' and a key, or 'header:' and a name")
      .describe("Where the timestamp stands: sig:t is the entry t of the signature header, header:x a header."),
    unit: TimeUnit.default("s").describe("How the timestamp is written."),
    toleranceSeconds: Tolerance.default(DEFAULT_TOLERANCE_SECONDS),
  })
  .describe("The signed time of sending. Requests outside the tolerance are refused, so that none can be replayed.");

const SigningKey = z
  .strictObject({
    encoding: z
      .enum(["utf8", "hex", "base64"])
      .default("utf8")
      .describe("How the secret's text becomes key bytes. It is never guessed."),
    strip: z
      .string()
      .min(1)
      .max(20)
      .optional()
      .describe("Text removed from the front of the secret, if it is there, before decoding: whsec_."),
  })
  .describe("How the secret becomes the key.");

const SignedContent = z
  .string()
  .max(MAX_CONTENT_CHARS)
  .regex(
    /^(?=[\s\S]*\{body\})(?:[^{}]|\{(?:body|ts|method|header:[A-Za-z0-9_-]+)\})+$/,
    "must contain {body}; the other placeholders are {ts}, {method} and {header:x-name}",
  )
  .default("{body}")
  .describe(
    "What is signed, byte for byte: {body}, {ts} as it was sent, {method}, {header:x-name}, and text between them.",
  );

const HmacVerification = z
  .strictObject({
    family: z.literal("hmac").describe("A keyed hash over the request."),
    hash: z.enum(["sha1", "sha256", "sha512"]).default("sha256").describe("The hash function under the HMAC."),
    encoding: z.enum(["hex", "base64"]).default("hex").describe("How the signature is written."),
    signature: SignatureLocation,
    timestamp: SignedTimestamp.optional(),
    content: SignedContent,
    key: SigningKey.default({ encoding: "utf8" }),
    require: z
      .array(HeaderName)
      .max(MAX_REQUIRED_HEADERS)
      .default([])
      .describe("Headers that must be there and not be empty. Headers named in 'content' always must."),
  })
  .describe("The sender signs each request with a shared secret (HMAC).");

const TokenVerification = z
  .strictObject({
    family: z.literal("token").describe("A shared secret in a header."),
    at: z
      .string()
      .max(MAX_SELECTOR_CHARS)
      .regex(/^(?:bearer|header:[A-Za-z0-9_-]+)$/, "must be 'bearer', or 'header:' and a header name")
      .describe("Where the token stands: bearer for 'Authorization: Bearer …', or header:x-name."),
  })
  .describe("The sender shows a shared secret. It proves the sender, but neither the body nor the time.");

const BrowserFormVerification = z
  .strictObject({ family: z.literal("browser-form").describe("The Origin of the page that posts.") })
  .describe("A browser posts a form from one of the pages in 'allowOrigins'. Keeps other sites out, not programs.");

const NoVerification = z
  .strictObject({ family: z.literal("none").describe("No check at all. Must be spelled out.") })
  .describe("Nothing is checked: whoever knows the address can start workflows.");

export const Verification = z.discriminatedUnion("family", [
  HmacVerification,
  TokenVerification,
  BrowserFormVerification,
  NoVerification,
]);
export type Verification = z.infer<typeof Verification>;
export type HmacVerification = z.infer<typeof HmacVerification>;

// ---- Where the parts of an event stand ----------------------------------------------------------------------------

const Path = z
  .string()
  .max(MAX_SELECTOR_CHARS)
  .regex(/^\$(?:\.[^.[\]]+|\[\d{1,4}\])*$/, "must be a path into the body, such as $.data.items[0]")
  .describe("A path into the parsed body, such as $.data.items[0]; $ is all of it.");

const Selector = z
  .string()
  .max(MAX_SELECTOR_CHARS)
  .regex(
    /^(?:header:[A-Za-z0-9_-]+|form:.+|const:.+|\$(?:\.[^.[\]]+|\[\d{1,4}\])*|sha256\((?:body|data)\))$/,
    "must be header:x-name, $.a.b[0], form:field, sha256(body), sha256(data) or const:text",
  )
  .describe("header:x-name, $.a.b[0] (the body), form:field, sha256(body), sha256(data) or const:text.");

const Alternatives = z
  .union([Selector, z.array(Selector).min(1).max(MAX_ALTERNATIVES)])
  .describe("One selector, or several of which the first that gives something is used.");

const TypeSelector = z
  .union([
    Alternatives,
    z.strictObject({
      join: z
        .array(Selector)
        .min(1)
        .max(MAX_ALTERNATIVES)
        .describe("The parts of the type. The first must give something; the others are left out when they do not."),
      with: z.string().max(5).default(".").describe("The text between the parts."),
    }),
  ])
  .describe("The event's type: a selector, alternatives, or parts joined, such as pull_request.opened.");

export const EventSelectors = z
  .strictObject({
    id: Alternatives.optional().describe("The sender's own id of the event."),
    type: TypeSelector.optional(),
    subject: Alternatives.optional().describe("What the event is about, such as the id of an order."),
    time: z
      .strictObject({ from: Alternatives, unit: TimeUnit })
      .optional()
      .describe("When it happened. Left out or unreadable: when the request arrived."),
    data: z
      .union([Path, z.array(Path).min(1).max(MAX_ALTERNATIVES)])
      .optional()
      .describe("The part of the body that expressions see as 'data'. Left out: the whole body."),
    dedupeKey: Alternatives.optional().describe(
      "What makes two deliveries the same. Left out: the id if it is signed, else a hash of the body.",
    ),
  })
  .describe("Where the parts of an event stand in the request.");
export type EventSelectors = z.infer<typeof EventSelectors>;

// ---- The source ---------------------------------------------------------------------------------------------------

export const BodyKind = z.enum(["json", "form", "multipart"]);
export type BodyKind = z.infer<typeof BodyKind>;

export const BodyConfig = z
  .strictObject({
    accept: z
      .array(BodyKind)
      .min(1)
      .optional()
      .describe("The kinds of body that are read: json, form (urlencoded), multipart. Left out: json."),
    jsonField: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe("The form field that holds the event as JSON, for senders that wrap it in a form, such as payload."),
  })
  .describe("How the body is read.");
export type BodyConfig = z.infer<typeof BodyConfig>;

const Origin = z
  .string()
  .max(260)
  .regex(
    /^(?:https:\/\/[^/?#@\s]+|http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?)$/,
    "must be an origin such as https://www.example.com, without a path; http only for localhost",
  )
  .describe("An origin such as https://www.example.com: scheme and host, no path.");

export const SourceConfig = z
  .strictObject({
    preset: PresetName.optional().describe(
      "A sender that is known by name. The other fields then override its values.",
    ),
    verify: Verification.optional().describe("How requests are proven. Replaces the preset's own as a whole."),
    secrets: SecretNames.optional().describe(
      "The names of the Worker secrets that are valid now. List the old and the new one while rotating.",
    ),
    toleranceSeconds: Tolerance.optional().describe("Overrides how far the signed timestamp may be off, in seconds."),
    allowOrigins: z
      .array(Origin)
      .min(1)
      .max(MAX_ORIGINS)
      .optional()
      .describe("The origins of the pages whose forms may post here. For browser forms only."),
    body: BodyConfig.optional(),
    event: EventSelectors.optional(),
    headers: z
      .array(HeaderName)
      .max(MAX_VISIBLE_HEADERS)
      .optional()
      .describe("The request headers that expressions may see. Those that carry credentials are refused."),
    maxBodyBytes: z
      .int()
      .min(1)
      .max(MAX_BODY_BYTES)
      .optional()
      .describe(`The largest body that is read, in bytes. Left out: ${DEFAULT_MAX_BODY_BYTES}.`),
    redirectTo: z
      .url({ protocol: /^https$/, error: "must be an https URL" })
      .max(2_000)
      .optional()
      .describe("Where a browser is sent (303) after its form is accepted. For browser forms only."),
  })
  .describe("A sender of webhooks. Needs 'preset' or 'verify'.")
  .meta({ anyOf: [{ required: ["preset"] }, { required: ["verify"] }] });
export type SourceConfig = z.infer<typeof SourceConfig>;

// The configuration of a source: which sender, how it proves itself, and where the parts of its events stand.
// Pure data: no I/O, no clock, nothing is compiled here. `sources/presets` turns it into a ready `Source`.
// The JSON Schema for editors is made from these schemas, so there are no transforms, every field is described,
// and rules that span several fields are checked by `resolveSource`, which can name the fault in words.
import * as z from "zod";
import { durationBetween } from "./duration.ts";
import { SecretNames } from "./secret-name.ts";
import { Answers, SourceState } from "./source/answer.ts";
import { BodyConfig, RedactedPaths } from "./source/body.ts";
import { Compare } from "./source/compare.ts";
import { EventSelectors, Selector } from "./source/event.ts";
import { HeaderName, PublicUrl, Tolerance } from "./source/fields.ts";
import { Handshakes } from "./source/handshake.ts";
import { PresetName } from "./source/preset-names.ts";
import { Verification } from "./source/verification.ts";

export { Answers, SourceState } from "./source/answer.ts";
export { BodyConfig, BodyKind, Payload } from "./source/body.ts";
export { EventSelectors } from "./source/event.ts";
export { Handshake } from "./source/handshake.ts";
export { PRESET_NAMES, PresetName } from "./source/preset-names.ts";
export {
  DEFAULT_TOLERANCE_SECONDS,
  HmacVerification,
  Verification,
  type VerificationInput,
} from "./source/verification.ts";

/** 1 MiB holds every ordinary webhook; the senders known here stay far below it. */
export const DEFAULT_MAX_BODY_BYTES = 1_048_576;
/**
 * 4 MiB. A Worker has 128 MB for all its concurrent requests, and a body of many small values costs about fifteen
 * times its size once parsed: two of this size fit together, two of 10 MiB would not.
 */
export const MAX_BODY_BYTES = 4_194_304;

const MAX_ORIGINS = 50;
const MAX_VISIBLE_HEADERS = 20;
const MAX_ASSERTIONS = 8;
const MAX_ASSERTED_CHARS = 500;

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
    publicUrl: PublicUrl.optional(),
    assert: z
      .record(Selector, z.string().min(1).max(MAX_ASSERTED_CHARS))
      .refine((asserted) => Object.keys(asserted).length <= MAX_ASSERTIONS, `at most ${MAX_ASSERTIONS}`)
      .optional()
      .describe(
        'What must stand at certain places, such as {"$.OrganizationId": "00D…"}: a request that says otherwise is not ' +
          "from this sender. Of use where the sender signs nothing.",
      ),
    state: SourceState.optional(),
    handshakeSecrets: SecretNames.optional().describe(
      "The names of the Worker secrets that handshakes compare with, such as Meta's verify token. It travels in URLs, so it " +
        "is not the secret that signs.",
    ),
    expectEvery: durationBetween("5m", "90d")
      .optional()
      .describe(
        "How often this source is to be heard at least, such as 1d. When nothing has come for longer, the log says " +
          "source.silent, once, and source.heard when it comes again. Left out: any silence is normal.",
      ),
    compare: Compare.optional(),
    handshake: Handshakes.optional(),
    answer: Answers.optional(),
    toleranceSeconds: Tolerance.optional().describe("Overrides how far the signed timestamp may be off, in seconds."),
    allowOrigins: z
      .array(Origin)
      .min(1)
      .max(MAX_ORIGINS)
      .optional()
      .describe("The origins of the pages whose forms may post here. For browser forms only."),
    body: BodyConfig.optional(),
    event: EventSelectors.optional(),
    redact: RedactedPaths.optional(),
    match: z
      .enum(["all", "first"])
      .optional()
      .describe(
        "Which rules take an event. all (the default): every rule that matches. first: only the first of them, in the order of " +
          "the configuration; shadow rules are passed over.",
      ),
    keepUnmatched: z
      .boolean()
      .optional()
      .describe(
        "Whether events that no rule takes are recorded, so that they can be found, explained and tried against a changed rule. " +
          "Left out: true.",
      ),
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

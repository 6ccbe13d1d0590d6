// The configuration of what a sender is answered, and of whether its source is open. Pure data, no transforms.
import * as z from "zod";

const MAX_BODY_CHARS = 2_000;
/** A day: who must wait longer has a source that should not be there. */
const MAX_RETRY_AFTER_SECONDS = 86_400;

const Accepted = z
  .strictObject({
    status: z.literal([200, 201, 202, 204]).optional().describe("Left out: 202."),
    type: z
      .enum(["text/plain", "application/json", "text/xml"])
      .optional()
      .describe("The content type of 'body'. Left out: text/plain."),
    body: z
      .string()
      .max(MAX_BODY_CHARS)
      .optional()
      .describe("The body, word for word; empty text is an empty body. Left out: the receipt, as JSON."),
  })
  .describe("The answer to events that were accepted. Left out: 202 and the receipt, as JSON.");

const Rejected = z
  .strictObject({
    status: z.literal([400, 401, 403, 498]).optional().describe("Left out: 401."),
    empty: z.boolean().optional().describe("Whether the body is empty. Left out: false, problem JSON."),
  })
  .describe(
    "The answer to every request that does not prove its sender, always the same. Left out: 401, problem JSON.",
  );

const Busy = z
  .strictObject({
    retryAfterSeconds: z
      .int()
      .min(1)
      .max(MAX_RETRY_AFTER_SECONDS)
      .optional()
      .describe("The Retry-After of the 503, in seconds. Left out: 30."),
  })
  .describe("The answer while we cannot accept, or the source is paused: always 503, so that the sender comes back.");

export const Answers = z
  .strictObject({ accepted: Accepted.optional(), rejected: Rejected.optional(), busy: Busy.optional() })
  .describe("What the sender is answered. Each part replaces the preset's.");
export type Answers = z.infer<typeof Answers>;

export const SourceState = z
  .enum(["active", "pending", "paused"])
  .describe(
    "active: events are accepted. pending: being set up; also, handshakes may capture the sender's secret. paused: all is " +
      "answered 503 with Retry-After, nothing is verified or stored, and the sender comes back. Left out: active.",
  );
export type SourceState = z.infer<typeof SourceState>;

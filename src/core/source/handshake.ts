// The configuration of handshakes: the requests by which a sender finds out, before its first event, that somebody is
// there. Pure data, no transforms. Rules that span several fields are checked by `checkHandshakes`, in words.
import * as z from "zod";
import { Place } from "./fields.ts";

const MAX_HANDSHAKES = 8;
const MAX_CONDITIONS = 8;
const MAX_TEMPLATE_CHARS = 500;
const MAX_LITERAL_CHARS = 200;
const MIN_STATUS = 200;
const MAX_STATUS = 299;

const Condition = z
  .strictObject({
    from: Place,
    equals: z.string().max(MAX_LITERAL_CHARS).optional().describe("The text that must stand there."),
    is: z
      .enum(["given", "absent", "hex", "secret"])
      .optional()
      .describe(
        "given: some text must stand there. absent: nothing may. hex: 1 to 64 hexadecimal digits. secret: one of the " +
          "source's handshakeSecrets, compared in constant time. Left out: given.",
      ),
  })
  .describe("What one place of the request must hold.");

const AnswerTemplate = z
  .string()
  .max(MAX_TEMPLATE_CHARS)
  .regex(
    /^(?:[^{]|\{(?![a-z$])|\{(?:body|public-key|(?:hmac-(?:hex|base64):)?(?:header:[A-Za-z0-9_-]+|query:[^{}]+|form:[^{}]+|\$(?:\.[^.[\]{}]+|\[\d{1,4}\])*))\})*$/,
    "must be text with placeholders: {query:name}, {header:x-name}, {form:field}, {$.a.b}, {hmac-hex:…} or " +
      "{hmac-base64:…} of one of these, {public-key}, or {body} alone",
  );

const AnswerHeaderName = z
  .string()
  .max(100)
  .regex(
    /^(?:[Xx]|[Ww][Ee][Bb][Hh][Oo][Oo][Kk])-[A-Za-z0-9-]+$/,
    "must be a header name that starts with X- or WebHook-",
  );

const HandshakeAnswer = z
  .strictObject({
    status: z.int().min(MIN_STATUS).max(MAX_STATUS).optional().describe("Left out: 200."),
    type: z
      .enum(["text/plain", "application/json"])
      .optional()
      .describe("The content type. Left out: text/plain. What a sender wrote is never answered as HTML or XML."),
    body: AnswerTemplate.optional().describe(
      "Text with placeholders: {query:name}, {header:x-name}, {form:field}, {$.a.b}; {hmac-hex:$.a.b} and " +
        "{hmac-base64:$.a.b} sign such a value with the source's secret, by the hash and key of 'verify'; {public-key} is " +
        "the part of the secret that is not secret; {body} alone is the request's body. In JSON, placeholders stand inside " +
        "quotes and are escaped. Left out: empty.",
    ),
    headers: z
      .record(AnswerHeaderName, AnswerTemplate)
      .optional()
      .describe("Headers of the answer, with the same placeholders, such as the echo of X-Hook-Secret."),
  })
  .describe("What is answered. Left out: 200 with an empty body.");

export const Handshake = z
  .strictObject({
    when: z
      .strictObject({
        method: z.enum(["GET", "HEAD", "POST", "OPTIONS"]).optional().describe("Left out: POST."),
        match: z
          .array(Condition)
          .max(MAX_CONDITIONS)
          .optional()
          .describe("All of these must hold. May be left out for GET, HEAD and OPTIONS only."),
      })
      .describe("Which requests are this handshake."),
    verified: z
      .boolean()
      .describe("true: answered only after the sender is proven, as for an event. false: answered to anyone."),
    capture: Place.optional().describe(
      "Where the secret stands by which the sender will sign. It is kept, encrypted, and never shown. Works only while " +
        "the source's state is pending, and only once: nobody can replace a key that is in use.",
    ),
    answer: HandshakeAnswer.optional(),
  })
  .describe("A request that is answered and is never an event.");
export type Handshake = z.infer<typeof Handshake>;

export const Handshakes = z
  .array(Handshake)
  .max(MAX_HANDSHAKES)
  .describe("How the sender's handshakes are answered. Replaces the preset's own as a whole.");

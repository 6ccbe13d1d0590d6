// The configuration of how a body is read: which kinds, what is wrapped in it, how a batch is taken apart, and what
// nobody may see. Pure data.
import * as z from "zod";
import { MAX_SELECTOR_CHARS } from "./fields.ts";

const MAX_FIELD_CHARS = 100;
const MAX_REDACTED_PATHS = 50;

export const BodyKind = z.enum(["json", "ndjson", "form", "multipart", "xml"]);
export type BodyKind = z.infer<typeof BodyKind>;

export const Payload = z
  .strictObject({
    field: z.string().min(1).max(MAX_FIELD_CHARS).describe("The name of the form field, such as payload."),
    encoding: z.enum(["base64"]).optional().describe("How the field's text is encoded. Left out: not at all."),
    as: z.enum(["json", "xml"]).default("json").describe("What the field holds."),
    keepForm: z
      .boolean()
      .default(false)
      .describe("Keep the other fields: the body is then the form, with what was read in place of the field's text."),
    optional: z.boolean().default(false).describe("A form without the field is taken as it is and not refused."),
  })
  .describe("The event stands inside one field of a form.");
export type Payload = z.infer<typeof Payload>;

export const BodyConfig = z
  .strictObject({
    accept: z
      .array(BodyKind)
      .min(1)
      .optional()
      .describe(
        "The kinds of body that are read: json, ndjson (one JSON text per line), form (urlencoded), multipart, " +
          "xml (SOAP too). Left out: json.",
      ),
    assume: BodyKind.exclude(["multipart"])
      .optional()
      .describe(
        "How a body is read whose content type is missing or names none of the accepted kinds. " +
          "Left out: such a request is refused.",
      ),
    payload: Payload.optional(),
    split: z
      .string()
      .max(MAX_SELECTOR_CHARS)
      .regex(/^\$(?:\.[^.[\]]+|\[(?:\d{1,4}|\*)\])*$/, "must be a path, such as $.events, or $ for the whole body")
      .optional()
      .describe(
        "Where the list of items stands, for senders that send several events in one request: $ when the body is the " +
          "list, else a path such as $.events or $.entry[*].changes. Each item becomes an event.",
      ),
  })
  .describe("How the body is read.");
export type BodyConfig = z.infer<typeof BodyConfig>;

export const RedactedPaths = z
  .array(
    z
      .string()
      .max(MAX_SELECTOR_CHARS)
      .regex(/^\$(?:\.[^.[\]]+|\[(?:\d{1,4}|\*)\])+$/, "must be a path, such as $.token or $.items[*].secret")
      .describe("A path into the whole body, such as $.token or $.items[*].secret; [*] is every item of a list."),
  )
  .max(MAX_REDACTED_PATHS)
  .describe(
    "Places in the body that are removed before anything reads it: rules, the ledger and the log never see them. " +
      "Adds to the places that the preset removes.",
  );

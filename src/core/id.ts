// The ids of the configuration's parts. Pure. They stand in URLs, message ids and logs, so they are kept plain.
import * as z from "zod";

export const Id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected lower-case letters, digits and dashes, at most 63")
  .describe("Lower-case letters, digits and dashes.");

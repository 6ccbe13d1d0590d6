// What a configuration says of comparing what a sender has sent with what has arrived. Pure.
import * as z from "zod";
import { durationBetween } from "../duration.ts";
import { SecretName } from "../secret-name.ts";
import { PublicUrl } from "./fields.ts";

/** Senders whose API lists what they have sent. */
export const LISTED_PRESETS = ["stripe", "github"] as const;
export type ListedPreset = (typeof LISTED_PRESETS)[number];

export const Compare = z
  .strictObject({
    token: SecretName.describe(
      "The name of the secret by which the sender's API is asked: for Stripe a restricted key that may read events, for GitHub a token that may read the webhook.",
    ),
    webhook: z
      .string()
      .regex(
        /^(repos\/[\w.-]+\/[\w.-]+|orgs\/[\w.-]+)\/hooks\/\d+$|^app\/hook$/,
        "expected repos/OWNER/NAME/hooks/ID, orgs/NAME/hooks/ID or app/hook",
      )
      .optional()
      .describe("GitHub only: which webhook, such as repos/acme/shop/hooks/123."),
    url: PublicUrl.optional().describe(
      "The API's address, where it is not the sender's usual one (GitHub Enterprise).",
    ),
    every: durationBetween("5m", "1d")
      .default("15m")
      .describe("How often what was sent is compared with what has arrived."),
    grace: durationBetween("1m", "6h")
      .default("10m")
      .describe("How old an event is before it counts as missing: until then it may still be on its way."),
    lookBack: durationBetween("1h", "3d")
      .default("3d")
      .describe(
        "How far back is looked after an absence, as long as the sender keeps it. A new comparison begins with now.",
      ),
  })
  .describe(
    "Whether the sender's own list of what it has sent is compared with what has arrived. What is missing is taken in as if it had been delivered. Presets stripe and github.",
  );
export type Compare = z.infer<typeof Compare>;

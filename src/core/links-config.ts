// What a configuration says of the links by which results are fetched through the bridge. Pure.
import * as z from "zod";
import { durationBetween } from "./duration.ts";
import { SecretNames } from "./secret-name.ts";

export const LinksConfig = z
  .strictObject({
    url: z
      .url()
      .regex(/^https?:\/\/[^/?#@]+$/, "expected an address without a path, such as https://hooks.example.com")
      .describe("Where this bridge is reached, such as https://hooks.example.com."),
    secrets: SecretNames.describe("Names of the secrets that links are signed by: the first signs, all are accepted."),
    validFor: durationBetween("1h", "30d")
      .default("7d")
      .describe("How long a link can be used, from the end that it is sent with."),
  })
  .describe("Links by which a callback fetches a result that is too large to be sent.");
export type LinksConfig = z.infer<typeof LinksConfig>;

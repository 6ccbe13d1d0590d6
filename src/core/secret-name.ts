// Secrets are named in the configuration and never written there. Pure.
import * as z from "zod";

export const SecretName = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{0,63}$/,
    "expected the NAME of a Worker secret (capitals, digits, _), never the secret itself",
  )
  .describe("The name of a Worker secret, as given to `wrangler secret put NAME`. Never the secret itself.");

/** Two parties' keys, each with its successor. Every listed secret costs one pass over the body. */
const MAX_SECRETS = 4;

/** A new secret is added before the old one is taken away, and any of them may match. */
export const SecretNames = z.array(SecretName).min(1).max(MAX_SECRETS);

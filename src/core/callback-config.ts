// What a configuration says of a callback: where an end is sent, how it is signed and authorized, which ends are wanted, and when
// to try again. Pure.
import * as z from "zod";
import { durationBetween, durationMs } from "./duration.ts";
import type { GateLimits } from "./engine-gate.ts";
import { HeaderName, HeaderValue } from "./header.ts";
import type { Json } from "./json.ts";
import { RUN_ENDS } from "./run-state.ts";
import { SecretName, SecretNames } from "./secret-name.ts";

const MAX_HEADERS = 20;

/** A host, or one and everything below it: `*.example.com`. */
const HostPattern = z
  .string()
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    "expected a host such as hooks.example.com, or *.example.com for every name below it",
  );

const SecretHeader = z.strictObject({
  secret: SecretName,
  prefix: HeaderValue.optional().describe('What stands before the secret, such as "Token ".'),
});

const Authorization = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("bearer"), token: SecretName }),
  z.strictObject({
    type: z.literal("basic"),
    user: z.string().regex(/^[\x20-\x39\x3b-\x7e]{1,200}$/, "expected printable ASCII without a colon"),
    password: SecretName,
  }),
  z.strictObject({
    type: z.literal("oauth2"),
    tokenUrl: z.string().describe("Where a token is asked for, by the client credentials grant (RFC 6749, 4.4)."),
    clientId: z.string().min(1).max(500),
    clientSecret: SecretName,
    scope: z.string().min(1).max(1_000).optional(),
    audience: z.string().min(1).max(1_000).optional(),
  }),
]);
export type CallbackAuthorization = z.infer<typeof Authorization>;

export const CallbackConfig = z
  .strictObject({
    url: z
      .string()
      .describe(
        "Where the end is POSTed. https and a public name, except in development. An expression ({% … %}) lets the event choose, among allowHosts.",
      ),
    allowHosts: z
      .array(HostPattern)
      .min(1)
      .max(100)
      .optional()
      .describe("The hosts that an event may choose, when url is an expression."),
    secrets: SecretNames.describe(
      "Names of the signing secrets: whsec_… signs by HMAC-SHA256 (v1), whsk_… by Ed25519 (v1a). The message carries a signature by each.",
    ),
    on: z
      .array(z.enum(RUN_ENDS))
      .min(1)
      .optional()
      .describe("The ends that it wants to be told of; all of them if left out."),
    timeout: durationBetween("1s", "25s").default("15s").describe("How long one attempt may take."),
    retry: z
      .array(durationBetween("1s", "7d"))
      .max(30)
      .optional()
      .describe(
        "Waits after failed attempt 1, 2 and so on; after the last the message is a dead letter. If left out: 5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h.",
      ),
    disableAfter: durationBetween("1h", "30d")
      .default("5d")
      .describe(
        "After so long of nothing but failures it is disabled: its messages are dead letters until it is resumed.",
      ),
    rateLimit: z
      .strictObject({ perSecond: z.number().positive().max(1_000), burst: z.int().min(1).max(10_000).optional() })
      .optional()
      .describe("How many messages it takes a second; what is more waits."),
    maxConcurrent: z
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .describe("How many messages it takes at a time; what is more waits."),
    maxBytes: z
      .int()
      .min(1_000)
      .max(10 * 1024 * 1024)
      .optional()
      .describe(
        "The largest result that it takes, bytes of JSON; in place of a larger one the message has a link (see links).",
      ),
    ordered: z
      .boolean()
      .default(false)
      .describe("Whether the next end of a record waits until the one before is delivered, or a dead letter."),
    headers: z
      .record(HeaderName, z.union([HeaderValue, SecretHeader]))
      .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, { error: `at most ${MAX_HEADERS} headers` })
      .default({})
      .describe("Further headers: a value, or the name of the secret that holds it."),
    authorization: Authorization.optional().describe("How the bridge proves itself beyond the signature."),
    body: z
      .json()
      .optional()
      .describe(
        "The body in place of the default one. Expressions see the default message: type, time, and in data what it holds, the event with its payload included.",
      ),
  })
  .describe("An address that receives the ends of executions, signed as Standard Webhooks.");
export type CallbackConfig = Omit<z.infer<typeof CallbackConfig>, "body"> & { readonly body?: Json | undefined };

/** Without limits of its own it is only kept from being called in vain. */
export function callbackLimits({ rateLimit, maxConcurrent, disableAfter }: CallbackConfig): GateLimits {
  const perSecond = rateLimit?.perSecond ?? null;
  const burst = rateLimit?.burst ?? Math.max(1, Math.ceil(perSecond ?? 0));
  return { perSecond, burst, maxConcurrent: maxConcurrent ?? NO_BOUND, disableAfterMs: durationMs(disableAfter) };
}

const NO_BOUND = 1_000_000;

/** The names of a callback's secrets beyond those that sign, each with its place. */
export function callbackSecrets({ headers, authorization }: CallbackConfig): [readonly string[], string][] {
  const named = Object.entries(headers).flatMap(([name, value]): [readonly string[], string][] =>
    typeof value === "string" ? [] : [[["headers", name, "secret"], value.secret]],
  );
  if (authorization?.type === "bearer") named.push([["authorization", "token"], authorization.token]);
  if (authorization?.type === "basic") named.push([["authorization", "password"], authorization.password]);
  if (authorization?.type === "oauth2") named.push([["authorization", "clientSecret"], authorization.clientSecret]);
  return named;
}

// Signs the requests of the cookbook as their senders do: by the sender's own library where there is one, and else by its
// formula in Node's crypto; never by our own code. No clock, no network.
import { Signature } from "@hubspot/api-client";
import { sign as signGitHub } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import type { PresetName } from "../../../src/core/source.ts";
import { hmacBase64, hmacHex } from "../sources/presets/known-answers.ts";

export interface Unsigned {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The URL that is registered with the sender. */
  readonly url: string;
}

interface Sender {
  /** Of the form that the sender gives out. */
  readonly secret: string;
  /** The headers that prove the request. @param now ms */
  sign(
    request: Unsigned,
    secret: string,
    now: number,
  ): Readonly<Record<string, string>> | Promise<Record<string, string>>;
}

const STANDARD_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

const stripe: Sender = {
  secret: "whsec_test_0123456789abcdef",
  sign: ({ body }, secret, now) => {
    const header = { payload: body, secret, timestamp: now / 1_000 };
    return { "stripe-signature": new Stripe("sk_test_unused").webhooks.generateTestHeaderString(header) };
  },
};

const hubspot: Sender = {
  secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
  sign: ({ body, url }, clientSecret, timestamp) => {
    const signed = { clientSecret, requestBody: body, url, timestamp, signature: "" };
    return {
      "x-hubspot-signature-v3": Signature.getSignature("POST", "v3", signed),
      "x-hubspot-request-timestamp": String(timestamp),
    };
  },
};

const standardWebhooks: Sender = {
  secret: STANDARD_SECRET,
  sign: ({ body, headers }, secret, now) => ({
    "webhook-timestamp": String(now / 1_000),
    "webhook-signature": new Webhook(secret).sign(headers["webhook-id"] ?? "", new Date(now), body),
  }),
};

const clerk: Sender = {
  secret: STANDARD_SECRET,
  sign: ({ body }, secret, now) => ({
    "svix-id": "msg_34yQ1sT8vWc",
    "svix-timestamp": String(now / 1_000),
    "svix-signature": new SvixWebhook(secret).sign("msg_34yQ1sT8vWc", new Date(now), body),
  }),
};

/** Senders that sign the body alone, by HMAC-SHA256 in base64. */
function bodySigned(header: string, prefix = ""): Sender {
  return {
    secret: "a long random secret",
    sign: ({ body }, secret) => ({ [header]: prefix + hmacBase64(secret, body) }),
  };
}

/** By preset. A form proves itself by the page it comes from: nothing is signed. */
export const SENDERS: Readonly<Partial<Record<PresetName, Sender>>> = {
  stripe,
  hubspot,
  clerk,
  "standard-webhooks": standardWebhooks,
  shopify: bodySigned("x-shopify-hmac-sha256"),
  woocommerce: bodySigned("x-wc-webhook-signature"),
  typeform: bodySigned("typeform-signature", "sha256="),
  tally: bodySigned("tally-signature"),
  github: {
    secret: "It's a Secret to Everybody",
    sign: async ({ body }, secret) => ({ "x-hub-signature-256": await signGitHub(secret, body) }),
  },
  "google-forms": {
    secret: "a long random text",
    sign: ({ body }, secret, now) => {
      const time = now / 1_000;
      return { "x-hookspan-signature": `t=${time},v1=${hmacHex(secret, `${time}.${body}`)}` };
    },
  },
  pipedrive: {
    secret: "hookspan:a long random password",
    sign: (_, secret) => ({ authorization: `Basic ${Buffer.from(secret).toString("base64")}` }),
  },
};

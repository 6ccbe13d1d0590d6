// The senders whose signature is a scheme of their own, and tokens that are signed by a shared secret: Twilio, Adyen's notifications, Braintree,
// monday.com.
import { createHash, createHmac } from "node:crypto";
import type { Verification } from "../../src/core/source.ts";
import { bodyOf, type Draft, payloadOf, put, valueAt } from "./draft.ts";
import type { Signing } from "./sign.ts";

/** What may stand in the way of imitating a sender. */
export const PRIVATE_KEY = "it signs with a private key";
export const NO_ADDRESS = "it signs its address, and the source has no publicUrl";

const JWT_LIFETIME_S = 300;

/** HMAC-SHA1 over the registered address and the sorted fields. https://www.twilio.com/docs/usage/webhooks/webhooks-security */
export function signTwilio(draft: Draft, { secret, publicUrl }: Signing): string | null {
  if (publicUrl === "") return NO_ADDRESS;
  const text = draft.kind === "json" ? hashed(draft, publicUrl) : publicUrl + joined(draft);
  draft.headers["x-twilio-signature"] = createHmac("sha1", secret).update(text).digest("base64");
  return null;
}

function joined(draft: Draft): string {
  const fields = new URLSearchParams(bodyOf(draft));
  return [...fields.keys()]
    .sort()
    .map((name) => `${name}${fields.get(name)}`)
    .join("");
}

function hashed(draft: Draft, url: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}bodySHA256=${createHash("sha256").update(bodyOf(draft)).digest("hex")}`;
}

const ADYEN_SIGNED = [
  "pspReference",
  "originalReference",
  "merchantAccountCode",
  "merchantReference",
  "amount.value",
  "amount.currency",
  "eventCode",
  "success",
] as const;

/** HMAC-SHA256 over eight fields of the item. https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures */
export function signAdyen(draft: Draft, { secret }: Signing): string | null {
  if (!/^([0-9a-f]{2})+$/i.test(secret)) return "the secret must be hex";
  const path = (name: string): string => `$.NotificationRequestItem.${name}`;
  const text = ADYEN_SIGNED.map((name) => String(valueAt(draft, path(name), draft.item) ?? "")).join(":");
  const mac = createHmac("sha256", Buffer.from(secret, "hex")).update(text).digest("base64");
  put(draft, path("additionalData.hmacSignature"), mac, draft.item);
  return null;
}

/** HMAC-SHA1 under the SHA-1 of the private key; the secret is public key:private key. https://developer.paypal.com/braintree/docs/guides/webhooks/parse */
export function signBraintree(draft: Draft, { secret }: Signing): string | null {
  const [, publicKey, privateKey] = /^([^\s:]+):(\S+)$/.exec(secret) ?? [];
  if (publicKey === undefined || privateKey === undefined) return "the secret must be public key:private key";
  const key = createHash("sha1").update(privateKey).digest();
  draft.beside.bt_signature = `${publicKey}|${createHmac("sha1", key).update(payloadOf(draft)).digest("hex")}`;
  return null;
}

/** A token under HS256 (RFC 7519). */
export function signJwt(
  { from, algorithms, keys, audience, bodyHash, ...others }: Extract<Verification, { family: "jwt" }>,
  draft: Draft,
  { secret, publicUrl, now }: Signing,
): string | null {
  if (keys.from !== "secrets" || !algorithms.includes("HS256" as never)) return PRIVATE_KEY;
  if (audience === "publicUrl" && publicUrl === "") return NO_ADDRESS;
  if (bodyHash !== undefined || "issuer" in others) return "its token says more than is known here";
  const issued = Math.floor(now / 1_000);
  const claims = {
    iat: issued,
    exp: issued + JWT_LIFETIME_S,
    ...(audience === undefined ? {} : { aud: audience === "publicUrl" ? publicUrl : audience }),
  };
  const content = [{ alg: "HS256", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const mac = createHmac("sha256", secret).update(content).digest("base64url");
  put(draft, [from].flat()[0] ?? "", `${content}.${mac}`);
  return null;
}

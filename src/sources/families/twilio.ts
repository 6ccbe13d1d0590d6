// The family `twilio`: HMAC-SHA1 over the registered URL and the sorted form fields; for any other body over the URL with
// the hash of the body in its query. Web Crypto only, no clock. Total.
// Twilio joins names and values without a separator, so a field's boundary is not signed: "a=bc" and "ab=c" are the same.
import { err, ok, type Result } from "../../core/result.ts";
import { fromBase64, sha256Hex, utf8 } from "../encoding.ts";
import type { Context } from "./context.ts";
import type { Proof, VerificationFailure } from "./failure.ts";
import type { FormFields } from "./form-fields.ts";
import { importMacKey, isMacAmong } from "./mac.ts";
import type { RequestReader } from "./place.ts";
import type { TwilioScheme } from "./scheme.ts";
import { readSecrets } from "./secrets.ts";

const HEADER = "x-twilio-signature";
const FORM = "application/x-www-form-urlencoded";
const URL_PARTS = /^(https?:\/\/)([^/?#]*)(.*)$/;
const PORT = /:\d+$/;

export async function checkTwilio(
  reader: RequestReader,
  { publicUrl }: TwilioScheme,
  { secrets }: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const signature = reader.request.headers.get(HEADER)?.trim() ?? "";
  if (signature === "") return err({ reason: "missing-signature", at: `header:${HEADER}` });
  const candidate = fromBase64(signature);

  const signed = await signedTexts(reader, portVariants(publicUrl));
  if (signed === null) return err({ reason: "unreadable-body", expected: FORM });
  const { usable, bad } = readSecrets(secrets, "", (secret, index) =>
    secret.trim() === "" ? err("empty") : ok({ index, bytes: utf8(secret) }),
  );
  for (const { index, bytes } of usable) {
    const key = await importMacKey(bytes, "SHA-1");
    for (const text of signed) {
      if (candidate === null) break;
      if (await isMacAmong(key, utf8(text), [candidate])) return ok({ secretIndex: index });
    }
  }
  return err(bad ?? { reason: "no-match", tried: 1, undecodable: candidate === null ? 1 : 0, secrets: secrets.length });
}

/** What may have been signed, for each way to write the URL; null for a form that cannot be read. */
async function signedTexts(
  { request, form }: RequestReader,
  urls: readonly string[],
): Promise<readonly string[] | null> {
  const contentType = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (contentType === FORM) {
    const fields = await form();
    return fields === null ? null : urls.map((url) => url + joinFields(fields));
  }
  const hash = await sha256Hex(request.body);
  return urls.map((url) => `${url}${url.includes("?") ? "&" : "?"}bodySHA256=${hash}`);
}

/** Names in the order of their UTF-16 code units; of a repeated name each value once, in the same order. */
function joinFields(fields: FormFields): string {
  return Array.from(fields.keys())
    .sort()
    .map((name) =>
      Array.from(new Set(fields.get(name)))
        .sort()
        .map((value) => name + value)
        .join(""),
    )
    .join("");
}

/** Twilio signs the URL with or without its port, depending on the product; it says itself to try both. */
function portVariants(url: string): readonly string[] {
  const [, scheme, host, rest] = URL_PARTS.exec(url) ?? [];
  if (scheme === undefined || host === undefined || rest === undefined) return [url];
  const bare = host.replace(PORT, "");
  const port = PORT.exec(host)?.[0] ?? (scheme === "https://" ? ":443" : ":80");
  return [scheme + bare + rest, scheme + bare + port + rest];
}

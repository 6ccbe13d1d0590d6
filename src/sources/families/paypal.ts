// The family `paypal`: RSA-SHA256 over 'id|time|webhook id|crc32 of the body'. The secret is the webhook's id.
// No clock (`now` is passed in), no I/O but the fetcher that it is given. Total.
//
// The certificate: the request names its URL. It is fetched only from the path where PayPal's API serves its signing
// certificates, on the one host of the environment, over https and without redirects; whoever answers there is PayPal, by
// the web's own chain of trust, so the certificate's chain is not walked again. Its dates are checked.
//
// The body is only signed through its CRC-32, for which anyone can make another body. Whoever has seen one request can
// therefore send another body in its place, with the same id and for as long as it is not too old: use the header
// paypal-transmission-id as the dedupe key, and fetch from PayPal what matters.
import { err, ok, type Result } from "../../core/result.ts";
import { fromBase64, utf8 } from "../encoding.ts";
import { readCertificate } from "./certificate.ts";
import type { Context } from "./context.ts";
import { crc32 } from "./crc32.ts";
import { cutForLog, type Proof, type VerificationFailure } from "./failure.ts";
import type { RequestReader } from "./place.ts";
import { importPublicKey, isSignedBy, type VerifyKey } from "./public-key.ts";
import type { PaypalScheme } from "./scheme.ts";
import { readSecrets } from "./secrets.ts";
import { skewFailure } from "./signed.ts";
import { parseTimestamp } from "./timestamp.ts";

const ALGORITHM = "SHA256withRSA";
/** PayPal tries for three days, and does not say whether it signs each try anew. */
const MAX_AGE_SECONDS = 4 * 86_400;
const CERTIFICATE_PATH = /^\/v1\/notifications\/certs\/[A-Za-z0-9_-]{1,200}$/;
const TRANSMISSION_ID = /^[\x21-\x7e]{1,200}$/;
const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

export async function checkPaypal(
  { request }: RequestReader,
  scheme: PaypalScheme,
  context: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const header = (name: string) => request.headers.get(`paypal-${name}`) ?? "";
  const signatureText = header("transmission-sig");
  if (signatureText === "") return err({ reason: "missing-signature", at: "header:paypal-transmission-sig" });
  for (const name of ["transmission-id", "transmission-time", "cert-url", "auth-algo"]) {
    if (header(name) === "") return err({ reason: "missing-header", header: `paypal-${name}` });
  }
  // The id is the dedupe key: one that could be written in several ways would make one request many events.
  if (!TRANSMISSION_ID.test(header("transmission-id"))) {
    return err({ reason: "malformed-signature", at: "header:paypal-transmission-id", problem: "not-an-id" });
  }
  if (header("auth-algo") !== ALGORITHM) {
    return err({ reason: "algorithm-not-allowed", algorithm: cutForLog(header("auth-algo")) });
  }
  const sentAt = parseTimestamp(header("transmission-time"), "iso");
  if (sentAt === null) return err({ reason: "malformed-timestamp", unit: "iso" });
  const { usable, bad } = readSecrets(context.secrets, "", (secret, index) =>
    secret.trim() === "" ? err("empty") : ok({ index, webhookId: secret.trim() }),
  );
  const keys = await findCertificates(scheme, header("cert-url"), context);
  if (!keys.ok) return keys;

  const signature = fromBase64(signatureText);
  const checksum = crc32(request.body);
  for (const { index, webhookId } of usable) {
    const content = utf8(`${header("transmission-id")}|${header("transmission-time")}|${webhookId}|${checksum}`);
    for (const key of keys.value) {
      if (signature === null || !(await isSignedBy(key, "RSASSA-PKCS1-v1_5", signature, content))) continue;
      const age = skewFailure(sentAt, context.now, MAX_AGE_SECONDS);
      return age === null ? ok({ secretIndex: index }) : err(age);
    }
  }
  const undecodable = signature === null ? 1 : 0;
  return err(bad ?? { reason: "no-match", tried: 1, undecodable, secrets: usable.length });
}

async function findCertificates(
  { host, certificates }: PaypalScheme,
  url: string,
  context: Context,
): Promise<Result<readonly VerifyKey[], VerificationFailure>> {
  if (certificates !== null) return importCertificates(certificates, context.now);
  if (!isCertificateUrl(url, host)) return err({ reason: "certificate-refused", problem: "url-not-allowed" });
  const fetched = await fetchCertificate(url, context);
  return fetched.ok ? importCertificates([fetched.value], context.now) : fetched;
}

/** The whole URL must be what PayPal sends: no port, no user, no query, no host that only begins or ends alike. */
function isCertificateUrl(text: string, host: string): boolean {
  const start = `https://${host}`;
  return text.startsWith(`${start}/`) && CERTIFICATE_PATH.test(text.slice(start.length));
}

async function fetchCertificate(url: string, { keys }: Context): Promise<Result<string, VerificationFailure>> {
  const unavailable = (detail: string) => err({ reason: "keys-unavailable", detail } as const);
  try {
    const fetched = await keys({ url, method: "GET", headers: {}, body: null, refresh: false });
    if (fetched.ok) return ok(fetched.value);
    const { error } = fetched;
    return error.reason === "not-found" ? err({ reason: "unknown-key", kid: null }) : unavailable(error.detail);
  } catch {
    return unavailable("The certificate could not be fetched.");
  }
}

/** Of a chain the first counts: a certificate comes before the one that signed it. */
async function importCertificates(
  pems: readonly string[],
  now: number,
): Promise<Result<readonly VerifyKey[], VerificationFailure>> {
  const keys: VerifyKey[] = [];
  let failure: VerificationFailure = { reason: "certificate-refused", problem: "not-a-certificate" };
  for (const pem of pems) {
    const der = fromBase64(PEM.exec(pem.replaceAll("\\n", "\n"))?.[1]?.replace(/\s/g, "") ?? "");
    const certificate = der === null ? null : readCertificate(der);
    if (certificate === null) continue;
    if (now < certificate.notBefore || now > certificate.notAfter) {
      failure = { reason: "certificate-refused", problem: "not-valid-now" };
      continue;
    }
    const key = await importPublicKey({ kid: null, data: { format: "spki", bytes: certificate.spki } }, "RS256");
    if (key !== null) keys.push(key);
  }
  return keys.length === 0 ? err(failure) : ok(keys);
}

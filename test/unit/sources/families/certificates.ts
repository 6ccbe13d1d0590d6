// Makes self-signed X.509 certificates for tests: just enough DER, signed by node:crypto. No clock.
import { type KeyObject, sign } from "node:crypto";

function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(4, "0"), "hex");
  const shortest = length[0] === 0 ? length.subarray(1) : length;
  return Buffer.concat([Buffer.from([tag, 0x80 + shortest.length]), shortest, content]);
}

const SHA256_WITH_RSA = element(0x30, Buffer.from("06092a864886f70d01010b0500", "hex"));
const NAME = element(
  0x30,
  element(0x31, element(0x30, Buffer.from("0603550403", "hex"), element(0x0c, Buffer.from("test")))),
);

/** UTCTime until 2049, GeneralizedTime after it, as RFC 5280 wants. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return Number(digits.slice(0, 4)) < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}

/** @returns PEM */
export function makeCertificate(
  keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  notBefore: number,
  notAfter: number,
): string {
  const body = element(
    0x30,
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.from([1])),
    SHA256_WITH_RSA,
    NAME,
    element(0x30, time(notBefore), time(notAfter)),
    NAME,
    keys.publicKey.export({ format: "der", type: "spki" }),
  );
  const signature = element(0x03, Buffer.from([0]), sign("sha256", body, keys.privateKey));
  const base64 = element(0x30, body, SHA256_WITH_RSA, signature).toString("base64").replace(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${base64.trimEnd()}\n-----END CERTIFICATE-----\n`;
}

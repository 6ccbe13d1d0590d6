// What is needed of an X.509 certificate: its public key and when it is valid. Pure and total. Its own signature is not
// checked here: whoever uses a certificate must have it from a place that it trusts.
import {
  DER_GENERALIZED_TIME,
  DER_SEQUENCE,
  DER_UTC_TIME,
  type DerElement,
  readDerElements,
  readDerSequence,
} from "./der.ts";

export interface Certificate {
  /** The public key as SPKI. */
  readonly spki: Uint8Array<ArrayBuffer>;
  /** In ms since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const VERSION_TAG = 0xa0;
const UTC_TIME = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const GENERALIZED_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
/** RFC 5280: two digits from 50 on mean the last century. */
const CENTURY_TURNS_AT = 50;

export function readCertificate(der: Uint8Array<ArrayBuffer>): Certificate | null {
  const [body] = readDerSequence(der) ?? [];
  if (body?.tag !== DER_SEQUENCE) return null;
  const fields = readDerElements(body.content) ?? [];
  const afterVersion = fields[0]?.tag === VERSION_TAG ? fields.slice(1) : fields;
  // serial number, signature algorithm, issuer, validity, subject, public key
  const [, , , validity, , spki] = afterVersion;
  if (validity?.tag !== DER_SEQUENCE || spki?.tag !== DER_SEQUENCE) return null;
  const [notBefore, notAfter] = (readDerElements(validity.content) ?? []).map(timeOf);
  if (notBefore === undefined || notBefore === null || notAfter === undefined || notAfter === null) return null;
  return { spki: spki.whole, notBefore, notAfter };
}

function timeOf({ tag, content }: DerElement): number | null {
  const text = String.fromCharCode(...content.subarray(0, 20));
  const match =
    tag === DER_UTC_TIME ? UTC_TIME.exec(text) : tag === DER_GENERALIZED_TIME ? GENERALIZED_TIME.exec(text) : null;
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const full = tag === DER_GENERALIZED_TIME ? year : year + (year < CENTURY_TURNS_AT ? 2_000 : 1_900);
  return Date.UTC(full, month - 1, day, hour, minute, second);
}

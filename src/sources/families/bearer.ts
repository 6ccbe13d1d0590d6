// Credentials in the header Authorization. Pure and total.
import { fromBase64 } from "../encoding.ts";

/** RFC 9110: the scheme's name is the same in any case, and one or more spaces follow it. */
const BEARER = /^bearer +(.+)$/i;
const BASIC = /^basic +(.+)$/i;

/** The token of 'Bearer …'; null when there is none. */
export function readBearer(headers: Headers): string | null {
  return BEARER.exec(headers.get("authorization")?.trim() ?? "")?.[1] ?? null;
}

/** The bytes of 'Basic …', user:password; null when there are none. */
export function readBasic(headers: Headers): Uint8Array<ArrayBuffer> | null {
  const base64 = BASIC.exec(headers.get("authorization")?.trim() ?? "")?.[1];
  return base64 === undefined ? null : fromBase64(base64);
}

// Decides whether an Authorization header would pass. Pure: no I/O, no clock. It cannot check the signature of a legacy
// JWT, because the vendor's key is not known here: form and expiry are all that is looked at.
import { isJsonObject } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";

const TOKEN = /^tot_[\x21-\x7e]{8,}$/;
const BEARER = /^bearer +(.*)$/i;
const MS_PER_SECOND = 1000;

const FORMS =
  "Send an organization API token as it is (Authorization: tot_...) or a legacy JWT as Authorization: Bearer <jwt>.";

/**
 * Checks an Authorization header.
 *
 * @param header the header's value, undefined if it was not sent
 * @param pinned the only credential to accept (without "Bearer"), or null for every well-formed one
 * @param now ms since the epoch
 * @returns the reason in words for people if the header does not pass
 */
export function checkAuthorization(
  header: string | undefined,
  pinned: string | null,
  now: number,
): Result<null, string> {
  if (header === undefined || header === "") {
    return err(`The Authorization header is missing. ${FORMS}`);
  }
  const bearer = BEARER.exec(header)?.[1]?.trim();
  if (bearer?.startsWith("tot_")) {
    return err('An organization API token is sent as it is: remove "Bearer " from the Authorization header.');
  }
  const formed = bearer === undefined ? checkToken(header) : checkJwt(bearer, now);
  if (!formed.ok) {
    return formed;
  }
  return pinned === null || pinned === (bearer ?? header)
    ? ok(null)
    : err("The credential is well-formed, but it is not the one that this simulator is set to accept.");
}

function checkToken(header: string): Result<null, string> {
  if (TOKEN.test(header)) {
    return ok(null);
  }
  return header.startsWith("tot_")
    ? err("The organization API token is malformed: at least 8 characters, without spaces, follow tot_.")
    : err(`The Authorization header has neither form. ${FORMS}`);
}

function checkJwt(jwt: string, now: number): Result<null, string> {
  const [header, payload, signature, ...rest] = jwt.split(".");
  if (header === undefined || payload === undefined || !isBase64url(signature) || rest.length > 0) {
    return err("The legacy JWT is malformed: it has three base64url parts, separated by dots.");
  }
  const claims = decodePart(payload);
  if (!isJsonObject(decodePart(header)) || !isJsonObject(claims)) {
    return err("The legacy JWT is malformed: its header and payload are JSON objects in base64url.");
  }
  if (typeof claims.exp !== "number") {
    return err("The legacy JWT has no numeric exp claim.");
  }
  return claims.exp * MS_PER_SECOND > now
    ? ok(null)
    : err(`The legacy JWT expired at ${describeSeconds(claims.exp)}; it is valid for one hour after it was issued.`);
}

function isBase64url(part: string | undefined): boolean {
  return part !== undefined && /^[\w-]+$/.test(part);
}

function decodePart(part: string): unknown {
  if (!isBase64url(part)) {
    return undefined;
  }
  try {
    return JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}

function describeSeconds(seconds: number): string {
  const date = new Date(seconds * MS_PER_SECOND);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

// The exchange of a key and a secret for a legacy JWT, as POST /auth/authorize does it. Pure: no I/O, no clock. Every key
// and secret is good; the token is signed by nobody, since nobody here checks it.
import { isJsonObject } from "../core/json.ts";
import { WORKSPACE_ID } from "./execution.ts";
import { type Answer, errorAnswer, jsonAnswer } from "./wire.ts";

const LIFETIME_SECONDS = 3_600;

/** @param now ms since the epoch @param id makes each token another one */
export function authorize(body: string, now: number, id: string): Answer {
  const fields = parsed(body);
  if (!isJsonObject(fields) || !isFilled(fields.key) || !isFilled(fields.secret)) {
    return errorAnswer(400, "The body is a JSON object with key and secret, both non-empty strings.");
  }
  const iat = Math.floor(now / 1_000);
  const claims = { workspaceId: WORKSPACE_ID, jti: id, iat, exp: iat + LIFETIME_SECONDS };
  const accessToken = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}.c2ltdWxhdGVk`;
  return jsonAnswer(200, { accessToken, expiresIn: LIFETIME_SECONDS });
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function encode(value: object): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

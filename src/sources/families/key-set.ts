// Finds the keys that a token may be signed with: only from where the configuration says, never from where the token says.
// Fetches through the port and keeps nothing. Total: a fetcher that throws is one that has no answer.
import type { Json } from "../../core/json.ts";
import { valueAt } from "../../core/path.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { parseJson } from "../body/json-body.ts";
import type { Context } from "./context.ts";
import { cutForLog, type VerificationFailure } from "./failure.ts";
import type { KeyFault, KeyRequest } from "./key-fetcher.ts";
import type { KeyByKid, KeySource } from "./key-source.ts";
import {
  importPublicKey,
  isPem,
  type PublicKey,
  readKeyDocument,
  readPublicKeys,
  type VerifyKey,
} from "./public-key.ts";
import { decodeSecret, readSecrets } from "./secrets.ts";

export interface TokenKey {
  readonly key: VerifyKey | Uint8Array<ArrayBuffer>;
  readonly secretIndex: number | null;
}

export interface FoundKeys {
  readonly keys: readonly TokenKey[];
  /** The first secret that cannot be used; the one that signed may have been just that. */
  readonly bad: VerificationFailure | null;
}

/** What of the token's header counts. */
export interface KeyHint {
  readonly algorithm: string;
  readonly kid: string | null;
}

/** A token that names no key is tried with all; this many cost little. */
const MAX_KEYS_TRIED = 8;
/** Letters, digits and what ids are written with; so that a key's id cannot name another path. */
const KEY_ID = /^[A-Za-z0-9._~:@+=-]{1,200}$/;

type Found = Promise<Result<FoundKeys, VerificationFailure>>;

export function findKeys(source: KeySource, hint: KeyHint, context: Context): Found {
  switch (source.from) {
    case "shared-secrets":
      return Promise.resolve(ok(sharedSecrets(source.encoding, context.secrets)));
    case "secrets":
      return fromTexts(context.secrets, source.format, hint, true);
    case "literal":
      return fromTexts(source.keys, source.format, hint, false);
    case "jwks":
      return fromJwks(source.url, hint, context);
    case "by-kid":
      return byKid(source, hint, context);
  }
}

function sharedSecrets(encoding: "utf8" | "hex" | "base64", secrets: readonly string[]): FoundKeys {
  const form = { encoding, strip: "", startsWith: "", before: "", after: "" };
  const { usable, bad } = readSecrets(secrets, "", (secret, secretIndex) => {
    const bytes = decodeSecret(secret, form);
    return bytes.ok ? ok({ key: bytes.value, secretIndex }) : bytes;
  });
  return { keys: usable, bad };
}

async function fromTexts(
  texts: readonly string[],
  format: "pem" | "spki-base64" | "jwk",
  hint: KeyHint,
  areSecrets: boolean,
): Found {
  const { usable, bad } = readSecrets(texts, "", (text, index) => {
    const keys = readPublicKeys(text, format);
    return keys === null ? err("not-a-public-key") : ok({ keys, index });
  });
  const keys: TokenKey[] = [];
  for (const each of usable) {
    const imported = await importMatching(each.keys, hint);
    keys.push(...imported.map((key) => ({ key, secretIndex: areSecrets ? each.index : null })));
  }
  if (keys.length > 0 || bad !== null) return ok({ keys: keys.slice(0, MAX_KEYS_TRIED), bad });
  return err(unknownKey(hint));
}

async function fromJwks(url: string, hint: KeyHint, context: Context): Found {
  for (const refresh of [false, true]) {
    const request: KeyRequest = { url, method: "GET", headers: {}, body: null, refresh };
    const document = await fetchDocument(request, [], context);
    if (!document.ok) return err(failureOf(document.error, hint));
    const keys = await importMatching(document.value, hint);
    if (keys.length > 0) return ok({ keys: keys.map((key) => ({ key, secretIndex: null })), bad: null });
  }
  return err(unknownKey(hint));
}

async function byKid(source: KeyByKid, hint: KeyHint, context: Context): Found {
  const { kid } = hint;
  if (kid === null || !KEY_ID.test(kid) || kid === "." || kid === "..") return err(unknownKey(hint));
  const fill = (template: string, write: (text: string) => string) => fillIn(template, kid, context.secrets, write);
  const request: KeyRequest = {
    url: fill(source.url, encodeURIComponent),
    method: source.method,
    headers: Object.fromEntries(
      Object.entries(source.headers).map(([name, template]) => [name, fill(template, (text) => text)]),
    ),
    body: source.body === null ? null : fill(source.body, (text) => JSON.stringify(text).slice(1, -1)),
    refresh: false,
  };
  const document = await fetchDocument(request, source.at, context);
  if (!document.ok) return err(failureOf(document.error, hint));
  // What stands at the key's own URL need not repeat its id; but if it does, it is that one.
  const keys = await importMatching(document.value, hint);
  return keys.length === 0
    ? err(unknownKey(hint))
    : ok({ keys: keys.map((key) => ({ key, secretIndex: null })), bad: null });
}

function fillIn(template: string, kid: string, secrets: readonly string[], write: (text: string) => string): string {
  return template.replace(/\{(?:kid|secret:([1-4]))\}/g, (_, place: string | undefined) =>
    write(place === undefined ? kid : (secrets[Number(place) - 1] ?? "")),
  );
}

async function fetchDocument(
  request: KeyRequest,
  at: KeyByKid["at"],
  { keys, now }: Context,
): Promise<Result<readonly PublicKey[], KeyFault>> {
  const text = await safely(() => keys(request));
  if (!text.ok) return text;
  const json = isPem(text.value) ? ok<Json>(text.value) : parseJson(text.value);
  const value = json.ok ? valueAt(json.value, isPem(text.value) ? [] : at) : undefined;
  const read = value === undefined ? null : readKeyDocument(value);
  if (read === null) return err({ reason: "unavailable", detail: "What was fetched is no public key." });
  return ok(read.filter((key) => !isExpired(key, now)));
}

async function safely(ask: () => ReturnType<Context["keys"]>): ReturnType<Context["keys"]> {
  try {
    return await ask();
  } catch {
    return err({ reason: "unavailable", detail: "The key could not be fetched." });
  }
}

/** Plaid's keys say in seconds when they were put out of use; other senders' have no such member. */
function isExpired({ data }: PublicKey, now: number): boolean {
  const expiredAt = data.format === "jwk" ? data.jwk.expired_at : undefined;
  return typeof expiredAt === "number" && expiredAt * 1_000 <= now;
}

/** The keys of the id that the token names, or all when one side names none; only those that fit the algorithm. */
async function importMatching(keys: readonly PublicKey[], { algorithm, kid }: KeyHint): Promise<readonly VerifyKey[]> {
  const matching = keys.filter((key) => kid === null || key.kid === null || key.kid === kid);
  const imported = await Promise.all(matching.slice(0, MAX_KEYS_TRIED).map((key) => importPublicKey(key, algorithm)));
  return imported.filter((key) => key !== null);
}

function failureOf(fault: KeyFault, hint: KeyHint): VerificationFailure {
  return fault.reason === "not-found" ? unknownKey(hint) : { reason: "keys-unavailable", detail: fault.detail };
}

function unknownKey({ kid }: KeyHint): VerificationFailure {
  return { reason: "unknown-key", kid: kid === null ? null : cutForLog(kid) };
}

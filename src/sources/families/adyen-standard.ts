// The family `adyen-standard`: each notification item of the body carries its own HMAC-SHA256, over eight of its fields.
// Web Crypto only, no clock. Total. The other fields (eventDate, reason, paymentMethod …) are not signed by Adyen.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { fromBase64, fromHex, utf8 } from "../encoding.ts";
import type { Context } from "./context.ts";
import type { Proof, VerificationFailure } from "./failure.ts";
import { importMacKey, isMacAmong, type MacKey } from "./mac.ts";
import type { RequestReader } from "./place.ts";
import { readSecrets } from "./secrets.ts";

/** Adyen sends one to six; each costs one HMAC for each secret. */
const MAX_ITEMS = 100;
const EXPECTED = "JSON with notificationItems[*].NotificationRequestItem";
const SIGNATURE = "$.notificationItems[*].NotificationRequestItem.additionalData.hmacSignature";

/** Every item must be signed: one that is not would come in with the others. */
export async function checkAdyenStandard(
  reader: RequestReader,
  { secrets }: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const items = itemsOf(reader.json());
  if (items === null) return err({ reason: "unreadable-body", expected: EXPECTED });
  const { usable, bad } = readSecrets(secrets, "", (secret, index) => {
    const bytes = fromHex(secret);
    return bytes === null ? err(secret === "" ? "empty" : "not-hex") : ok({ index, bytes });
  });
  const keys = await Promise.all(
    usable.map(async ({ index, bytes }) => ({ index, key: await importMacKey(bytes, "SHA-256") })),
  );
  let secretIndex: number | null = null;
  for (const item of items) {
    const signature = signatureOf(item);
    if (signature === null) return err({ reason: "missing-signature", at: SIGNATURE });
    const candidate = fromBase64(signature);
    const content = contentOf(item);
    const index = candidate === null || content === null ? null : await matchItem(keys, content, candidate);
    if (index === null) {
      return err(
        bad ?? { reason: "no-match", tried: 1, undecodable: candidate === null ? 1 : 0, secrets: keys.length },
      );
    }
    secretIndex ??= index;
  }
  return ok({ secretIndex });
}

async function matchItem(
  keys: readonly { readonly index: number; readonly key: MacKey }[],
  content: Uint8Array<ArrayBuffer>,
  candidate: Uint8Array<ArrayBuffer>,
): Promise<number | null> {
  for (const { index, key } of keys) {
    if (await isMacAmong(key, content, [candidate])) return index;
  }
  return null;
}

function itemsOf(body: Json | undefined): readonly JsonObject[] | null {
  const list = isJsonObject(body) ? body.notificationItems : undefined;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_ITEMS) return null;
  const items = list.map((each: Json) => (isJsonObject(each) ? each.NotificationRequestItem : undefined));
  return items.every(isJsonObject) ? items : null;
}

function signatureOf({ additionalData }: JsonObject): string | null {
  const signature = isJsonObject(additionalData) ? additionalData.hmacSignature : undefined;
  return typeof signature === "string" && signature !== "" ? signature : null;
}

/** What the dedupe key is made of is read as strictly as it is written: any other spelling could pass as another event. */
const WORD = /^[A-Za-z0-9_.-]{1,100}$/;

/**
 * Null when a field is not as Adyen writes it. The fields are signed joined by colons, so only one of them, the merchant's
 * own reference, may hold a colon: with two, a captured item could be cut up in another way under the same signature.
 */
function contentOf(item: JsonObject): Uint8Array<ArrayBuffer> | null {
  const amount = isJsonObject(item.amount) ? item.amount : {};
  const words = [item.pspReference, item.eventCode, item.success];
  if (!words.every((word) => typeof word === "string" && WORD.test(word))) return null;
  const reference = textOf(item.merchantReference);
  const others = [
    item.pspReference,
    item.originalReference,
    item.merchantAccountCode,
    amount.value,
    amount.currency,
    item.eventCode,
    item.success,
  ].map(textOf);
  if (reference === null || others.some((text) => text === null || text.includes(":"))) return null;
  return utf8([...others.slice(0, 3), reference, ...others.slice(3)].join(":"));
}

/** Fields that are missing count as empty. */
function textOf(value: Json | undefined): string | null {
  if (value === undefined || value === null) return "";
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

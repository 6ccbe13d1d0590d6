// PayPal as a preset: signed by node:crypto over the documented content, with CRC-32 by node:zlib. What the family refuses
// of certificates is tested with the families. Fixed clock, no network.
import { generateKeyPairSync, sign } from "node:crypto";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { makeCertificate } from "../families/certificates.ts";
import { documents, verdict } from "../families/family.ts";
import { NOW, request, sourceOf } from "../requests.ts";
import { JSON_HEADERS, onlyEvent } from "./known-answers.ts";

const WEBHOOK_ID = "9XL90610J3647323C";
const CERT_URL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77";
const DAY_MS = 86_400_000;
const TRANSMISSION = "d938e770-8046-11e6-8103-6b62a8a99ac4";
const RESOURCE = { id: "80F85758S3080410K", state: "completed", amount: { total: "21.00", currency: "USD" } };
const EVENT = {
  id: "WH-9UG43882HX7271132-6E0871324L7949614",
  event_version: "1.0",
  create_time: "2026-11-23T09:19:45Z",
  resource_type: "sale",
  event_type: "PAYMENT.SALE.COMPLETED",
  summary: "Payment completed for $ 21.0 USD",
  resource: RESOURCE,
};
const BODY = JSON.stringify(EVENT);

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const { fetch } = documents({ [CERT_URL]: makeCertificate(keys, NOW - DAY_MS, NOW + DAY_MS) });
const source = sourceOf({ preset: "paypal", secrets: ["WEBHOOK_ID", "OLD_WEBHOOK_ID"] });
const given = { secrets: [WEBHOOK_ID], keys: fetch };

function headersFor({ webhookId = WEBHOOK_ID, time = NOW, id = TRANSMISSION, body = BODY } = {}) {
  const sentAt = new Date(time).toISOString().replace(/\.\d+/, "");
  const content = `${id}|${sentAt}|${webhookId}|${crc32(body)}`;
  return {
    ...JSON_HEADERS,
    "paypal-transmission-id": id,
    "paypal-transmission-time": sentAt,
    "paypal-transmission-sig": sign("sha256", Buffer.from(content), keys.privateKey).toString("base64"),
    "paypal-cert-url": CERT_URL,
    "paypal-auth-algo": "SHA256withRSA",
  };
}

/** Another body of the same CRC-32: four bytes after the text make up for the difference, found by linear algebra. */
function forge(text: string, wanted: number): Buffer {
  const prefix = Buffer.from(text);
  const crcWith = (tail: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(tail >>> 0);
    return crc32(Buffer.concat([prefix, bytes]));
  };
  const base = crcWith(0);
  const rows = Array.from({ length: 32 }, (_, bit) => ({ crc: (crcWith(2 ** bit) ^ base) >>> 0, tail: 2 ** bit }));
  let missing = (wanted ^ base) >>> 0;
  let tail = 0;
  for (let bit = 31; bit >= 0; bit--) {
    const mask = 2 ** bit;
    const at = rows.findIndex(({ crc }) => Math.clz32(crc) === 31 - bit);
    const [pivot] = at === -1 ? [] : rows.splice(at, 1);
    if (pivot === undefined) continue;
    for (const row of rows) {
      if ((row.crc & mask) >>> 0 === 0) continue;
      row.crc = (row.crc ^ pivot.crc) >>> 0;
      row.tail = (row.tail ^ pivot.tail) >>> 0;
    }
    if ((missing & mask) >>> 0 === 0) continue;
    missing = (missing ^ pivot.crc) >>> 0;
    tail = (tail ^ pivot.tail) >>> 0;
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(tail >>> 0);
  return Buffer.concat([prefix, bytes]);
}

describe("an event of PayPal", () => {
  test("has PayPal's id, type, resource and time, and the signed transmission as dedupe key", async () => {
    expect(await onlyEvent(request(headersFor(), BODY), source, [WEBHOOK_ID], fetch)).toMatchObject({
      id: "WH-9UG43882HX7271132-6E0871324L7949614",
      type: "PAYMENT.SALE.COMPLETED",
      subject: "80F85758S3080410K",
      time: "2026-11-23T09:19:45.000Z",
      data: RESOURCE,
      dedupeKey: TRANSMISSION,
    });
  });

  test("is refused with another body, another webhook, and without a signature", async () => {
    expect(await verdict(request(headersFor(), `${BODY} `), source, given)).toBe("no-match");
    expect(await verdict(request(headersFor({ webhookId: "WEBHOOK_ID" }), BODY), source, given)).toBe("no-match");
    const unsigned = { ...headersFor(), "paypal-transmission-sig": "" };
    expect(await verdict(request(unsigned, BODY), source, given)).toBe("missing-signature");
    expect(await verdict(request(JSON_HEADERS, BODY), source, given)).toBe("missing-signature");
  });

  test("is refused once its transmission is called otherwise, so none can be passed off as new", async () => {
    const renamed = { ...headersFor(), "paypal-transmission-id": "00000000-8046-11e6-8103-6b62a8a99ac4" };
    expect(await verdict(request(renamed, BODY), source, given)).toBe("no-match");
  });

  test("whose body is forged to the same CRC-32 is proven, as PayPal has it, and counts as the same delivery", async () => {
    const forged = forge(BODY.replace("21.00", "99.00"), crc32(BODY));
    expect(crc32(forged)).toBe(crc32(BODY));
    expect(await verdict(request(headersFor(), new Uint8Array(forged)), source, given)).toBe("accepted");
    expect(source.event.dedupeKey).toEqual([{ kind: "header", name: "paypal-transmission-id" }]);
  });

  test.each([
    [-4 * DAY_MS - 1_000, "stale"],
    [-3 * DAY_MS, "accepted"],
    [4 * DAY_MS + 1_000, "future"],
  ])("sent %i ms from now is %s", async (offset, expected) => {
    expect(await verdict(request(headersFor({ time: NOW + offset }), BODY), source, given)).toBe(expected);
  });

  test("is accepted under either webhook id while two are registered", async () => {
    const secrets = ["other", WEBHOOK_ID];
    expect(await verdict(request(headersFor(), BODY), source, { ...given, secrets })).toBe("accepted");
    expect(await verdict(request(headersFor(), BODY), source, { ...given, secrets: secrets.toReversed() })).toBe(
      "accepted",
    );
  });

  test("asks for a certificate of PayPal's own host only", async () => {
    const { fetch: never, asked } = documents({});
    const elsewhere = {
      ...headersFor(),
      "paypal-cert-url": "https://api.paypal.com.evil.example/v1/notifications/certs/A",
    };
    expect(await verdict(request(elsewhere, BODY), source, { ...given, keys: never })).toBe("certificate-refused");
    expect(asked).toEqual([]);
  });
});

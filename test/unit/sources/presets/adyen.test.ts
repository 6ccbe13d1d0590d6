// Adyen's standard notifications as a preset: signed by Adyen's own library, from the wire to the events. What the family
// refuses in detail is tested with the families. Fixed clock, no network.
import HmacValidator from "@adyen/api-library/lib/src/utils/hmacValidator.js";
import { describe, expect, test } from "vitest";
import { outcome, request, sourceOf } from "../requests.ts";
import { JSON_HEADERS, received } from "./known-answers.ts";

const KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const OLD_KEY = "11".repeat(32);
const source = sourceOf({ preset: "adyen", secrets: ["NEW", "OLD"] });
const library = new HmacValidator();

type Item = Parameters<typeof library.validateHMAC>[0];

/** The example of Adyen's documentation; the signature is published with it. */
const ITEM = {
  pspReference: "7914073381342284",
  originalReference: "",
  merchantAccountCode: "TestMerchant",
  merchantReference: "TestPayment-1407325143704",
  amount: { value: 1130, currency: "EUR" },
  eventCode: "AUTHORISATION",
  success: "true",
  eventDate: "2019-05-06T17:15:34.121+02:00",
  paymentMethod: "visa",
};
const PUBLISHED = "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=";

function signed(item: object, key = KEY) {
  return { ...item, additionalData: { hmacSignature: library.calculateHmac(item as Item, key) } };
}

function sent(...items: readonly object[]) {
  const notificationItems = items.map((item) => ({ NotificationRequestItem: item }));
  return request(JSON_HEADERS, JSON.stringify({ live: "false", notificationItems }));
}

const REFUND = { ...ITEM, pspReference: "8515", originalReference: ITEM.pspReference, eventCode: "REFUND" };

describe("a notification of Adyen", () => {
  test("is the one that its documentation and its library sign alike", async () => {
    const item = { ...ITEM, additionalData: { hmacSignature: PUBLISHED } };
    expect(library.validateHMAC(item as unknown as Item, KEY)).toBe(true);
    expect(await outcome(sent(item), source, [KEY])).toBe("accepted");
  });

  test("gives one event for each item, about the payment that the item changes", async () => {
    expect(await received(sent(signed(ITEM), signed(REFUND)), source, [KEY])).toMatchObject([
      {
        id: "7914073381342284:AUTHORISATION:true",
        type: "AUTHORISATION",
        subject: "7914073381342284",
        time: "2019-05-06T15:15:34.121Z",
        data: { merchantReference: "TestPayment-1407325143704", amount: { value: 1130, currency: "EUR" } },
        dedupeKey: "7914073381342284:AUTHORISATION:true",
      },
      { id: "8515:REFUND:true", type: "REFUND", subject: "7914073381342284", dedupeKey: "8515:REFUND:true" },
    ]);
  });

  test("that is sent again with another date is the same event, as Adyen says", async () => {
    const again = signed({ ...ITEM, eventDate: "2019-05-06T18:00:00.000+02:00" });
    const [first] = await received(sent(signed(ITEM)), source, [KEY]);
    const [second] = await received(sent(again), source, [KEY]);
    expect(second?.dedupeKey).toBe(first?.dedupeKey);
  });

  test("of a failed payment is another event than that of its success", async () => {
    const [failed] = await received(sent(signed({ ...ITEM, success: "false" })), source, [KEY]);
    expect(failed?.dedupeKey).toBe("7914073381342284:AUTHORISATION:false");
  });

  test.each([
    ["the amount", { amount: { value: 1131, currency: "EUR" } }],
    ["the currency", { amount: { value: 1130, currency: "USD" } }],
    ["the outcome", { success: "false" }],
    ["the reference", { merchantReference: "TestPayment-1" }],
    ["the merchant", { merchantAccountCode: "Other" }],
    ["the kind", { eventCode: "CAPTURE" }],
    ["the payment", { pspReference: "1" }],
    ["the original", { originalReference: "1" }],
  ])("is refused once %s is changed", async (_, change) => {
    expect(await outcome(sent({ ...signed(ITEM), ...change }), source, [KEY])).toBe("no-match");
  });

  test("is accepted with other fields changed, which Adyen does not sign", async () => {
    const item = { ...signed(ITEM), paymentMethod: "mc", eventDate: "2020-01-01T00:00:00+00:00" };
    expect(library.validateHMAC(item as unknown as Item, KEY)).toBe(true);
    expect(await outcome(sent(item), source, [KEY])).toBe("accepted");
  });

  test("is refused as a whole when one item is not signed, or by somebody else", async () => {
    expect(await outcome(sent(signed(ITEM), REFUND), source, [KEY])).toBe("missing-signature");
    expect(await outcome(sent(signed(ITEM), signed(REFUND, OLD_KEY)), source, [KEY])).toBe("no-match");
    const empty = { ...ITEM, additionalData: { hmacSignature: "" } };
    expect(await outcome(sent(empty), source, [KEY])).toBe("missing-signature");
  });

  test("is accepted under the old key while the new one spreads, also item by item", async () => {
    const inbound = sent(signed(ITEM, OLD_KEY), signed(REFUND, KEY));
    expect(await outcome(inbound, source, [KEY, OLD_KEY])).toBe("accepted");
    expect(await outcome(inbound, source, [OLD_KEY, KEY])).toBe("accepted");
    expect(await outcome(inbound, source, [KEY])).toBe("no-match");
  });

  test("is answered [accepted], which older accounts wait for", () => {
    expect(source.answers.accepted).toMatchObject({ status: 200, body: "[accepted]" });
  });
});

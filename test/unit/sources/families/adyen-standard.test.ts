// The family adyen-standard: Adyen's published example, and its own library as oracle. Fixed clock, no network.
import { hmacValidator as HmacValidator } from "@adyen/api-library";
import { describe, expect, test } from "vitest";
import { JSON_TYPE } from "../requests.ts";
import { configured, failureOf, request, secretIndexOf, verdict } from "./family.ts";

const KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const OTHER = "00".repeat(32);
const GIVEN = { secrets: [KEY] };
const adyen = configured({ family: "adyen-standard" });

type Item = Record<string, unknown>;

// The item of Adyen's documentation, whose signature is published.
const ITEM: Item = {
  pspReference: "7914073381342284",
  originalReference: "",
  merchantAccountCode: "TestMerchant",
  merchantReference: "TestPayment-1407325143704",
  amount: { value: 1130, currency: "EUR" },
  eventCode: "AUTHORISATION",
  success: "true",
  eventDate: "2014-08-06T17:15:34.121+02:00",
};
const PUBLISHED = "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=";

function sdk(item: Item, key = KEY): string {
  const validator = new HmacValidator();
  return validator.calculateHmac(item as unknown as Parameters<typeof validator.calculateHmac>[0], key);
}

function signed(item: Item, signature: unknown = sdk(item)): Item {
  return { ...item, additionalData: { hmacSignature: signature } };
}

function notification(...items: unknown[]) {
  const notificationItems = items.map((item) => ({ NotificationRequestItem: item }));
  return request(JSON_TYPE, JSON.stringify({ live: "false", notificationItems }));
}

describe("a notification", () => {
  test("of Adyen's documentation is accepted", async () => {
    expect(sdk(ITEM)).toBe(PUBLISHED);
    expect(await verdict(notification(signed(ITEM, PUBLISHED)), adyen, GIVEN)).toBe("accepted");
  });

  test("signed by Adyen's library is accepted, also with colons, backslashes and letters of any kind", async () => {
    for (const merchantReference of ["a:b", "a\\b", "Żaneta", "", "$&", '"']) {
      for (const value of [0, 1, 2 ** 40, -5]) {
        const item = { ...ITEM, merchantReference, amount: { value, currency: "PLN" }, originalReference: "x" };
        expect(await verdict(notification(signed(item)), adyen, GIVEN)).toBe("accepted");
      }
    }
  });

  test("may leave out the original reference", async () => {
    const { originalReference, ...item } = ITEM;
    expect(await verdict(notification(signed(item)), adyen, GIVEN)).toBe("accepted");
  });

  test.each(Object.keys(ITEM).filter((name) => name !== "eventDate" && name !== "amount"))(
    "with a changed %s is refused",
    async (name) => {
      expect(await verdict(notification({ ...signed(ITEM), [name]: "changed" }), adyen, GIVEN)).toBe("no-match");
    },
  );

  test("with a changed amount is refused", async () => {
    for (const amount of [{ value: 1131, currency: "EUR" }, { value: 1130, currency: "USD" }, {}, null, "1130"]) {
      expect(await verdict(notification({ ...signed(ITEM), amount }), adyen, GIVEN)).toBe("no-match");
    }
  });

  test("is refused when one of its items is not signed, or is signed with another key", async () => {
    const { additionalData, ...unsigned } = signed(ITEM);
    expect(await verdict(notification(signed(ITEM), unsigned), adyen, GIVEN)).toBe("missing-signature");
    expect(await verdict(notification(signed(ITEM), signed(ITEM, sdk(ITEM, OTHER))), adyen, GIVEN)).toBe("no-match");
    expect(await verdict(notification(signed(ITEM), signed({ ...ITEM, success: "false" })), adyen, GIVEN)).toBe(
      "accepted",
    );
  });

  test.each([
    ["no JSON", "not json"],
    ["no items", "{}"],
    ["an empty list", '{"notificationItems":[]}'],
    ["items of another form", '{"notificationItems":[1]}'],
    ["null", "null"],
  ])("that is %s is refused", async (_, body) => {
    expect(await verdict(request(JSON_TYPE, body), adyen, GIVEN)).toBe("unreadable-body");
  });

  test("of more items than are ever sent is refused", async () => {
    expect(await verdict(notification(...Array.from({ length: 101 }, () => ITEM)), adyen, GIVEN)).toBe(
      "unreadable-body",
    );
  });

  test.each([[""], [1], [null], [{}], [undefined]])("with the signature %j has none", async (signature) => {
    const item = { ...ITEM, additionalData: { hmacSignature: signature } };
    expect(await verdict(notification(item), adyen, GIVEN)).toBe("missing-signature");
  });

  test("whose fields are lists or objects is refused", async () => {
    expect(await verdict(notification({ ...signed(ITEM), success: ["true"] }), adyen, GIVEN)).toBe("no-match");
    expect(await verdict(notification({ ...signed(ITEM), pspReference: {} }), adyen, GIVEN)).toBe("no-match");
  });
});

describe("the key", () => {
  test("may be any of the listed ones, in either case", async () => {
    const inbound = notification(signed(ITEM));
    expect(await secretIndexOf(inbound, adyen, { secrets: [OTHER, KEY] })).toBe(1);
    expect(await verdict(inbound, adyen, { secrets: [KEY.toLowerCase()] })).toBe("accepted");
  });

  test("that is not hex is our fault", async () => {
    expect(await failureOf(notification(signed(ITEM)), adyen, { secrets: ["not hex"] })).toEqual({
      reason: "bad-secret",
      secretIndex: 0,
      problem: "not-hex",
    });
  });
});

test("Adyen's platform webhooks are plain hmac with a hex key, as in its library", async () => {
  const platform = configured({
    family: "hmac",
    encoding: "base64",
    signature: { from: "header:hmacsignature" },
    key: { encoding: "hex" },
  });
  const body = '{"type":"balancePlatform.transfer.created","data":{"id":"1"}}';
  const signature = new HmacValidator().calculateHmac(body, KEY);
  expect(new HmacValidator().validateHMACSignature(KEY, signature, body)).toBe(true);
  expect(await verdict(request({ hmacsignature: signature }, body), platform, GIVEN)).toBe("accepted");
  expect(await verdict(request({ hmacsignature: signature }, `${body} `), platform, GIVEN)).toBe("no-match");
});

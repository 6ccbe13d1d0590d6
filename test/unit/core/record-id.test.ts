// Record ids, checked against a UUIDv5 of our own (RFC 9562, section 5.5) and against fixed vectors. The documentation
// quotes these vectors: a change to any of them changes every customer's record.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_RECORD_NAMESPACE, deriveRecordId } from "../../../src/core/record-id.ts";
import { uuid5 as uuid5OfBytes } from "./uuid5.ts";

const DNS_NAMESPACE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const CUSTOMER = "cus_NffrFeUfNV2Hib";
const CUSTOMER_RECORD = "14a438e3-0886-5f84-8ebd-78e37976781c";
const UUID = "0940b863-eb4e-471a-8ae4-40a24b889e03";

/** The independent implementation, of a text in whatever normal form. */
function uuid5(namespace: string, name: string): string {
  return uuid5OfBytes(namespace, name.normalize("NFC"));
}

/** Any UTF-16 text, halves of surrogate pairs included: JSON can carry them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));

describe("the default namespace", () => {
  test.each([
    [CUSTOMER, CUSTOMER_RECORD],
    ["ada@example.com", "16db4828-84e6-5ace-b366-b827d2987a0f"],
    ["42", "217da99f-7c64-5571-bc26-f7bbe29fb428"],
    ["Żółć", "98e5c712-c873-5471-ac3d-878b0f1d1b7c"],
    ["客户", "e53c6287-d16e-5abc-badb-69c9b61f8e85"],
    ["👩‍🚀", "87a25774-b7e6-5376-aa8c-95be4512b543"],
  ])("gives %s the record id %s", (value, expected) => {
    expect(deriveRecordId(DEFAULT_RECORD_NAMESPACE, value)).toBe(expected);
    expect(uuid5(DEFAULT_RECORD_NAMESPACE, value)).toBe(expected);
  });

  test("is the one that every record id out there was derived with", () => {
    expect(DEFAULT_RECORD_NAMESPACE).toBe("5d1f7c0a-6a37-5a1c-9d0e-3b7f0c9a2e41");
  });
});

describe("another namespace", () => {
  test("gives the vector of RFC 9562, appendix A.4", () => {
    expect(deriveRecordId(DNS_NAMESPACE, "www.example.com")).toBe("2ed6657d-e927-568b-95e1-2665a8aea6a2");
  });

  test("in upper case is the same namespace", () => {
    expect(deriveRecordId(DNS_NAMESPACE.toUpperCase(), CUSTOMER)).toBe(deriveRecordId(DNS_NAMESPACE, CUSTOMER));
  });
});

describe("a value that is a UUID", () => {
  test.each([UUID, UUID.toUpperCase(), ` ${UUID}\n`])("is used as it is, in lower case: %j", (value) => {
    expect(deriveRecordId(DEFAULT_RECORD_NAMESPACE, value)).toBe(UUID);
  });

  test.each([
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "018f3b5e-7c1a-7d2e-9f00-3c5b8a1d2e4f",
  ])("of any version that RFC 9562 knows is one: %s", (value) => {
    expect(deriveRecordId(DEFAULT_RECORD_NAMESPACE, value)).toBe(value);
  });

  test.each([
    ["braces around it", `{${UUID}}`],
    ["the urn form", `urn:uuid:${UUID}`],
    ["no dashes", UUID.replaceAll("-", "")],
    ["a variant that RFC 9562 does not have", "6ba7b810-9dad-11d1-c0b4-00c04fd430c8"],
    ["something behind it", `${UUID}0`],
  ])("is not one with %s: it is a text like any other", (_, value) => {
    expect(deriveRecordId(DEFAULT_RECORD_NAMESPACE, value)).toBe(uuid5(DEFAULT_RECORD_NAMESPACE, value));
  });
});

describe("the text", () => {
  test.each([` ${CUSTOMER}`, `${CUSTOMER}\n`, `\t${CUSTOMER} \u00a0`])("is trimmed: %j", (value) => {
    expect(deriveRecordId(DEFAULT_RECORD_NAMESPACE, value)).toBe(CUSTOMER_RECORD);
  });

  test("is the same whether its accents are composed or not", () => {
    const composed = "Żółć".normalize("NFC");
    const decomposed = "Żółć".normalize("NFD");
    expect(decomposed).not.toBe(composed);
    expect(deriveRecordId(DEFAULT_RECORD_NAMESPACE, decomposed)).toBe(
      deriveRecordId(DEFAULT_RECORD_NAMESPACE, composed),
    );
  });

  test("keeps its case and its inner spaces", () => {
    const ids = ["Ada Lovelace", "ada lovelace", "Ada  Lovelace"].map((value) =>
      deriveRecordId(DEFAULT_RECORD_NAMESPACE, value),
    );
    expect(new Set(ids).size).toBe(3);
  });

  test.each(["", " ", "\n\t", "\u00a0", "\ufeff"])("that is empty after trimming gives none: %j", (value) => {
    expect(deriveRecordId(DEFAULT_RECORD_NAMESPACE, value)).toBeUndefined();
  });

  test("with half of a surrogate pair counts as with U+FFFD in its place, as UTF-8 encodes it", () => {
    expect(deriveRecordId(DEFAULT_RECORD_NAMESPACE, "a\ud800b")).toBe(uuid5(DEFAULT_RECORD_NAMESPACE, "a\ufffdb"));
  });
});

test("any text gives the independent implementation's UUIDv5, or none", () => {
  fc.assert(
    fc.property(anyText, fc.uuid(), (value, namespace) => {
      const text = value.trim();
      const expected = text === "" ? undefined : uuid5(namespace, text);
      expect(deriveRecordId(namespace, value)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
});

test("any UUID gives itself, from every namespace", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (value, namespace) => {
      expect(deriveRecordId(namespace, value.toUpperCase())).toBe(value);
    }),
  );
});

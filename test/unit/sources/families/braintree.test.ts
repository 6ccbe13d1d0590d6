// The family braintree, with Braintree's own library as the signer of all its kinds of notification. No network.
import braintree from "braintree";
import { describe, expect, test } from "vitest";
import { splitBraintreeSecret } from "../../../../src/sources/families/braintree.ts";
import { configured, FORM_TYPE, failureOf, form, request, secretIndexOf, verdict } from "./family.ts";

const PUBLIC = "integration_public_key";
const PRIVATE = "integration_private_key";
const SECRET = `${PUBLIC}:${PRIVATE}`;
const GIVEN = { secrets: [SECRET] };
const source = configured({ family: "braintree" });
const gateway = new braintree.BraintreeGateway({
  environment: braintree.Environment.Sandbox,
  merchantId: "integration_merchant_id",
  publicKey: PUBLIC,
  privateKey: PRIVATE,
});

const KINDS = Object.values(braintree.WebhookNotification.Kind);

const sample = (kind: string) => gateway.webhookTesting.sampleNotification(kind, "id-1");

const posted = (signature: string, payload: string) =>
  request(
    FORM_TYPE,
    form([
      ["bt_signature", signature],
      ["bt_payload", payload],
    ]),
  );

describe("a notification", () => {
  test("of every kind that Braintree's library can make is accepted", async () => {
    expect(KINDS.length).toBeGreaterThan(30);
    for (const kind of KINDS) {
      const { bt_signature, bt_payload } = await sample(kind);
      expect(await verdict(posted(bt_signature, bt_payload), source, GIVEN)).toBe("accepted");
    }
  });

  test("that has lost the line feed at its end is accepted", async () => {
    const { bt_signature, bt_payload } = await sample("check");
    expect(bt_payload).toMatch(/\n$/);
    expect(await verdict(posted(bt_signature, bt_payload.slice(0, -1)), source, GIVEN)).toBe("accepted");
  });

  test("with pairs of other keys beside ours is accepted", async () => {
    const { bt_signature, bt_payload } = await sample("check");
    const pairs = `other|${"0".repeat(40)}&${bt_signature}&broken&|`;
    expect(await verdict(posted(pairs, bt_payload), source, GIVEN)).toBe("accepted");
  });

  test("is refused when payload, signature or key are others", async () => {
    const { bt_signature, bt_payload } = await sample("check");
    const other = await sample("subscription_canceled");
    expect(await verdict(posted(bt_signature, other.bt_payload), source, GIVEN)).toBe("no-match");
    expect(await verdict(posted(bt_signature.slice(0, -1), bt_payload), source, GIVEN)).toBe("no-match");
    expect(await verdict(posted(bt_signature.replace(PUBLIC, "other"), bt_payload), source, GIVEN)).toBe("no-match");
    expect(await verdict(posted(bt_signature, bt_payload), source, { secrets: [`${PUBLIC}:other`] })).toBe("no-match");
  });

  test("is refused when a field is missing, or there twice", async () => {
    const { bt_signature, bt_payload } = await sample("check");
    const once = form([
      ["bt_signature", bt_signature],
      ["bt_payload", bt_payload],
    ]);
    expect(await verdict(posted("", bt_payload), source, GIVEN)).toBe("missing-signature");
    expect(await verdict(posted(bt_signature, ""), source, GIVEN)).toBe("unreadable-body");
    expect(await verdict(posted(bt_signature, "<xml>"), source, GIVEN)).toBe("unreadable-body");
    expect(await verdict(request(FORM_TYPE, `${once}&bt_payload=QQ==`), source, GIVEN)).toBe("unreadable-body");
    expect(await verdict(request(FORM_TYPE, `${once}&bt_signature=x`), source, GIVEN)).toBe("unreadable-body");
    expect(await verdict(request({}, once), source, GIVEN)).toBe("unreadable-body");
  });

  test("with more pairs than a rotation needs is refused", async () => {
    const { bt_signature, bt_payload } = await sample("check");
    const pairs = Array.from({ length: 17 }, () => bt_signature).join("&");
    expect(await verdict(posted(pairs, bt_payload), source, GIVEN)).toBe("malformed-signature");
  });

  test("tells which secret it was", async () => {
    const { bt_signature, bt_payload } = await sample("check");
    const secrets = ["new_public:new_private", SECRET];
    expect(await secretIndexOf(posted(bt_signature, bt_payload), source, { secrets })).toBe(1);
  });
});

describe("the secret", () => {
  test("is two keys", () => {
    expect(splitBraintreeSecret(SECRET)).toEqual({ publicKey: PUBLIC, privateKey: PRIVATE });
  });

  test.each([PRIVATE, ":a", "a:", "", `${SECRET}\n`, " a:b"])("%j is our fault", async (secret) => {
    const { bt_signature, bt_payload } = await sample("check");
    expect(await failureOf(posted(bt_signature, bt_payload), source, { secrets: [secret] })).toMatchObject({
      reason: "bad-secret",
    });
  });
});

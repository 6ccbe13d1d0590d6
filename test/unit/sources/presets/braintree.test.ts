// Braintree as a preset: all the notifications that its own library can make, from the form to the event, and the challenge
// that it sends to a new endpoint. Fixed clock, no network.
import braintree from "braintree";
import { describe, expect, test } from "vitest";
import { type Handshake, SourceConfig } from "../../../../src/core/source.ts";
import { recognise } from "../../../../src/sources/handshake/recognise.ts";
import { makeReply } from "../../../../src/sources/handshake/reply.ts";
import { PRESETS } from "../../../../src/sources/presets.ts";
import { asking } from "../handshake/asking.ts";
import { outcome, request, sourceOf } from "../requests.ts";
import { FORM_HEADERS, onlyEvent } from "./known-answers.ts";

const PUBLIC = "integration_public_key";
const PRIVATE = "integration_private_key";
const SECRET = `${PUBLIC}:${PRIVATE}`;
const OTHER = "other_public_key:other_private_key";
const source = sourceOf({ preset: "braintree", secrets: ["A", "B"] });
const gateway = gatewayOf(PUBLIC, PRIVATE);

function gatewayOf(publicKey: string, privateKey: string) {
  const environment = braintree.Environment.Sandbox;
  return new braintree.BraintreeGateway({ environment, merchantId: "m", publicKey, privateKey });
}

const KINDS = Object.values(braintree.WebhookNotification.Kind).filter((kind) => typeof kind === "string");

interface Sample {
  readonly bt_signature: string;
  readonly bt_payload: string;
}

async function sample(kind: string, of = gateway): Promise<Sample> {
  const testing = of.webhookTesting;
  return testing.sampleNotification(kind as Parameters<typeof testing.sampleNotification>[0], "my_id");
}

function posted({ bt_signature, bt_payload }: Sample) {
  return request(FORM_HEADERS, new URLSearchParams({ bt_signature, bt_payload }).toString());
}

describe("a notification of Braintree", () => {
  test("can be of 41 kinds", () => {
    expect(KINDS).toHaveLength(41);
  });

  test.each(KINDS)("of the kind %s is accepted and named so", async (kind) => {
    const notification = await sample(kind);
    const parsed = await gateway.webhookNotification.parse(notification.bt_signature, notification.bt_payload);
    const event = await onlyEvent(posted(notification), source, [SECRET]);
    expect(event.type).toBe(parsed.kind);
    expect(event.id).toMatch(/^[0-9a-f]{64}$/);
    expect(event.dedupeKey).toBe(event.id);
    expect(new Date(event.time).getTime()).toBe(new Date(parsed.timestamp).getTime());
  });

  test.each([
    ["subscription_charged_successfully", "my_id"],
    ["transaction_settled", "my_id"],
    ["dispute_opened", "my_id"],
    ["disbursement", "my_id"],
    ["local_payment_completed", "a-payment-id"],
    ["check", undefined],
  ])("of the kind %s is about %s", async (kind, subject) => {
    const event = await onlyEvent(posted(await sample(kind)), source, [SECRET]);
    expect(event.subject).toBe(subject);
    expect(event.data).toMatchObject({ kind, subject: {} });
  });

  test("holds neither the signature nor the form around it", async () => {
    const notification = await sample("check");
    const event = await onlyEvent(posted(notification), source, [SECRET]);
    expect(JSON.stringify(event)).not.toContain(notification.bt_signature);
  });

  test("is refused with another payload, by another gateway, and without a signature", async () => {
    const notification = await sample("subscription_canceled");
    const other = await sample("subscription_charged_successfully");
    expect(await outcome(posted({ ...notification, bt_payload: other.bt_payload }), source, [SECRET])).toBe("no-match");
    const stranger = await sample("check", gatewayOf(PUBLIC, "another_private_key"));
    expect(await outcome(posted(stranger), source, [SECRET])).toBe("no-match");
    expect(await outcome(posted({ ...notification, bt_signature: "" }), source, [SECRET])).toBe("missing-signature");
    const nameless = new URLSearchParams({ bt_payload: notification.bt_payload }).toString();
    expect(await outcome(request(FORM_HEADERS, nameless), source, [SECRET])).toBe("missing-signature");
  });

  test("is accepted under either pair of keys, and the same event under both", async () => {
    const ours = await sample("check");
    const theirs = gatewayOf("other_public_key", "other_private_key").webhookTesting as unknown as {
      sampleSignature(payload: string): string;
    };
    const both = { ...ours, bt_signature: `${theirs.sampleSignature(ours.bt_payload)}&${ours.bt_signature}` };
    expect(await outcome(posted(both), source, [SECRET])).toBe("accepted");
    expect(await outcome(posted(both), source, [OTHER])).toBe("accepted");
    expect(await outcome(posted(ours), source, [OTHER, SECRET])).toBe("accepted");
    const [one, other] = [
      await onlyEvent(posted(ours), source, [SECRET]),
      await onlyEvent(posted(both), source, [OTHER]),
    ];
    expect(one.dedupeKey).toBe(other.dedupeKey);
  });
});

describe("the challenge of Braintree", () => {
  const CHALLENGE = "20f9f8ed05f77439fe955c977e4c8a53";
  const ask = (challenge: string) =>
    recognise(source.handshakes, asking({ method: "GET", query: `?bt_challenge=${challenge}` }), []);

  test("is answered as Braintree's own library answers it", async () => {
    const asked = asking({ method: "GET", query: `?bt_challenge=${CHALLENGE}` });
    const recognised = await recognise(source.handshakes, asked, []);
    if (recognised.kind !== "handshake") throw new Error("It was expected to be recognised.");
    const reply = await makeReply(recognised.plan.answer, asked, { scheme: source.scheme, secret: SECRET });
    expect(reply).toMatchObject({
      status: 200,
      type: "text/plain",
      body: gateway.webhookNotification.verify(CHALLENGE),
    });
  });

  test.each(["", "not-hex", `${CHALLENGE}%0A`, "PD94bWw="])(
    "'%s' is none, so nothing else is ever signed",
    async (text) => {
      expect(await ask(text)).toEqual({ kind: "none" });
    },
  );

  test("is valid configuration of a handshake", () => {
    const handshake: readonly Handshake[] | undefined = PRESETS.braintree.handshake;
    expect(SourceConfig.safeParse({ preset: "braintree", secrets: ["S"], handshake }).success).toBe(true);
  });
});

// Stripe's own SDK signs; we accept exactly what it signed. Pure, no network, fixed clock.
import fc from "fast-check";
import Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { verify } from "../../../src/sources/verify.ts";
import { bytes, contextOf, eventOf, JSON_TYPE, NOW_SECONDS, outcome, request, sourceOf } from "./requests.ts";

const stripe = new Stripe("sk_test_unused");
const SECRET = "whsec_test_0123456789abcdef";
const OLD_SECRET = "whsec_old_0123456789abcdef";
const source = sourceOf({ preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] });

const EVENT = {
  id: "evt_1Q",
  object: "event",
  created: 1_795_425_590,
  type: "customer.subscription.created",
  data: { object: { id: "sub_1", customer: "cus_1", status: "active" } },
};
// Stripe sends its JSON pretty-printed.
const BODY = JSON.stringify(EVENT, null, 2);

function sign(payload: string, secret = SECRET, timestamp = NOW_SECONDS): string {
  return stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

function signed(header: string, body: string | Uint8Array<ArrayBuffer> = BODY) {
  return request({ ...JSON_TYPE, "stripe-signature": header }, body);
}

function v1Of(header: string): string {
  return header.slice(header.indexOf("v1=") + 3);
}

describe("what Stripe signs", () => {
  test("is accepted", async () => {
    expect(await outcome(signed(sign(BODY)), source, [SECRET])).toBe("accepted");
  });

  test("is accepted for any text, as the SDK itself accepts it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1 }), async (payload) => {
        expect(await outcome(signed(sign(payload), payload), source, [SECRET])).toBe("accepted");
      }),
    );
  });

  test.each([
    ["the replacement pattern $&", '{"note":"$& $$ $1"}'],
    ["CRLF", '{\r\n"a": 1\r\n}\r\n'],
    ["escaped unicode", '{"a":"\\u00e9"}'],
    ["unicode", '{"a":"é 🦉"}'],
    ["a byte order mark", '\uFEFF{"a":1}'],
  ])("is accepted with %s in the body", async (_, body) => {
    expect(await outcome(signed(sign(body), body), source, [SECRET])).toBe("accepted");
  });

  test("is refused once any one bit of the body is changed", async () => {
    const header = sign(BODY);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes(BODY).length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = bytes(BODY);
        changed[at] = (changed[at] ?? 0) ^ mask;
        expect(await outcome(signed(header, changed), source, [SECRET])).toBe("no-match");
      }),
    );
  });

  test.each([
    ["re-serialised", JSON.stringify(EVENT)],
    ["cut short", BODY.slice(0, -1)],
    ["followed by a line feed", `${BODY}\n`],
    ["empty", ""],
    ["stripped of its line ends", BODY.replaceAll("\n", "\r\n")],
  ])("is refused when the body arrives %s", async (_, body) => {
    expect(await outcome(signed(sign(BODY), body), source, [SECRET])).toBe("no-match");
  });

  test("is compared as bytes, so invalid UTF-8 does not pass for the replacement character", async () => {
    const header = sign('{"a":"\uFFFD"}');
    const invalid = new Uint8Array([...bytes('{"a":"'), 0xff, ...bytes('"}')]);
    expect(await outcome(signed(header, invalid), source, [SECRET])).toBe("no-match");
  });
});

describe("the timestamp", () => {
  test.each([
    [-301, "stale"],
    [-300, "accepted"],
    [-299, "accepted"],
    [0, "accepted"],
    [299, "accepted"],
    [300, "accepted"],
    [301, "future"],
  ])("at %i s from now is %s", async (offset, expected) => {
    expect(await outcome(signed(sign(BODY, SECRET, NOW_SECONDS + offset)), source, [SECRET])).toBe(expected);
  });

  test("that is old tells how old, when the signature is right", async () => {
    const old = await verify(signed(sign(BODY, SECRET, NOW_SECONDS - 4_000)), source, contextOf([SECRET]));
    expect(old).toEqual({ ok: false, error: { reason: "stale", skewSeconds: 4_000, toleranceSeconds: 300 } });
  });

  test("that is old under a wrong signature is a wrong signature", async () => {
    expect(await outcome(signed(sign(BODY, "other", NOW_SECONDS - 4_000)), source, [SECRET])).toBe("no-match");
  });

  test("may be further off when the source allows it", async () => {
    const patient = sourceOf({ preset: "stripe", secrets: ["S"], toleranceSeconds: 600 });
    expect(await outcome(signed(sign(BODY, SECRET, NOW_SECONDS - 599)), patient, [SECRET])).toBe("accepted");
    expect(await outcome(signed(sign(BODY, SECRET, NOW_SECONDS - 601)), patient, [SECRET])).toBe("stale");
  });

  test("is covered by the signature", async () => {
    const header = sign(BODY, SECRET, NOW_SECONDS - 4_000).replace(/t=\d+/, `t=${NOW_SECONDS}`);
    expect(await outcome(signed(header), source, [SECRET])).toBe("no-match");
  });

  test.each(["abc", "1795425600x", "-1795425600", "+1795425600", "1795425600.0", "1e9", "0x10", ""])(
    "'%s' is malformed",
    async (text) => {
      const header = sign(BODY).replace(/t=\d+/, `t=${text}`);
      expect(await outcome(signed(header), source, [SECRET])).toBe("malformed-timestamp");
    },
  );

  test("that stands twice is refused, also when both are the same", async () => {
    const header = sign(BODY);
    expect(await outcome(signed(`t=${NOW_SECONDS},${header}`), source, [SECRET])).toBe("malformed-signature");
    expect(await outcome(signed(`${header}, ${header}`), source, [SECRET])).toBe("malformed-signature");
  });

  test("that is missing is refused", async () => {
    expect(await outcome(signed(`v1=${v1Of(sign(BODY))}`), source, [SECRET])).toBe("malformed-signature");
  });
});

describe("the signature header", () => {
  test.each([
    ["missing", {}, "missing-signature"],
    ["empty", { "stripe-signature": "" }, "missing-signature"],
    ["of another form", { "stripe-signature": "foo" }, "malformed-signature"],
  ])("that is %s is refused", async (_, headers, expected) => {
    expect(await outcome(request({ ...JSON_TYPE, ...headers }, BODY), source, [SECRET])).toBe(expected);
  });

  test("that carries the right hash as v0 only is refused", async () => {
    expect(await outcome(signed(sign(BODY).replace("v1=", "v0=")), source, [SECRET])).toBe("malformed-signature");
  });

  test.each(["new first", "old first"])("with two v1 while the sender rotates is accepted, %s", async (order) => {
    const now = sign(BODY);
    const before = v1Of(sign(BODY, OLD_SECRET));
    const header =
      order === "new first" ? `${now},v1=${before}` : `t=${NOW_SECONDS},v1=${before},v1=${v1Of(now)},v0=aa`;
    expect(await outcome(signed(header), source, [SECRET])).toBe("accepted");
    expect(await outcome(signed(header), source, [OLD_SECRET])).toBe("accepted");
  });

  test("is read with spaces after its commas", async () => {
    expect(await outcome(signed(sign(BODY).replace(",", ", ")), source, [SECRET])).toBe("accepted");
  });

  test("in upper-case hex says the same bytes and is accepted", async () => {
    const header = `t=${NOW_SECONDS},v1=${v1Of(sign(BODY)).toUpperCase()}`;
    expect(await outcome(signed(header), source, [SECRET])).toBe("accepted");
  });

  test.each([
    ["of odd length", (hex: string) => hex.slice(1)],
    ["truncated by a byte", (hex: string) => hex.slice(2)],
    ["truncated to one byte", (hex: string) => hex.slice(0, 2)],
    ["followed by a byte", (hex: string) => `${hex}00`],
    ["not hex", (hex: string) => `zz${hex.slice(2)}`],
    ["with a space inside", (hex: string) => `${hex.slice(0, 4)} ${hex.slice(4)}`],
    ["base64", () => "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
  ])("with hex that is %s matches nothing", async (_, change) => {
    const header = `t=${NOW_SECONDS},v1=${change(v1Of(sign(BODY)))}`;
    expect(await outcome(signed(header), source, [SECRET])).toBe("no-match");
  });

  test("may list sixteen signatures and no more", async () => {
    const wrong = `,v1=${"00".repeat(32)}`;
    const right = `v1=${v1Of(sign(BODY))}`;
    const listing = (count: number) => `t=${NOW_SECONDS}${wrong.repeat(count - 1)},${right}`;
    expect(await outcome(signed(listing(16)), source, [SECRET])).toBe("accepted");
    expect(await outcome(signed(listing(17)), source, [SECRET])).toBe("malformed-signature");
  });
});

describe("the secret", () => {
  test("that is another one is refused", async () => {
    expect(await outcome(signed(sign(BODY, "whsec_other")), source, [SECRET])).toBe("no-match");
  });

  test("may be the first or the second of the list while the receiver rotates", async () => {
    expect(await outcome(signed(sign(BODY)), source, [SECRET, OLD_SECRET])).toBe("accepted");
    expect(await outcome(signed(sign(BODY)), source, [OLD_SECRET, SECRET])).toBe("accepted");
  });

  test("is used as text, prefix included", async () => {
    expect(await outcome(signed(sign(BODY)), source, [SECRET.slice("whsec_".length)])).toBe("no-match");
  });

  test("that is empty or not there is our fault", async () => {
    expect(await outcome(signed(sign(BODY)), source, [""])).toBe("bad-secret");
    expect(await outcome(signed(sign(BODY)), source, [])).toBe("bad-secret");
  });
});

describe("the event", () => {
  test("has Stripe's id, type, object and time, and its data member as data", async () => {
    expect(await eventOf(signed(sign(BODY)), source)).toEqual({
      id: "evt_1Q",
      source: "source",
      type: "customer.subscription.created",
      subject: "sub_1",
      time: "2026-11-23T09:19:50.000Z",
      data: EVENT.data,
      headers: {},
      dedupeKey: "evt_1Q",
    });
  });

  test("of the thin form has the whole body as data", async () => {
    const thin = { id: "evt_2", type: "v1.billing.meter.error", related_object: { id: "mtr_1" } };
    const event = await eventOf(request(JSON_TYPE, JSON.stringify(thin)), source);
    expect(event).toMatchObject({ id: "evt_2", subject: "mtr_1", data: thin });
  });
});

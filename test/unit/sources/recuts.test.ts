// A captured request must not pass as another event: one signature, written in another way, is refused. Found by attack.
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SourceConfig } from "../../../src/core/source.ts";
import { resolveSource } from "../../../src/sources/presets.ts";
import { JSON_TYPE, outcome, request, sourceOf } from "./requests.ts";

const KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const adyen = sourceOf({ preset: "adyen", secrets: ["ADYEN_HMAC_KEY"] });

interface Item {
  readonly psp: string;
  readonly original: string;
  readonly account: string;
  readonly reference: string;
  readonly success: unknown;
}

const GENUINE: Item = { psp: "PSP1", original: "", account: "M", reference: "R1:R2", success: "true" };

function signatureOf({ psp, original, account, reference, success }: Item): string {
  const text = [psp, original, account, reference, 1130, "EUR", "AUTHORISATION", success].join(":");
  return createHmac("sha256", Buffer.from(KEY, "hex")).update(text).digest("base64");
}

function notification(item: Item, signature = signatureOf(item)) {
  const content = {
    pspReference: item.psp,
    originalReference: item.original,
    merchantAccountCode: item.account,
    merchantReference: item.reference,
    amount: { value: 1130, currency: "EUR" },
    eventCode: "AUTHORISATION",
    success: item.success,
    additionalData: { hmacSignature: signature },
  };
  const body = { live: "false", notificationItems: [{ NotificationRequestItem: content }] };
  return request(JSON_TYPE, JSON.stringify(body));
}

describe("an item of Adyen", () => {
  test("is accepted as it was signed, with a colon in the merchant's reference", async () => {
    expect(await outcome(notification(GENUINE), adyen, [KEY])).toBe("accepted");
  });

  test("is refused with true in place of the text, which reads the same under the signature", async () => {
    const forged = notification({ ...GENUINE, success: true }, signatureOf(GENUINE));
    expect(await outcome(forged, adyen, [KEY])).toBe("no-match");
  });

  test("is refused with its fields cut at another colon", async () => {
    const recut: Item = { ...GENUINE, psp: "PSP1:", original: "M", account: "R1", reference: "R2" };
    expect(signatureOf(recut)).toBe(signatureOf(GENUINE));
    expect(await outcome(notification(recut), adyen, [KEY])).toBe("no-match");
  });
});

describe("a scheme that does not sign the body", () => {
  const verify = {
    family: "hmac",
    signature: { from: "header:x-sig" },
    timestamp: { from: "header:x-ts" },
    content: "{ts}{$.token}",
  };
  const resolved = (event?: object) => {
    const config = { verify, secrets: ["S"], ...(event ? { event } : {}) };
    return resolveSource("own", SourceConfig.parse(config));
  };

  test("is refused until the configuration says what makes two deliveries the same", () => {
    expect(resolved()).toMatchObject({ ok: false, error: [{ reason: "bad-content", path: ["event", "dedupeKey"] }] });
    expect(resolved({ dedupeKey: "$.token" })).toMatchObject({ ok: true });
  });
});

describe("a preset of a sender that proves nothing", () => {
  test("is no open door by its name alone", () => {
    const closed = resolveSource("own", SourceConfig.parse({ preset: "mollie-classic" }));
    expect(closed).toMatchObject({ ok: false, error: [{ reason: "missing-verification", path: ["verify"] }] });
    const opened = resolveSource("own", SourceConfig.parse({ preset: "mollie-classic", verify: { family: "none" } }));
    expect(opened).toMatchObject({ ok: true });
  });
});

describe("a multipart body of far too many parts", () => {
  const part = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n';
  const form = sourceOf({ preset: "html-form", verify: { family: "token", at: "form:token" }, secrets: ["S"] });

  test.each([["multipart/form-data; boundary=b"], ['multipart/form-data; x="; boundary=zzz"; boundary=b']])(
    "is not parsed before its sender is proven, whatever the boundary is said to be: %s",
    async (type) => {
      const body = `${part.repeat(1_001)}--b\r\nContent-Disposition: form-data; name="token"\r\n\r\nsecret\r\n--b--\r\n`;
      expect(await outcome(request({ "content-type": type }, body), form, ["secret"])).not.toBe("accepted");
      const small = `${part}--b\r\nContent-Disposition: form-data; name="token"\r\n\r\nsecret\r\n--b--\r\n`;
      expect(
        await outcome(request({ "content-type": "multipart/form-data; boundary=b" }, small), form, ["secret"]),
      ).toBe("accepted");
    },
  );
});

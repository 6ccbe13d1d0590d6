// The configuration of sources: what is accepted, what is refused and in which words. Pure.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { MAX_BODY_BYTES, PRESET_NAMES, SourceConfig, Verification } from "../../../src/core/source.ts";
import { PRESETS, resolveSource } from "../../../src/sources/presets.ts";
import { sourceOf } from "./requests.ts";

const HMAC = { family: "hmac", signature: { from: "header:x-sig" } };

describe("a preset", () => {
  test.each(PRESET_NAMES)("%s is valid configuration with a title, a description and a link", (name) => {
    const preset = PRESETS[name];
    expect(Verification.parse(preset.verify)).toMatchObject(preset.verify);
    expect(SourceConfig.safeParse({ event: preset.event, body: { accept: [...preset.accept] } }).success).toBe(true);
    expect(preset.title).not.toBe("");
    expect(preset.description).not.toBe("");
    expect(URL.canParse(preset.docs)).toBe(true);
  });

  test("becomes a source in which nothing is left out", () => {
    expect(sourceOf({ preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] })).toMatchObject({
      id: "source",
      preset: "stripe",
      scheme: { family: "hmac", timestamp: { toleranceSeconds: 300 } },
      secrets: ["STRIPE_WEBHOOK_SECRET"],
      accept: ["json"],
      assume: null,
      payload: null,
      split: null,
      redact: [],
      maxBodyBytes: 1_048_576,
      headers: [],
      redirectTo: null,
    });
  });

  test("is overridden field by field", () => {
    const plain = sourceOf({ preset: "stripe", secrets: ["S"] });
    const own = sourceOf({
      preset: "stripe",
      secrets: ["S"],
      toleranceSeconds: 60,
      maxBodyBytes: 10,
      event: { subject: "$.account" },
    });
    expect(own.scheme).toMatchObject({ timestamp: { toleranceSeconds: 60 } });
    expect(own.maxBodyBytes).toBe(10);
    expect(own.event.subject).toEqual([{ kind: "path", steps: ["account"] }]);
    expect(own.event.id).toEqual(plain.event.id);
  });

  test("keeps its events when its verification is replaced as a whole", () => {
    const open = sourceOf({ preset: "github", verify: { family: "none" } });
    expect(open.scheme).toEqual({ family: "none" });
    expect(open.payload?.field).toBe("payload");
  });
});

describe("the schema refuses", () => {
  test.each([
    ["an unknown key", { preset: "stripe", secret: "S" }, []],
    ["an unknown key of verify", { verify: { ...HMAC, tolerance: 1 }, secrets: ["S"] }, ["verify"]],
    ["an unknown preset", { preset: "strip", secrets: ["S"] }, ["preset"]],
    ["a secret in place of its name", { preset: "stripe", secrets: ["whsec_abc"] }, ["secrets", 0]],
    ["five secrets", { preset: "stripe", secrets: ["A", "B", "C", "D", "E"] }, ["secrets"]],
    ["a selector of no known form", { preset: "stripe", event: { id: "id" } }, ["event", "id"]],
    ["an unknown placeholder", { verify: { ...HMAC, content: "{host}{body}" } }, ["verify", "content"]],
    ["a tolerance of zero", { preset: "stripe", toleranceSeconds: 0 }, ["toleranceSeconds"]],
    ["a body larger than the limit", { preset: "stripe", maxBodyBytes: MAX_BODY_BYTES + 1 }, ["maxBodyBytes"]],
    ["an origin with a path", { preset: "html-form", allowOrigins: ["https://a.example/"] }, ["allowOrigins", 0]],
    ["an origin without TLS", { preset: "html-form", allowOrigins: ["http://a.example"] }, ["allowOrigins", 0]],
    ["any origin", { preset: "html-form", allowOrigins: ["*"] }, ["allowOrigins", 0]],
    ["a redirect without TLS", { preset: "html-form", redirectTo: "http://a.example" }, ["redirectTo"]],
  ])("%s", (_, config, path) => {
    const result = SourceConfig.safeParse(config);
    expect(result.error?.issues.map((issue) => issue.path)).toContainEqual(path);
  });
});

describe("resolving refuses", () => {
  test.each([
    ["neither preset nor verify", {}, "missing-verification", []],
    ["hmac without secrets", { preset: "stripe" }, "missing-secrets", ["secrets"]],
    ["a token without secrets", { preset: "bearer" }, "missing-secrets", ["secrets"]],
    ["none with secrets", { verify: { family: "none" }, secrets: ["S"] }, "unexpected-secrets", ["secrets"]],
    [
      "a form with secrets",
      { preset: "html-form", allowOrigins: ["https://a.example"], secrets: ["S"] },
      "unexpected-secrets",
      ["secrets"],
    ],
    ["a form without origins", { preset: "html-form" }, "missing-origins", ["allowOrigins"]],
    [
      "origins without a form",
      { preset: "stripe", secrets: ["S"], allowOrigins: ["https://a.example"] },
      "unexpected-origins",
      ["allowOrigins"],
    ],
    [
      "an origin in upper case",
      { preset: "html-form", allowOrigins: ["https://A.example"] },
      "not-an-origin",
      ["allowOrigins", 0],
    ],
    [
      "an origin with the default port",
      { preset: "html-form", allowOrigins: ["https://a.example:443"] },
      "not-an-origin",
      ["allowOrigins", 0],
    ],
    [
      "kv without key",
      { verify: { ...HMAC, signature: { from: "header:x", kv: "=" } }, secrets: ["S"] },
      "bad-signature-layout",
      ["verify", "signature"],
    ],
    [
      "a timestamp that is not signed",
      { verify: { ...HMAC, timestamp: { from: "header:x-t" } }, secrets: ["S"] },
      "bad-timestamp",
      ["verify", "content"],
    ],
    [
      "{ts} without a timestamp",
      { verify: { ...HMAC, content: "{ts}.{body}" }, secrets: ["S"] },
      "bad-timestamp",
      ["verify", "timestamp"],
    ],
    [
      "sig: without kv",
      { verify: { ...HMAC, content: "{ts}.{body}", timestamp: { from: "sig:t" } }, secrets: ["S"] },
      "bad-timestamp",
      ["verify", "timestamp", "from"],
    ],
    [
      "a tolerance without a timestamp",
      { preset: "github", secrets: ["S"], toleranceSeconds: 60 },
      "bad-timestamp",
      ["toleranceSeconds"],
    ],
    [
      "a visible Authorization header",
      { preset: "stripe", secrets: ["S"], headers: ["x-a", "Authorization"] },
      "secret-header",
      ["headers", 1],
    ],
    ["a visible cookie", { preset: "stripe", secrets: ["S"], headers: ["cookie"] }, "secret-header", ["headers", 0]],
    [
      "a visible signature",
      { preset: "stripe", secrets: ["S"], headers: ["Stripe-Signature"] },
      "secret-header",
      ["headers", 0],
    ],
    [
      "a token's header as subject",
      { preset: "token", secrets: ["S"], event: { subject: "header:X-Webhook-Token" } },
      "secret-header",
      ["event", "subject"],
    ],
    [
      "a redirect for a machine",
      { preset: "stripe", secrets: ["S"], redirectTo: "https://a.example/" },
      "unexpected-redirect",
      ["redirectTo"],
    ],
    [
      "a redirect with a password",
      { preset: "html-form", allowOrigins: ["https://a.example"], redirectTo: "https://u:p@a.example/" },
      "bad-redirect",
      ["redirectTo"],
    ],
    [
      "a payload without forms",
      { preset: "stripe", secrets: ["S"], body: { payload: { field: "p" } } },
      "unexpected-payload",
      ["body", "payload"],
    ],
  ])("%s", (_, config, reason, path) => {
    const result = resolveSource("source", SourceConfig.parse(config));
    if (result.ok) throw new Error("It was expected to be refused.");
    expect(result.error).toContainEqual({ reason, path, message: expect.stringMatching(/\.$/) });
  });

  test("every fault at once", () => {
    const config = SourceConfig.parse({ preset: "stripe", headers: ["cookie"], redirectTo: "https://a.example/" });
    expect(resolveSource("source", config)).toMatchObject({ ok: false, error: [{}, {}, {}] });
  });
});

describe("the JSON Schema for editors", () => {
  const schema = z.toJSONSchema(SourceConfig, { io: "input" });

  test("asks for a preset or a verification and lists the presets", () => {
    expect(schema).toMatchObject({
      additionalProperties: false,
      anyOf: [{ required: ["preset"] }, { required: ["verify"] }],
      properties: { preset: { enum: [...PRESET_NAMES] } },
    });
  });

  test("describes every field", () => {
    const bare: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        if (key !== "properties") {
          visit(value, `${path}/${key}`);
          continue;
        }
        for (const [name, field] of Object.entries(value as Record<string, object>)) {
          if (!("description" in field)) bare.push(`${path}/${name}`);
          visit(field, `${path}/${name}`);
        }
      }
    };
    visit(schema, "");
    expect(bare).toEqual([]);
  });
});

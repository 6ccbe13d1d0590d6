// How the senders of `presets/work` ask whether somebody is there, and what they are answered. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { SourceConfig } from "../../../../src/core/source.ts";
import { resolveSource } from "../../../../src/sources/presets.ts";
import { outcome, request, sourceOf } from "../requests.ts";
import { handshaken } from "./handshaking.ts";
import { hmacBase64, JSON_HEADERS } from "./known-answers.ts";

const EMPTY_200 = { status: 200, type: "text/plain", body: null, headers: {} };

describe("Asana's handshake", () => {
  const source = sourceOf({ preset: "asana", state: "pending" });
  const SECRET = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";

  test.each([
    ["without a body", undefined],
    ["with an empty object", {}],
  ])("%s brings the secret, which is given back", async (_, json) => {
    expect(await handshaken(source, { headers: { "x-hook-secret": SECRET }, json })).toEqual({
      verified: false,
      reply: { ...EMPTY_200, headers: { "x-hook-secret": SECRET } },
    });
  });

  test("is not what an event or an empty secret is taken for", async () => {
    const event = { headers: { "x-hook-signature": "ab" }, json: { events: [] } };
    expect(await handshaken(source, event)).toBe("none");
    expect(await handshaken(source, { headers: { "x-hook-secret": "" }, json: {} })).toBe("none");
  });
});

describe("Notion's handshake", () => {
  const source = sourceOf({ preset: "notion", state: "pending" });
  const token = { verification_token: "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl" };

  test("brings the secret, which is not given back", async () => {
    expect(await handshaken(source, { json: token })).toEqual({ verified: false, reply: EMPTY_200 });
  });

  test("is not what an event that names a token is taken for", async () => {
    expect(await handshaken(source, { json: { ...token, type: "page.created", id: "1" } })).toBe("none");
  });
});

test("only where a secret is brought is one kept", () => {
  const captures = (preset: string) => {
    const { handshakes } = sourceOf({ preset, secrets: ["S"], publicUrl: "https://hooks.example.com/in/x" });
    return handshakes.map(({ capture }) => capture);
  };
  expect(captures("asana")).toEqual([{ kind: "header", name: "x-hook-secret" }]);
  expect(captures("notion")).toEqual([{ kind: "path", steps: ["verification_token"] }]);
  for (const preset of ["monday", "smartsheet", "trello"]) expect(captures(preset)).toEqual([null]);
});

test("secrets that a handshake brings need not be listed, all others must", () => {
  const faults = (preset: string) => {
    const resolved = resolveSource(
      "source",
      SourceConfig.parse({ preset, publicUrl: "https://hooks.example.com/in/x" }),
    );
    return resolved.ok ? [] : resolved.error.map(({ reason }) => reason);
  };
  for (const preset of ["asana", "notion"]) expect(faults(preset)).toEqual([]);
  for (const preset of ["monday", "airtable", "xero", "trello", "clickup", "smartsheet"]) {
    expect(faults(preset)).toEqual(["missing-secrets"]);
  }
});

describe("Smartsheet's handshake", () => {
  const source = sourceOf({ preset: "smartsheet", secrets: ["S"] });
  const CHALLENGE = "63e3b6ab-a5b7-4ae6-8fdc-3ac2d53d8f5c";
  const headers = { "smartsheet-hook-challenge": CHALLENGE };

  test("is answered with what it asked", async () => {
    const answered = await handshaken(source, { headers, json: { challenge: CHALLENGE, webhookId: 4503604829677444 } });
    expect(answered).toEqual({
      verified: false,
      reply: { status: 200, type: "application/json", body: `{"smartsheetHookResponse":"${CHALLENGE}"}`, headers: {} },
    });
  });

  test("is not what events with such a header are taken for", async () => {
    expect(await handshaken(source, { headers, json: { events: [] } })).toBe("none");
  });
});

test("Trello is told by HEAD that somebody is there", async () => {
  const source = sourceOf({ preset: "trello", secrets: ["S"], publicUrl: "https://hooks.example.com/in/trello" });
  expect(await handshaken(source, { method: "HEAD" })).toEqual({ verified: false, reply: EMPTY_200 });
});

describe("Xero's intent to receive", () => {
  const source = sourceOf({ preset: "xero", secrets: ["S"] });
  const body = '{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}';
  const sent = (key: string) => request({ ...JSON_HEADERS, "x-xero-signature": hmacBase64(key, body) }, body);

  test("is passed by telling right signatures from wrong ones: 200 and 401, both empty", async () => {
    expect(await outcome(sent("the key"), source, ["the key"])).toBe("accepted");
    expect(await outcome(sent("a wrong key"), source, ["the key"])).toBe("no-match");
    expect(source.answers.accepted).toMatchObject({ status: 200, body: "" });
    expect(source.answers.rejected).toEqual({ status: 401, empty: true });
  });
});

test.each(["airtable", "asana", "notion", "clickup", "smartsheet"])(
  "%s is answered by 200 and an empty body, which it takes",
  (preset) => {
    const { status, body } = sourceOf({ preset, secrets: ["S"] }).answers.accepted;
    expect({ status, body }).toEqual({ status: 200, body: "" });
  },
);

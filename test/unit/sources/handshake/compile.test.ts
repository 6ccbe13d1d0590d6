// The configuration of handshakes: what passes, and what is refused with the place and the reason.
import { describe, expect, it } from "vitest";
import { Handshake } from "../../../../src/core/source.ts";
import { checkHandshakes } from "../../../../src/sources/handshake/compile.ts";
import { sourceOf } from "../requests.ts";
import { planOf } from "./asking.ts";
import { KINDS, SIGNED } from "./kinds.ts";

const BRAINTREE = { family: "braintree" } as const;

function messages(
  handshake: unknown,
  { scheme = sourceOf({ verify: SIGNED, secrets: ["S"] }).scheme, secrets = 0 } = {},
) {
  return checkHandshakes([Handshake.parse(handshake)], scheme, secrets).map(({ path, message }) => [
    path.join("."),
    message,
  ]);
}

describe("a handshake's configuration", () => {
  it.for(Object.keys(KINDS) as (keyof typeof KINDS)[])("%s is right as it stands", (kind) => {
    const scheme = kind === "braintree" ? BRAINTREE : sourceOf({ verify: SIGNED, secrets: ["S"] }).scheme;
    expect(messages(KINDS[kind], { scheme, secrets: kind === "meta" ? 1 : 0 })).toEqual([]);
  });

  it("demands what its answer and its capture use", () => {
    expect(planOf(KINDS.asana).conditions).toHaveLength(3);
    expect(planOf(KINDS.dropbox).conditions).toEqual([
      { from: { kind: "query", name: "challenge" }, must: { kind: "given" } },
    ]);
  });

  it.for<[unknown, string, RegExp]>([
    [{ when: {}, verified: false }, "handshake.0.when.match", /may be an event/],
    [
      { when: { match: [{ from: "$.id", is: "absent" }] }, verified: false },
      "handshake.0.when.match",
      /may be an event/,
    ],
    [
      { when: { match: [{ from: "$.a", is: "given", equals: "b" }] }, verified: true },
      "handshake.0.when.match.0",
      /either/,
    ],
    [
      { ...KINDS.slack, answer: { status: 204, body: "{$.challenge}" } },
      "handshake.0.answer.status",
      /204 has no body/,
    ],
    [{ ...KINDS.slack, answer: { body: "{body}!" } }, "handshake.0.answer.body", /alone/],
    [{ ...KINDS.dropbox, answer: { body: "{body}" } }, "handshake.0.answer.body", /alone/],
    [{ ...KINDS.slack, answer: { headers: { "X-A": "{body}" } } }, "handshake.0.answer.headers.X-A", /header/],
    [
      { ...KINDS.slack, answer: { type: "application/json", body: '{"a":{$.challenge}}' } },
      "handshake.0.answer.body",
      /inside quotes/,
    ],
    [{ ...KINDS.zoom, verified: false }, "handshake.0.answer", /Anyone could have an event signed/],
    [KINDS.braintree, "handshake.0.answer", /Anyone could have an event signed/],
  ])("%j is refused", ([handshake, path, message]) => {
    expect(messages(handshake)).toContainEqual([path, expect.stringMatching(message)]);
  });

  it("is refused where there is nothing to compare or to sign with", () => {
    expect(messages(KINDS.meta, { secrets: 0 })).toEqual([["handshakeSecrets", expect.stringContaining("List")]]);
    expect(messages(KINDS.slack, { secrets: 1 })).toEqual([["handshakeSecrets", expect.stringContaining("Remove")]]);
    const none = { scheme: { family: "none" } as const };
    expect(messages(KINDS.zoom, none)).toMatchObject([["handshake.0.answer", expect.stringContaining("hmac")]]);
  });

  it.for<[string, unknown]>([
    ["a placeholder that does not exist", { body: "{quary:a}" }],
    ["another one", { body: "{hmac-md5:$.a}" }],
    ["a placeholder that is not closed", { body: "{query:a" }],
    ["HTML", { type: "text/html", body: "{query:a}" }],
    ["XML", { type: "text/xml", body: "{query:a}" }],
    ["a header that sets a cookie", { headers: { "Set-Cookie": "a" } }],
    ["a header that sends away", { headers: { Location: "{query:a}" } }],
    ["a redirect", { status: 302 }],
    ["an error", { status: 500 }],
  ])("cannot have %s in its answer", ([, answer]) => {
    expect(Handshake.safeParse({ ...KINDS.dropbox, answer }).success).toBe(false);
  });

  it("must demand hex of a challenge that is signed for anyone, for Braintree too", () => {
    const otherwise = { ...KINDS.braintree, when: { method: "GET", match: [{ from: "query:other", is: "hex" }] } };
    expect(messages(otherwise, { scheme: BRAINTREE })).toMatchObject([["handshake.0.answer", expect.any(String)]]);
  });

  it("must say whether the sender has to be proven", () => {
    expect(Handshake.safeParse({ when: { method: "HEAD" } }).success).toBe(false);
  });
});

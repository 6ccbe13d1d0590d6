// What a callback is sent, where, and of which ends: all of it follows from the execution.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSetup } from "../../../src/bridge/setup.ts";
import { admitted, type Execution, ended } from "../../../src/core/execution.ts";
import { HeaderName, HeaderValue, isHeaderValue } from "../../../src/core/header.ts";
import type { Json } from "../../../src/core/json.ts";
import { messageBody } from "../../../src/core/message.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

const SURROUNDINGS = { development: false, hasSecret: () => true };

function read(callback: Record<string, Json>) {
  return readSetup(
    {
      engines: { default: { token: "ENGINE_TOKEN" } },
      sources: { signup: { verify: { family: "none" } } },
      callbacks: { crm: { url: "https://crm.example.com/hook", secrets: ["CRM_SECRET"], ...callback } },
    },
    SURROUNDINGS,
  );
}

function callbackOf(settings: Record<string, Json>) {
  const setup = read(settings);
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const callback = setup.value.callbacks.get("crm");
  if (!callback) throw new Error("no callback");
  return callback;
}

function faultsOf(settings: Record<string, Json>): string[] {
  const setup = read(settings);
  if (setup.ok || setup.error.reason !== "misconfigured") return [];
  return setup.error.faults.map(({ path, message }) => `${path}: ${message}`);
}

const NOW = 1_795_425_600_000;

function end(data: Json = { order: 7, callbackUrl: "https://hooks.customer.example.org/end" }): Execution {
  const admission = {
    rule: "kyb",
    engine: "default",
    event: eventWith({ data }),
    recordId: null,
    dedupeKey: "key",
    windowMs: 1,
    onUncertainStart: "retry",
    callbacks: ["crm"],
    start: { workflowDefinitionId: "d", locale: "en", parameters: {}, expiresInMs: null },
    revision: 3,
    onDuplicate: "skip",
    cancel: null,
    over: null,
  } as const;
  return ended(admitted("exe_1_a", admission, NOW), "succeeded", { result: { score: 42 } }, NOW);
}

describe("a callback without settings", () => {
  test("wants every end, at its URL, with the default body", async () => {
    const callback = callbackOf({});
    expect(callback.wants(end())).toBe(true);
    expect(callback.delaysMs).toBeUndefined();
    const body = messageBody(end());
    expect(await callback.address(end())).toEqual({ ok: true, value: { url: "https://crm.example.com/hook", body } });
  });
});

describe("on", () => {
  test("names the ends that it wants", () => {
    const callback = callbackOf({ on: ["failed", "expired"] });
    expect(callback.wants(end())).toBe(false);
    expect(callback.wants({ ...end(), run: "expired" })).toBe(true);
  });

  test("takes no state that is no end", () => {
    expect(faultsOf({ on: ["running"] })).not.toEqual([]);
    expect(faultsOf({ on: [] })).not.toEqual([]);
  });
});

describe("body", () => {
  test("is made of the message, and of the event with its payload", async () => {
    const callback = callbackOf({
      body: {
        kind: "{% type %}",
        score: "{% data.result.score * 2 %}",
        order: "{% data.event.data.order %}",
        fixed: [1],
      },
    });
    const address = await callback.address(end());
    if (!address.ok) throw new Error(address.error);
    expect(JSON.parse(address.value.body)).toEqual({ kind: "execution.succeeded", score: 84, order: 7, fixed: [1] });
  });

  test("is the same for every attempt", async () => {
    const callback = callbackOf({ body: "{% $merge([data, {'at': time}]) %}" });
    expect(await callback.address(end())).toEqual(await callback.address(end()));
  });

  test.each([
    ["{% $error('no') %}", /^its body cannot be made/],
    ["{% nothing.here %}", "its body cannot be made: it selects nothing"],
  ])("that cannot be made (%s) says why, and nothing else is sent in its place", async (body, why) => {
    const address = await callbackOf({ body }).address(end());
    expect(address).toEqual({ ok: false, error: expect.stringMatching(why) });
  });

  test("that cannot be compiled is a fault of the configuration, with its place", () => {
    expect(faultsOf({ body: { a: [1, "{% 1 + %}"] } })).toEqual([
      expect.stringMatching(/^callbacks\.crm\.body\.a\[1\]: /),
    ]);
    expect(faultsOf({ body: "{% $now() %}" })).toEqual([expect.stringMatching(/^callbacks\.crm\.body: /)]);
  });
});

describe("a URL that the event chooses", () => {
  const settings = { url: "{% data.callbackUrl %}", allowHosts: ["*.customer.example.org", "crm.example.com"] };

  test.each([
    "https://hooks.customer.example.org/end",
    "https://a.b.customer.example.org:8443/",
    "https://CRM.example.com/x",
  ])("may be %s", async (callbackUrl) => {
    expect(await callbackOf(settings).address(end({ callbackUrl }))).toMatchObject({
      ok: true,
      value: { url: callbackUrl },
    });
  });

  test.each([
    "https://customer.example.org/",
    "https://evilcustomer.example.org/",
    "https://customer.example.org.evil.com/",
    "https://hooks.customer.example.org@evil.com/",
    "https://evil.com/hooks.customer.example.org",
    "https://evil.com#.customer.example.org",
    "https://evil.com\\.customer.example.org/",
    "https://crm.example.com.evil.com/",
    "https://127.0.0.1/",
    "not a url",
    "",
  ])("may not be %s", async (callbackUrl) => {
    const address = await callbackOf(settings).address(end({ callbackUrl }));
    expect(address).toEqual({ ok: false, error: expect.stringMatching(/^the URL that the event names (is|must)/) });
  });

  test.each([[{ order: 7 }], [{ callbackUrl: 7 }], [null]])("that is not there (%j) is said", async (data) => {
    const address = await callbackOf(settings).address(end(data));
    expect(address).toEqual({ ok: false, error: "its URL cannot be made: the event names none" });
  });

  test("needs hosts to choose among, and takes no pattern that is wider than a domain", () => {
    expect(faultsOf({ url: "{% data.url %}" })).toEqual([
      "callbacks.crm.url: an event may choose the URL among allowHosts only: name them",
    ]);
    for (const pattern of [
      "*",
      "*.com",
      "com",
      "*.*.example.com",
      "a*.example.com",
      "127.0.0.1",
      "[::1]",
      "https://x.com",
    ]) {
      expect(faultsOf({ ...settings, allowHosts: [pattern] }), pattern).not.toEqual([]);
    }
  });
});

describe("secrets of headers and authorization", () => {
  test("must be there like those that sign", () => {
    const setup = readSetup(
      {
        engines: {},
        sources: {},
        callbacks: {
          crm: {
            url: "https://crm.example.com/",
            secrets: ["SIGN"],
            headers: { "x-key": { secret: "KEY" } },
            authorization: { type: "oauth2", tokenUrl: "https://10.0.0.1/", clientId: "c", clientSecret: "CLIENT" },
          },
        },
      },
      { development: false, hasSecret: (name) => name === "SIGN" },
    );
    const paths = setup.ok || setup.error.reason !== "misconfigured" ? [] : setup.error.faults.map(({ path }) => path);
    expect(paths.toSorted()).toEqual([
      "callbacks.crm.authorization.clientSecret",
      "callbacks.crm.authorization.tokenUrl",
      "callbacks.crm.headers.x-key.secret",
    ]);
  });
});

describe("a header of the configuration", () => {
  test.each([
    "host",
    "content-length",
    "content-type",
    "webhook-id",
    "webhook-signature",
    "transfer-encoding",
    "cf-ray",
    "user-agent",
  ])("cannot be %s", (name) => {
    expect(HeaderName.safeParse(name).success).toBe(false);
  });

  test.each(["X-Key", "x key", "x:key", "", "x\nkey"])("cannot be named %j", (name) => {
    expect(HeaderName.safeParse(name).success).toBe(false);
  });

  test("never has a value that ends its line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const taken = isHeaderValue(value) || HeaderValue.safeParse(value).success;
        if (taken) expect(value).not.toMatch(/[^\x20-\x7e]/);
        if (isHeaderValue(value)) expect(new Headers({ "x-key": value }).get("x-key")).toBe(value);
      }),
    );
  });
});

// How the bridge proves itself to a callback beyond the signature, seen from the receiver and from whoever gives tokens.
import { describe, expect, test } from "vitest";
import { answering } from "../engine/loopback.ts";
import { NOW, senderTo, sendTo } from "./callbacks.ts";

const OWN: Readonly<Record<string, string>> = {
  CRM_CALLBACK_SECRET: "whsec_c2VjcmV0",
  CRM_KEY: "key-0123456789",
  CRM_PASSWORD: "pass:wörd",
  CLIENT_SECRET: "s e&cret",
  BROKEN: "two\r\nlines",
};
const deps = { secrets: (names: readonly string[]) => names.map((name) => OWN[name] ?? "") };

async function headersOf(settings: object) {
  const server = await answering(204);
  const outcome = await sendTo(server.url, { settings, deps });
  return { outcome, headers: server.seen[0]?.headers };
}

describe("headers of the configuration", () => {
  test("are sent, with their values or with those of their secrets", async () => {
    const { headers } = await headersOf({
      headers: { "x-tenant": "acme", "x-key": { secret: "CRM_KEY", prefix: "Key " }, cookie: { secret: "CRM_KEY" } },
    });
    expect(headers).toMatchObject({ "x-tenant": "acme", "x-key": "Key key-0123456789", cookie: "key-0123456789" });
  });

  test("never break out of their line: the message is not sent, and the secret is not told", async () => {
    const { outcome, headers } = await headersOf({ headers: { "x-key": { secret: "BROKEN" } } });
    expect(outcome).toMatchObject({
      delivered: false,
      detail: "the value of the header x-key is not one that a header may have",
    });
    expect(headers).toBeUndefined();
  });
});

describe("authorization", () => {
  test("by bearer is the token", async () => {
    const { headers } = await headersOf({ authorization: { type: "bearer", token: "CRM_KEY" } });
    expect(headers?.authorization).toBe("Bearer key-0123456789");
  });

  test("by password is user and password in UTF-8 (RFC 7617)", async () => {
    const { headers } = await headersOf({ authorization: { type: "basic", user: "hooks", password: "CRM_PASSWORD" } });
    const [, encoded = ""] = String(headers?.authorization).split(" ");
    expect(Buffer.from(encoded, "base64").toString()).toBe("hooks:pass:wörd");
  });
});

describe("authorization by client credentials", () => {
  async function withTokens(answer: object | string, status = 200) {
    const receiver = await answering(204);
    const issuer = await answering(status, typeof answer === "string" ? answer : JSON.stringify(answer));
    const settings = {
      authorization: {
        type: "oauth2",
        tokenUrl: `${issuer.url}/token`,
        clientId: "hook span",
        clientSecret: "CLIENT_SECRET",
        scope: "events:write",
        audience: "crm",
      },
    } as const;
    let now = NOW;
    const sender = senderTo(receiver.url, { settings, deps: { ...deps, now: () => now } });
    return {
      receiver,
      issuer,
      at: (ms: number) => {
        now = NOW + ms;
      },
      send: () => sender.send({ id: "exe_1_a_crm", callback: "crm", url: receiver.url, body: "{}" }),
    };
  }

  test("asks for a token once, and shows it until shortly before it expires", async () => {
    const { receiver, issuer, send, at } = await withTokens({ access_token: "token-1", expires_in: 3_600 });
    expect(await send()).toMatchObject({ delivered: true });
    at(3_539_000);
    await send();
    expect(issuer.seen).toHaveLength(1);
    at(3_541_000);
    await send();
    expect(issuer.seen).toHaveLength(2);
    expect(receiver.seen.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill("Bearer token-1"));
    const { method, headers, body } = issuer.seen[0] ?? { headers: {} };
    expect([method, headers["content-type"]]).toEqual(["POST", "application/x-www-form-urlencoded"]);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: "client_credentials",
      scope: "events:write",
      audience: "crm",
    });
    const basic = Buffer.from(String(headers.authorization).slice("Basic ".length), "base64").toString();
    expect(basic).toBe("hook+span:s+e%26cret");
  });

  test.each([
    ["a refusal", "no such client", 401, "its token was refused: HTTP 401"],
    ["a redirect", "", 302, "its token was refused: HTTP 302"],
    ["an answer without a token", { token: "x" }, 200, "its token was not granted: the answer holds no access_token"],
    ["an answer that is no JSON", "<html>", 200, "its token was not granted: the answer holds no access_token"],
  ])("that meets %s is an attempt that failed, and nothing is sent", async (_, answer, status, detail) => {
    const { receiver, send } = await withTokens(answer, status);
    const outcome = await send();
    expect(outcome).toMatchObject({ delivered: false, detail });
    expect(JSON.stringify(outcome)).not.toContain("cret");
    expect(receiver.seen).toEqual([]);
  });

  test("renews once a token that the callback refuses", async () => {
    const receiver = await answering(401, "expired");
    const issuer = await answering(200, JSON.stringify({ access_token: "token-1", expires_in: 3_600 }));
    const authorization = {
      type: "oauth2",
      tokenUrl: issuer.url,
      clientId: "hookspan",
      clientSecret: "CLIENT_SECRET",
    } as const;
    const outcome = await sendTo(receiver.url, { settings: { authorization }, deps });
    expect(outcome).toMatchObject({ delivered: false, status: 401 });
    expect([issuer.seen.length, receiver.seen.length]).toEqual([2, 2]);
  });
});

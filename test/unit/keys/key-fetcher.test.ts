// Fetching keys, against a real server: what is cached and for how long, what a server that fails changes, and what a
// made-up key id can cost.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeyFetcher, KeyRequest } from "../../../src/bridge/ports.ts";
import { createKeyFetcher } from "../../../src/keys/key-fetcher.ts";
import { type KeyServer, startKeyServer } from "./key-server.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let server: KeyServer;
let now: number;
let fetchKey: KeyFetcher;

beforeEach(async () => {
  server = await startKeyServer();
  now = Date.UTC(2026, 10, 23, 12);
  fetchKey = fetcher();
});
afterEach(() => server.stop());

function fetcher(development = true): KeyFetcher {
  return createKeyFetcher({ policy: { development }, fetch: (url, init) => fetch(url, init), now: () => now });
}

function request(changes: Partial<KeyRequest> = {}): KeyRequest {
  return { url: `${server.url}/jwks.json`, method: "GET", headers: {}, body: null, refresh: false, ...changes };
}

function answering(status: number, body = "", headers: Record<string, string> = {}): void {
  server.answer = (response) => response.writeHead(status, headers).end(body);
}

const unavailable = (words: string) => ({
  ok: false,
  error: { reason: "unavailable", detail: expect.stringContaining(words) },
});
const absent = { ok: false, error: { reason: "not-found" } };
const found = (value: string) => ({ ok: true, value });

describe("a document", () => {
  it("is given as it stands, and kept for ten minutes", async () => {
    answering(200, '{"keys":[]}');
    expect(await fetchKey(request())).toEqual(found('{"keys":[]}'));
    answering(200, '{"keys":[1]}');
    now += 10 * MINUTE_MS - 1;
    expect(await fetchKey(request())).toEqual(found('{"keys":[]}'));
    expect(server.asked).toHaveLength(1);
    now += 1;
    expect(await fetchKey(request())).toEqual(found('{"keys":[1]}'));
    expect(server.asked).toHaveLength(2);
  });

  it("is asked for once by everyone who needs it at the same time", async () => {
    server.answer = (response) => void setTimeout(() => response.end("pem"), 50);
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetchKey(request())));
    expect(new Set(answers.map((answer) => answer.ok && answer.value))).toEqual(new Set(["pem"]));
    expect(server.asked).toHaveLength(1);
  });

  it("is asked for with the method, headers and body of the configuration", async () => {
    server.answer = (response, { body }) => response.end(body);
    const post = request({ method: "POST", headers: { "plaid-secret": "s" }, body: '{"key_id":"k"}' });
    expect(await fetchKey(post)).toEqual(found('{"key_id":"k"}'));
    expect(server.asked[0]).toMatchObject({
      method: "POST",
      headers: { "plaid-secret": "s", "content-type": "application/json", "user-agent": "hookspan" },
    });
  });

  it("fetched with one credential is not given for another", async () => {
    server.answer = (response, { headers }) => response.end(String(headers.authorization));
    for (const authorization of ["a", "b"]) {
      expect(await fetchKey(request({ headers: { authorization } }))).toEqual(found(authorization));
    }
  });
});

describe("a refresh", () => {
  it("is made where the document is older than half a minute, and not with every request", async () => {
    answering(200, "old");
    await fetchKey(request());
    answering(200, "new");
    for (let n = 0; n < 100; n++) expect(await fetchKey(request({ refresh: true }))).toEqual(found("old"));
    expect(server.asked).toHaveLength(1);
    now += 30_000;
    for (let n = 0; n < 100; n++) expect(await fetchKey(request({ refresh: true }))).toEqual(found("new"));
    expect(server.asked).toHaveLength(2);
  });

  it.each([500, 404])("that is answered %i leaves what is fresh alone", async (status) => {
    answering(200, "key");
    await fetchKey(request());
    now += MINUTE_MS;
    answering(status);
    for (let n = 0; n < 10; n++) expect(await fetchKey(request({ refresh: true }))).toEqual(found("key"));
    expect(await fetchKey(request())).toEqual(found("key"));
    expect(server.asked).toHaveLength(2);
  });
});

describe("a server that fails", () => {
  it("is not noticed for a day by who has the document, and is asked again every five seconds", async () => {
    answering(200, "key");
    await fetchKey(request());
    answering(503);
    now += HOUR_MS;
    for (let n = 0; n < 5; n++) expect(await fetchKey(request())).toEqual(found("key"));
    expect(server.asked).toHaveLength(2);
    now += 5_000;
    await fetchKey(request());
    expect(server.asked).toHaveLength(3);
    now += 24 * HOUR_MS;
    expect(await fetchKey(request())).toEqual(unavailable("HTTP 503"));
    answering(200, "new");
    now += 5_000;
    expect(await fetchKey(request())).toEqual(found("new"));
  });

  it("and says that the key is gone is believed once the document is stale", async () => {
    answering(200, "key");
    await fetchKey(request());
    answering(410);
    now += HOUR_MS;
    expect(await fetchKey(request())).toEqual(absent);
    now += MINUTE_MS;
    answering(500);
    expect(await fetchKey(request())).toEqual(unavailable("HTTP 500"));
  });

  it("is asked once a minute where there is no such key", async () => {
    answering(404);
    for (let n = 0; n < 10; n++) expect(await fetchKey(request())).toEqual(absent);
    now += MINUTE_MS - 1;
    expect(await fetchKey(request())).toEqual(absent);
    expect(server.asked).toHaveLength(1);
    answering(200, "key");
    now += 1;
    expect(await fetchKey(request())).toEqual(found("key"));
  });

  it("by a redirect is not followed", async () => {
    answering(302, "", { location: `${server.url}/elsewhere` });
    expect(await fetchKey(request())).toEqual(unavailable("HTTP 302"));
    expect(server.asked.map(({ path }) => path)).toEqual(["/jwks.json"]);
  });

  it("by a document without end is read up to the cap", async () => {
    server.answer = (response) => {
      const more = (): void => {
        if (response.destroyed) return;
        response.write("x".repeat(65_536));
        setImmediate(more);
      };
      more();
    };
    expect(await fetchKey(request())).toEqual(unavailable("larger than 262144 bytes"));
  });

  it("by bytes that are no text is told so", async () => {
    server.answer = (response) => response.end(Buffer.from([0xff, 0xfe, 0xfd]));
    expect(await fetchKey(request())).toEqual(unavailable("not UTF-8"));
  });

  it("by silence is waited for three seconds", async () => {
    server.answer = () => undefined;
    expect(await fetchKey(request())).toEqual(unavailable("No key came within 3000 ms"));
  }, 10_000);

  it("by breaking the connection says no more than that", async () => {
    server.answer = (response) => response.destroy();
    expect(await fetchKey(request({ headers: { authorization: "secret" } }))).toEqual(
      unavailable("The connection failed or broke."),
    );
  });
});

describe("made-up key ids", () => {
  const byKid = (kid: string | number) => request({ url: `${server.url}/keys/${kid}` });

  it("cost twenty questions a minute, and no key that is in use", async () => {
    answering(200, "key");
    await fetchKey(byKid("real"));
    answering(404);
    const answers = [];
    for (let n = 0; n < 2_000; n++) answers.push(await fetchKey(byKid(n)));
    expect(server.asked).toHaveLength(20);
    expect(answers.slice(0, 19)).toEqual(Array(19).fill(absent));
    expect(answers.at(-1)).toEqual(unavailable("Too many"));
    expect(await fetchKey(byKid("real"))).toEqual(found("key"));
    answering(200, "new key");
    now += 10 * MINUTE_MS;
    for (let n = 0; n < 30; n++) await fetchKey(byKid(n));
    expect(await fetchKey(byKid("real"))).toEqual(found("new key"));
  });
});

describe("the address of a key", () => {
  it.each([
    ["http://keys.example.com/jwks", "https"],
    ["https://127.0.0.1/jwks", "IP address"],
    ["https://[::1]/jwks", "IP address"],
    ["https://metadata.internal/jwks", "public host name"],
    ["https://user:pass@keys.example.com/jwks", "credentials"],
    ["keys", "not a URL"],
  ])("%s is asked nothing", async (url, words) => {
    expect(await fetcher(false)(request({ url }))).toEqual(unavailable(words));
  });
});

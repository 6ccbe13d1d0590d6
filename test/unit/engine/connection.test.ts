// Connections that hang, break or never come about: what can be said of the call then. Over real sockets.
import { describe, expect, test } from "vitest";
import { engineAt, failureOf, impatientEngineAt, START, TOKEN } from "./engines.ts";
import { cutInBody, hangingInBody, nobody, resetting, silent, tcpServer, timeUpAfterHead } from "./loopback.ts";

const BROKEN = { reason: "uncertain", detail: "the connection failed or broke before the answer" };
const LATE = { reason: "uncertain", detail: "no answer within 10000 ms" };

describe("a start is uncertain when the engine", () => {
  test("takes the request and never answers", async () => {
    const { url } = await silent();
    expect(await failureOf(impatientEngineAt(url, 100).start(START))).toEqual({
      reason: "uncertain",
      detail: "no answer within 100 ms",
    });
  });

  test("begins its answer and never ends it", async () => {
    const { url } = await hangingInBody(200, '{"id":"run_1"');
    expect(await failureOf(engineAt(url, {}, { fetch: timeUpAfterHead }).start(START))).toEqual(LATE);
  });

  test("breaks the connection before its answer", async () => {
    const { url, connections } = await resetting();
    expect(await failureOf(engineAt(url).start(START))).toEqual(BROKEN);
    expect(connections()).toBe(1);
  });

  test("breaks the connection in its answer", async () => {
    const { url } = await cutInBody(200, '{"id":"run_1","status":"RUNNING"}');
    expect(await failureOf(engineAt(url).start(START))).toEqual(BROKEN);
  });

  test("speaks no HTTP", async () => {
    const { url } = await tcpServer((socket) => socket.end("220 mail.example.com ESMTP\r\n"));
    expect(await failureOf(engineAt(url).start(START))).toEqual(BROKEN);
  });

  test("is not there", async () => {
    expect(await failureOf(engineAt(await nobody()).start(START))).toEqual(BROKEN);
  });
});

describe("an error answer counts by its status when its body", () => {
  const body = '{"message":"the rest of thi';
  const cases = [
    [400, { reason: "rejected", status: 400, detail: "start: HTTP 400" }],
    [401, { reason: "unauthorized", detail: "start: HTTP 401" }],
    [429, { reason: "throttled", detail: "start: HTTP 429", retryAfterMs: 7_000 }],
    [503, { reason: "unavailable", detail: "start: HTTP 503", retryAfterMs: 7_000 }],
    [500, { reason: "uncertain", detail: "start: HTTP 500" }],
  ] as const;

  test.each(cases)("breaks off: %i", async (status, expected) => {
    const { url } = await cutInBody(status, body, { "retry-after": "7" });
    expect(await failureOf(engineAt(url).start(START))).toEqual(expected);
  });

  test.each(cases)("never ends: %i", async (status, expected) => {
    const { url } = await hangingInBody(status, body, { "retry-after": "7" });
    expect(await failureOf(engineAt(url, {}, { fetch: timeUpAfterHead }).start(START))).toEqual(expected);
  });
});

test("a failure's words hold neither the token nor the address", async () => {
  const { url } = await resetting();
  const failure = JSON.stringify(await failureOf(engineAt(`${url}/secret-path`).start(START)));
  expect(failure).not.toContain(TOKEN);
  expect(failure).not.toContain("secret-path");
});

test("the other operations fail in the same words", async () => {
  const { url } = await resetting();
  const engine = engineAt(url);
  const failures = await Promise.all([engine.get("a"), engine.cancel("a"), engine.result("a")].map(failureOf));
  expect(failures).toEqual([BROKEN, BROKEN, BROKEN]);
});

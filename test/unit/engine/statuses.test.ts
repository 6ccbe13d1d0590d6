// What every HTTP status of an engine means, and what is kept of its words and of Retry-After.
import { describe, expect, test } from "vitest";
import type { EngineFailure } from "../../../src/bridge/ports.ts";
import type { Result } from "../../../src/core/result.ts";
import { engineAnswering, failureOf, NOW, START, TOKEN } from "./engines.ts";

const WITHOUT_BODY = [204, 205, 304];

function answer(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(WITHOUT_BODY.includes(status) ? null : body, { status, headers });
}

/** Every status from 200 to 599 as runs of the same meaning. */
async function table(call: (status: number) => Promise<Result<unknown, EngineFailure>>): Promise<string[]> {
  const runs: { from: number; to: number; meaning: string }[] = [];
  for (let status = 200; status < 600; status++) {
    const result = await call(status);
    const meaning = result.ok ? "ok" : result.error.reason;
    const last = runs.at(-1);
    if (last?.meaning === meaning) last.to = status;
    else runs.push({ from: status, to: status, meaning });
  }
  return runs.map(({ from, to, meaning }) => (from === to ? `${from} ${meaning}` : `${from}-${to} ${meaning}`));
}

const FAILURES = [
  "300-399 unavailable",
  "400 rejected",
  "401 unauthorized",
  "402-407 rejected",
  "408 unavailable",
  "409-424 rejected",
  "425 unavailable",
  "426-428 rejected",
  "429 throttled",
  "430-499 rejected",
  "500-502 uncertain",
  "503 unavailable",
  "504-520 uncertain",
  "521 unavailable",
  "522 uncertain",
  "523 unavailable",
  "524 uncertain",
  "525-526 unavailable",
  "527-529 uncertain",
  "530 unavailable",
  "531-599 uncertain",
];

describe("a status means", () => {
  const at = (status: number) => engineAnswering(() => answer(status, '{"id":"run_1"}'));

  test("to start: that it was done, that it was not, or that nobody knows", async () => {
    const done = ["200-203 ok", "204-205 uncertain", "206-299 ok"];
    expect(await table((status) => at(status).start(START))).toEqual([...done, ...FAILURES]);
  });

  test("to get and to result: the same", async () => {
    const done = ["200-203 ok", "204-205 uncertain", "206-299 ok"];
    expect(await table((status) => at(status).get("run_1"))).toEqual([...done, ...FAILURES]);
    expect(await table((status) => at(status).result("run_1"))).toEqual([...done, ...FAILURES]);
  });

  test("to cancel: the same, and every 2xx will do", async () => {
    expect(await table((status) => at(status).cancel("run_1"))).toEqual(["200-299 ok", ...FAILURES]);
  });

  test("the same whether or not there is a body, and whatever the body is", async () => {
    for (const body of ["", "<html>", '{"message":', "null", '["message"]', '{"message":{"a":1}}']) {
      expect(await table((status) => engineAnswering(() => answer(status, body)).cancel("run_1"))).toEqual([
        "200-299 ok",
        ...FAILURES,
      ]);
    }
  });
});

describe("the words about a failure", () => {
  const detailAt = async (body: string): Promise<string> =>
    (await failureOf(engineAnswering(() => answer(400, body)).start(START))).detail;

  test.each([
    ['{"message":"locale is missing"}', "start: HTTP 400: locale is missing"],
    ['{"detail":"no such definition"}', "start: HTTP 400: no such definition"],
    ['{"error":"Bad Request"}', "start: HTTP 400: Bad Request"],
    ['{"statusCode":400,"error":"Bad Request","message":"locale is missing"}', "start: HTTP 400: locale is missing"],
    ['{"message":["a","b"]}', "start: HTTP 400"],
    ["<h1>Bad Request</h1>", "start: HTTP 400"],
    ["", "start: HTTP 400"],
  ])("are the operation, the status and what the engine says: %s", async (body, detail) => {
    expect(await detailAt(body)).toBe(detail);
  });

  test("are cut to 300 characters", async () => {
    const detail = await detailAt(JSON.stringify({ message: "x".repeat(10_000) }));
    expect(detail).toBe(`start: HTTP 400: ${"x".repeat(300)}`);
  });

  test.each([TOKEN, `${TOKEN}\n`])("never hold the token, even if the engine repeats it: %j", async (token) => {
    const message = `The token ${TOKEN} is not valid. ${"x".repeat(250)} ${TOKEN}`;
    const engine = engineAnswering(() => answer(401, JSON.stringify({ message })), { token });
    const { detail } = await failureOf(engine.start(START));
    expect(detail).toContain("The token ");
    expect(detail).not.toContain(TOKEN.slice(0, 12));
  });

  test("name the operation that failed", async () => {
    const engine = engineAnswering(() => answer(500, ""));
    const calls = [engine.start(START), engine.get("a"), engine.cancel("a"), engine.result("a")];
    const details = await Promise.all(calls.map(async (call) => (await failureOf(call)).detail));
    expect(details).toEqual(["start: HTTP 500", "get: HTTP 500", "cancel: HTTP 500", "result: HTTP 500"]);
  });
});

describe("Retry-After", () => {
  const waitAt = async (status: number, retryAfter: string): Promise<number | undefined> => {
    const engine = engineAnswering(() => answer(status, "", { "retry-after": retryAfter }));
    const failure = await failureOf(engine.get("run_1"));
    return "retryAfterMs" in failure ? failure.retryAfterMs : undefined;
  };

  test.each([
    ["seconds", "7", 7_000],
    ["no wait", "0", 0],
    ["an HTTP date", "Mon, 23 Nov 2026 12:01:30 GMT", 90_000],
    ["an HTTP date that has passed", "Mon, 23 Nov 2026 11:00:00 GMT", 0],
    ["more than a day", "999999", 86_400_000],
    ["a date beyond a day", new Date(NOW + 30 * 86_400_000).toUTCString(), 86_400_000],
    ["nonsense", "soon", undefined],
  ])("is read as %s", async (_, header, expected) => {
    expect(await waitAt(429, header)).toBe(expected);
  });

  test.each([429, 503, 408, 425, 302, 521])("is kept for %i, after which the call is repeated", async (status) => {
    expect(await waitAt(status, "7")).toBe(7_000);
  });

  test.each([400, 401, 404, 500, 502, 504])("means nothing with %i", async (status) => {
    expect(await waitAt(status, "7")).toBeUndefined();
  });
});

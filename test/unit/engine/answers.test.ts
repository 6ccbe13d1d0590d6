// What is read out of an engine's 2xx answers, and what follows where there is nothing to read.
import { describe, expect, test } from "vitest";
import { engineAnswering, engineAt, failureOf, START } from "./engines.ts";
import { httpServer } from "./loopback.ts";

const MAX_ANSWER_BYTES = 10 * 1024 * 1024;

/** The run that `get` makes of an answer. */
function runOf(answer: object, statuses: Record<string, string> = {}) {
  const fetch = async () => Response.json(answer);
  return engineAt("https://engine.test", { statuses }, { fetch }).get("run_1");
}

describe("a run", () => {
  test("has the engine's id, the meaning of its status and its expiry", async () => {
    const answer = { id: "run_1", status: "COMPLETED", expiresAt: "2026-11-30T12:00:00.000Z", link: "https://x.test" };
    const value = { runId: "run_1", status: "succeeded", expiresAt: Date.UTC(2026, 10, 30, 12) };
    expect(await runOf(answer)).toEqual({ ok: true, value });
  });

  test.each([
    ["RUNNING", "running"],
    ["AWAITING", "running"],
    ["COMPLETED", "succeeded"],
    ["FAILED", "failed"],
    ["CANCELLED", "canceled"],
    ["CANCELED", "canceled"],
    ["EXPIRED", "expired"],
  ])("that is %s is %s", async (status, expected) => {
    expect(await runOf({ id: "run_1", status })).toMatchObject({ value: { status: expected } });
  });

  test.each(["PAUSED", "completed", "", "constructor", "__proto__", null, 7, undefined, ["COMPLETED"]])(
    "whose status is the unknown %j is still running",
    async (status) => {
      expect(await runOf({ id: "run_1", status })).toMatchObject({ value: { status: "running" } });
    },
  );

  test("has a status that the configuration explains", async () => {
    expect(await runOf({ id: "run_1", status: "DONE" }, { DONE: "succeeded" })).toMatchObject({
      value: { status: "succeeded" },
    });
  });

  test.each([null, undefined, "", "some day", 0, 7, true, {}])(
    "whose expiry is %j has none that is known",
    async (expiresAt) => {
      expect(await runOf({ id: "run_1", status: "RUNNING", expiresAt })).toMatchObject({ value: { expiresAt: null } });
    },
  );
});

describe("a 2xx answer to start leaves it uncertain", () => {
  test.each([
    ["without a body", ""],
    ["without JSON", "<html>OK</html>"],
    ["with JSON that is cut short", '{"id":"run_1","stat'],
    ["with bytes that are not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ["with an array", '[{"id":"run_1"}]'],
    ["with null", "null"],
    ["without an id", '{"status":"RUNNING"}'],
    ["with an empty id", '{"id":"","status":"RUNNING"}'],
    ["with an id that is neither text nor a whole number", '{"id":1.5,"status":"RUNNING"}'],
    ["with an id that walks up the path", '{"id":"..","status":"RUNNING"}'],
    ["with an id that no path can hold", '{"id":"\\ud800","status":"RUNNING"}'],
  ])("%s", async (_, body) => {
    const failure = await failureOf(engineAnswering(() => new Response(body)).start(START));
    expect(failure).toEqual({ reason: "uncertain", detail: "start: the answer names no run" });
  });
});

describe("a result", () => {
  test.each([{ outcome: "APPROVED" }, [1, 2], "text", 0, false, null])("may be the JSON value %j", async (value) => {
    expect(await engineAnswering(() => Response.json(value)).result("run_1")).toEqual({ ok: true, value });
  });

  test("that is not JSON is uncertain", async () => {
    const failure = await failureOf(engineAnswering(() => new Response("APPROVED")).result("run_1"));
    expect(failure).toEqual({ reason: "uncertain", detail: "result: the answer is not JSON" });
  });
});

test("a canceled run is canceled whatever the answer's body says", async () => {
  for (const body of [null, "", "OK", "{}"]) {
    expect(await engineAnswering(() => new Response(body)).cancel("run_1")).toEqual({ ok: true, value: null });
  }
});

describe("an answer beyond 10 MiB", () => {
  /** JSON of exactly so many bytes. */
  const jsonOf = (bytes: number): Buffer => Buffer.from(`"${"x".repeat(bytes - 2)}"`);

  test("is taken up to the last byte that is allowed", async () => {
    const server = await httpServer((response) => void response.end(jsonOf(MAX_ANSWER_BYTES)));
    expect((await engineAt(server.url).result("run_1")).ok).toBe(true);
  });

  test("is refused, and no more of it is read", async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const failure = await failureOf(engineAnswering(() => new Response(endless)).result("run_1"));
    expect(failure).toEqual({
      reason: "uncertain",
      detail: "result: the answer is larger than 10485760 bytes",
      tooLarge: true,
    });
    expect(pulled).toBeLessThanOrEqual(13);
  });

  test("with an error status is what its status says", async () => {
    const body = new Uint8Array(MAX_ANSWER_BYTES + 1);
    const failure = await failureOf(engineAnswering(() => new Response(body, { status: 403 })).start(START));
    expect(failure).toEqual({ reason: "rejected", status: 403, detail: "start: HTTP 403" });
  });
});

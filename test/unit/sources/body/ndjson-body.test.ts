// JSON Lines: which line is broken is told, what it holds is not. Pure.
import { describe, expect, test } from "vitest";
import { MAX_ITEMS } from "../../../../src/sources/event/split.ts";
import { eventsOf, faultOf, request, sourceOf } from "../requests.ts";

const LINES = { "content-type": "application/x-ndjson" };
const source = sourceOf({
  verify: { family: "none" },
  body: { accept: ["ndjson"], split: "$" },
  event: { id: "$.log_id", type: "$.type" },
});

describe("JSON Lines", () => {
  test.each([
    "application/x-ndjson",
    "application/ndjson; charset=utf-8",
    "application/jsonl",
    "application/x-jsonlines",
    "application/json-lines",
  ])("come as %s", async (type) => {
    expect(await eventsOf(request({ "content-type": type }, '{"log_id":"1"}\n{"log_id":"2"}'), source)).toHaveLength(2);
  });

  test("may have blank lines, any line end, and big numbers", async () => {
    const body = '\n{"log_id":890612572568261600,"type":"s"}\r\n\r\n  \n{"log_id":"b","type":"f"}\r\n';
    expect(await eventsOf(request(LINES, body), source)).toMatchObject([
      { id: "890612572568261600", type: "s" },
      { id: "b", type: "f" },
    ]);
  });

  test("without a split are one event, an array", async () => {
    const whole = sourceOf({ verify: { family: "none" }, body: { accept: ["ndjson"] } });
    expect(await eventsOf(request(LINES, "1\n[2]\nnull"), whole)).toMatchObject([{ data: [1, [2], null] }]);
  });

  test("that are broken are told by their line in the body", async () => {
    const body = '{"a":1}\n\n{"secret":"Jane" "b":2}\n{"a":3}';
    const fault = await faultOf(request(LINES, body), source);
    expect(fault).toMatchObject({ reason: "malformed-json", line: 3, column: 18 });
    expect(fault.message).toContain("line 3, column 18");
    expect(fault.message).not.toContain("Jane");
  });

  test("that are too deep are told by their line", async () => {
    const fault = await faultOf(request(LINES, `1\n${"[".repeat(65)}${"]".repeat(65)}`), source);
    expect(fault).toMatchObject({ reason: "too-deep", limit: 64 });
    expect(fault.message).toMatch(/^Line 2: /);
  });

  test("are bounded in number", async () => {
    expect(await eventsOf(request(LINES, '{"log_id":"a"}\n'.repeat(MAX_ITEMS)), source)).toHaveLength(MAX_ITEMS);
    expect(await faultOf(request(LINES, "1\n".repeat(MAX_ITEMS + 1)), source)).toMatchObject({
      reason: "too-many-items",
      limit: MAX_ITEMS,
    });
  });
});

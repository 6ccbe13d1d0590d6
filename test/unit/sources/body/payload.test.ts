// A body inside a field of a form: JSON, XML, base64; beside the other fields or alone. Pure.
import { describe, expect, test } from "vitest";
import { eventOf, faultOf, request, sourceOf } from "../requests.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };

function source(payload: object, event: object = {}, accept = ["form"]) {
  return sourceOf({ verify: { family: "none" }, body: { accept, payload }, event });
}

function form(fields: Record<string, string>) {
  return request(FORM, new URLSearchParams(fields).toString());
}

describe("the payload of a form", () => {
  test("is the body, as Slack's interactivity sends it", async () => {
    const plan = source({ field: "payload" }, { id: "$.trigger_id", type: "$.type" });
    const event = await eventOf(form({ payload: '{"type":"block_actions","trigger_id":"13345.9"}' }), plan);
    expect(event).toMatchObject({ id: "13345.9", type: "block_actions", data: { type: "block_actions" } });
  });

  test("leaves the other fields to selectors, as Jotform needs it", async () => {
    const plan = source({ field: "rawRequest" }, { id: "form:submissionID", subject: "form:formID" }, ["multipart"]);
    const part = (name: string, value: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const parts = [
      part("formID", "f-1"),
      part("submissionID", "890612572568261600"),
      part("rawRequest", '{"q3":"yes"}'),
    ];
    const inbound = request({ "content-type": "multipart/form-data; boundary=b" }, `${parts.join("")}--b--\r\n`);
    expect(await eventOf(inbound, plan)).toMatchObject({
      id: "890612572568261600",
      subject: "f-1",
      data: { q3: "yes" },
    });
  });

  test("may stand in the place of its text", async () => {
    const plan = source(
      { field: "rawRequest", keepForm: true },
      { id: "form:submissionID", type: "$.rawRequest.event" },
    );
    const event = await eventOf(form({ submissionID: "s-1", rawRequest: '{"event":"e","q3":"yes"}' }), plan);
    expect(event).toMatchObject({ id: "s-1", type: "e" });
    expect(event.data).toEqual({ submissionID: "s-1", rawRequest: { event: "e", q3: "yes" } });
  });

  test("may be base64 of XML, as Braintree's is, with line breaks", async () => {
    const plan = source({ field: "bt_payload", encoding: "base64", as: "xml" }, { type: "$.notification.kind" });
    const xml =
      "<notification><kind>subscription_canceled</kind><ts type='datetime'>2026-11-23T09:20:00Z</ts></notification>";
    const encoded = Buffer.from(xml)
      .toString("base64")
      .replace(/(.{60})/g, "$1\n");
    const event = await eventOf(form({ bt_payload: `${encoded}\n`, bt_signature: "x|y" }), plan);
    expect(event.type).toBe("subscription_canceled");
    expect(event.data).toMatchObject({
      notification: { ts: { "@type": "datetime", "#text": "2026-11-23T09:20:00Z" } },
    });
  });

  test("that is optional leaves a form without it as it is", async () => {
    const plan = source({ field: "payload", optional: true }, { id: ["form:trigger_id", "$.trigger_id"] });
    const command = await eventOf(form({ command: "/kyb", trigger_id: "t-1" }), plan);
    expect(command).toMatchObject({ id: "t-1", data: { command: "/kyb" } });
    expect((await eventOf(form({ payload: '{"trigger_id":"t-2"}' }), plan)).id).toBe("t-2");
  });

  test.each([
    ["is missing", { other: "1" }, "missing-payload"],
    ["is empty", { payload: "" }, "missing-payload"],
    ["is broken", { payload: '{"a"' }, "malformed-json"],
    ["is too deep", { payload: "[".repeat(100) }, "too-deep"],
  ])("that %s is a fault", async (_, fields, reason) => {
    expect(await faultOf(form(fields), source({ field: "payload" }))).toMatchObject({ reason });
  });

  test.each([
    ["no base64", "%%%", "malformed-payload"],
    ["the base64 of no UTF-8", "/w==", "malformed-payload"],
    ["the base64 of no XML", "aGVsbG8=", "malformed-xml"],
  ])("that is %s is a fault", async (_, text, reason) => {
    const plan = source({ field: "p", encoding: "base64", as: "xml" });
    expect(await faultOf(form({ p: text }), plan)).toMatchObject({ reason });
  });

  test("that stands twice is a fault", async () => {
    expect(await faultOf(request(FORM, "payload={}&payload={}"), source({ field: "payload" }))).toMatchObject({
      reason: "missing-payload",
      field: "payload",
    });
  });
});

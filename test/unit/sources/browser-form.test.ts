// Forms that a browser posts: whose page they came from, and what becomes of them. Pure, no network, fixed clock.
import { describe, expect, test } from "vitest";
import { verify } from "../../../src/sources/verify.ts";
import { bytes, contextOf, eventOf, faultOf, outcome, request, sourceOf } from "./requests.ts";

const PAGE = "https://www.example.com";
const source = sourceOf({ preset: "html-form", allowOrigins: [PAGE, "http://localhost:8080"] });
const FORM = { "content-type": "application/x-www-form-urlencoded" };

describe("the page that a form comes from", () => {
  test.each([
    ["an allowed origin", { origin: PAGE }, "accepted"],
    ["another allowed origin", { origin: "http://localhost:8080" }, "accepted"],
    ["no Origin and an allowed Referer", { referer: `${PAGE}/signup?x=1` }, "accepted"],
    ["neither", {}, "origin-not-allowed"],
    ["another site", { origin: "https://evil.example" }, "origin-not-allowed"],
    ["Origin null", { origin: "null" }, "origin-not-allowed"],
    ["Origin null and an allowed Referer", { origin: "null", referer: `${PAGE}/` }, "origin-not-allowed"],
    ["an empty Origin and an allowed Referer", { origin: "", referer: `${PAGE}/` }, "origin-not-allowed"],
    ["another Origin and an allowed Referer", { origin: "https://evil.example", referer: PAGE }, "origin-not-allowed"],
    ["a name that ends alike", { origin: "https://notwww.example.com" }, "origin-not-allowed"],
    ["a name that goes on", { origin: `${PAGE}.evil.example` }, "origin-not-allowed"],
    ["another port", { origin: `${PAGE}:8443` }, "origin-not-allowed"],
    ["another scheme", { origin: "http://www.example.com" }, "origin-not-allowed"],
    ["the origin twice", { origin: `${PAGE}, ${PAGE}` }, "origin-not-allowed"],
    [
      "a Referer with the origin as user name",
      { referer: "https://www.example.com@evil.example/" },
      "origin-not-allowed",
    ],
    ["a Referer that is no URL", { referer: "www.example.com" }, "origin-not-allowed"],
  ])("%s is judged rightly", async (_, headers, expected) => {
    expect(await outcome(request({ ...FORM, ...headers }, "a=1"), source, [])).toBe(expected);
  });

  test("is named in the refusal, cut to a length that a log can bear", async () => {
    const result = await verify(request({ origin: `https://${"a".repeat(5_000)}` }), source, contextOf([]));
    expect(result).toMatchObject({ ok: false, error: { origin: expect.stringMatching(/^https:\/\/a{252}$/) } });
  });
});

function multipart(boundary: string, parts: readonly string[]): Uint8Array<ArrayBuffer> {
  return bytes(`${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join("")}--${boundary}--\r\n`);
}

const NAME = 'Content-Disposition: form-data; name="name"\r\n\r\nŻaneta';
const FILE =
  'Content-Disposition: form-data; name="cv"; filename="cv.pdf"\r\nContent-Type: application/pdf\r\n\r\nabcde';

describe("the event of a form", () => {
  test("holds the fields, and repeated ones as arrays", async () => {
    const event = await eventOf(request(FORM, "name=A+B&tag=x&tag=y&mail=a%40b.example&empty="), source);
    expect(event.data).toEqual({ name: "A B", tag: ["x", "y"], mail: "a@b.example", empty: "" });
    expect(event.type).toBe("form.submitted");
  });

  test("takes its id and type from the hidden fields", async () => {
    const event = await eventOf(request(FORM, "event_id=e-1&form_type=signup&name=A"), source);
    expect(event).toMatchObject({ id: "e-1", dedupeKey: "e-1", type: "signup" });
  });

  test("without a hidden id is known by its data, whatever the multipart boundary", async () => {
    const at = (boundary: string) =>
      request({ "content-type": `multipart/form-data; boundary=${boundary}` }, multipart(boundary, [NAME, FILE]));
    const first = await eventOf(at("xyz1"), source);
    const again = await eventOf(at("abc2"), source);
    expect(again.dedupeKey).toBe(first.dedupeKey);
    expect(first.id).toMatch(/^[0-9a-f]{64}$/);
    expect(first.data).toEqual({ name: "Żaneta", cv: { filename: "cv.pdf", type: "application/pdf", size: 5 } });
  });

  test("with a hidden id that is blank or overlong is known by its data", async () => {
    expect((await eventOf(request(FORM, "event_id=+&a=1"), source)).id).toMatch(/^[0-9a-f]{64}$/);
    expect((await eventOf(request(FORM, `event_id=${"x".repeat(513)}`), source)).id).toMatch(/^[0-9a-f]{64}$/);
  });

  test("cannot be given a prototype by a field's name", async () => {
    const event = await eventOf(request(FORM, "__proto__=x&constructor=y&a=1"), source);
    expect(event.data).toEqual({ constructor: "y", a: "1" });
    expect(Object.getPrototypeOf(event.data)).toBe(Object.prototype);
  });

  test("keeps a question mark at the start of the first name", async () => {
    expect((await eventOf(request(FORM, "?a=1"), source)).data).toEqual({ "?a": "1" });
  });
});

describe("a form is refused", () => {
  test("with more fields than the limit, in either encoding", async () => {
    const field = (i: number) => `f${i}=1`;
    const fields = (count: number) => Array.from({ length: count }, (_, i) => field(i)).join("&");
    expect((await eventOf(request(FORM, fields(1_000)), source)).type).toBe("form.submitted");
    expect(await faultOf(request(FORM, fields(1_001)), source)).toMatchObject({ reason: "too-many-fields" });
    const part = 'Content-Disposition: form-data; name="a"\r\n\r\n1';
    const many = multipart(
      "b",
      Array.from({ length: 1_001 }, () => part),
    );
    const inbound = request({ "content-type": "multipart/form-data; boundary=b" }, many);
    expect(await faultOf(inbound, source)).toMatchObject({ reason: "too-many-fields", limit: 1_000 });
  });

  test.each([
    ["names no boundary", "multipart/form-data", multipart("b", [NAME])],
    ["names another boundary", "multipart/form-data; boundary=c", multipart("b", [NAME])],
    ["breaks off", "multipart/form-data; boundary=b", multipart("b", [NAME]).slice(0, 40)],
    ["is no multipart at all", "multipart/form-data; boundary=b", bytes("name=1")],
  ])("when its multipart body %s", async (_, type, body) => {
    expect(await faultOf(request({ "content-type": type }, body), source)).toMatchObject({
      reason: "malformed-multipart",
    });
  });

  test("when it is not UTF-8, empty, or JSON", async () => {
    expect(await faultOf(request(FORM, new Uint8Array([0x61, 0x3d, 0xff])), source)).toMatchObject({
      reason: "not-utf8",
    });
    expect(await faultOf(request(FORM), source)).toMatchObject({ reason: "empty-body" });
    expect(await faultOf(request({ "content-type": "application/json" }, "{}"), source)).toMatchObject({
      reason: "unsupported-content-type",
      accepted: ["application/x-www-form-urlencoded", "multipart/form-data"],
    });
  });
});

// The family token where it is not a header or a bearer token: Basic, query, form, body. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { eventOf, JSON_TYPE } from "../requests.ts";
import { configured, FORM_TYPE, failureOf, request, secretIndexOf, verdict } from "./family.ts";

const SECRET = "user:pass:Żaneta";
const basic = configured({ family: "token", at: "basic" });
const authorization = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("Basic", () => {
  test.each([
    ["right", authorization(SECRET), "accepted"],
    ["right, in lower case", authorization(SECRET).replace("Basic", "basic"), "accepted"],
    ["of another password", authorization("user:other"), "no-match"],
    ["of another user", authorization("other:pass:Żaneta"), "no-match"],
    ["without a password", authorization("user"), "no-match"],
    ["that is no base64", "Basic ***", "missing-token"],
    ["that is empty", "Basic ", "missing-token"],
    ["that is a bearer token", `Bearer ${SECRET.replace("Ż", "Z")}`, "missing-token"],
  ])("%s is judged rightly", async (_, value, expected) => {
    expect(await verdict(request({ authorization: value }), basic, { secrets: [SECRET] })).toBe(expected);
  });

  test("against a secret without a colon is our fault", async () => {
    const inbound = request({ authorization: authorization("user") });
    expect(await failureOf(inbound, basic, { secrets: ["user"] })).toMatchObject({ problem: "not-user-and-password" });
  });
});

describe("a token", () => {
  const given = { secrets: ["old", "tok_1"] };

  test("may stand in the query", async () => {
    const source = configured({ family: "token", at: "query:key" });
    const at = (url: string) => ({ ...request({}, "a"), url });
    expect(await verdict(at("https://b.example.com/in/s?key=tok_1"), source, given)).toBe("accepted");
    expect(await verdict(at("https://b.example.com/in/s?key=tok_2"), source, given)).toBe("no-match");
    expect(await verdict(at("https://b.example.com/in/s?Key=tok_1"), source, given)).toBe("missing-token");
    expect(await verdict(at("nonsense"), source, given)).toBe("missing-token");
  });

  test("may stand in a form", async () => {
    const source = configured({ family: "token", at: "form:token" });
    expect(await verdict(request(FORM_TYPE, "a=1&token=tok_1"), source, given)).toBe("accepted");
    expect(await verdict(request(FORM_TYPE, "a=1&token=tok_"), source, given)).toBe("no-match");
    expect(await verdict(request(FORM_TYPE, "a=1"), source, given)).toBe("missing-token");
    expect(await verdict(request({}, "token=tok_1"), source, given)).toBe("missing-token");
    const multipart = `--b\r\nContent-Disposition: form-data; name="token"\r\n\r\ntok_1\r\n--b--\r\n`;
    const type = { "content-type": "multipart/form-data; boundary=b" };
    expect(await verdict(request(type, multipart), source, given)).toBe("accepted");
    expect(await verdict(request(type, multipart.slice(0, 30)), source, given)).toBe("missing-token");
  });

  test("may stand in the body, and then does not become part of the event", async () => {
    const zoho = configured({ family: "token", at: "$.token" });
    const inbound = request(JSON_TYPE, '{"id":"1","token":"tok_1","ids":[1]}');
    expect(await verdict(inbound, zoho, given)).toBe("accepted");
    expect(await secretIndexOf(inbound, zoho, given)).toBe(1);
    expect(JSON.stringify(await eventOf(inbound, zoho))).not.toContain("tok_1");
    for (const body of ['{"token":"x"}', '{"token":1}']) {
      expect(await verdict(request(JSON_TYPE, body), zoho, given)).toBe("no-match");
    }
    for (const body of ["{}", '{"token":null}', '{"token":["tok_1"]}', "tok_1", '"tok_1"', ""]) {
      expect(await verdict(request(JSON_TYPE, body), zoho, given)).toBe("missing-token");
    }
  });

  test("may have text before it", async () => {
    const source = configured({ family: "token", at: "header:authorization", prefix: "Token " });
    expect(await verdict(request({ authorization: "Token tok_1" }), source, given)).toBe("accepted");
    expect(await verdict(request({ authorization: "tok_1" }), source, given)).toBe("missing-token");
    expect(await verdict(request({ authorization: "Token " }), source, given)).toBe("missing-token");
  });

  test("may stand in one of several places, of which the first that is there counts", async () => {
    const source = configured({ family: "token", at: ["bearer", "query:token"] });
    const url = "https://b.example.com/in/s?token=tok_1";
    expect(await verdict({ ...request({}), url }, source, given)).toBe("accepted");
    expect(await verdict(request({ authorization: "Bearer tok_1" }), source, given)).toBe("accepted");
    expect(await verdict({ ...request({ authorization: "Bearer x" }), url }, source, given)).toBe("no-match");
  });
});

describe("a form's honeypot", () => {
  const source = configured(
    { family: "browser-form", honeypot: "website" },
    { allowOrigins: ["https://www.example.com"], body: { accept: ["form", "multipart"] } },
  );
  const page = { ...FORM_TYPE, origin: "https://www.example.com" };

  test.each([
    ["left out", "name=a", "accepted"],
    ["empty", "name=a&website=", "accepted"],
    ["filled in", "name=a&website=x", "honeypot-filled"],
    ["filled in with a space", "name=a&website=+", "honeypot-filled"],
    ["empty and filled in", "website=&website=x", "honeypot-filled"],
  ])("%s is judged rightly", async (_, body, expected) => {
    expect(await verdict(request(page, body), source, {})).toBe(expected);
  });

  test("does not help a form of another site", async () => {
    const inbound = request({ ...FORM_TYPE, origin: "https://evil.example" }, "name=a");
    expect(await verdict(inbound, source, {})).toBe("origin-not-allowed");
  });
});

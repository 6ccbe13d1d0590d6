// Bodies in the runtime that reads them in earnest: what differs between Node and workerd is the platform's own
// multipart parser, its JSON and its decoders, and which build of the XML parser is bundled.
import { describe, expect, test } from "vitest";
import { compilePath } from "../../src/core/path.ts";
import { parseMultipart } from "../../src/sources/body/form-body.ts";
import { decodeUtf8, parseJson } from "../../src/sources/body/json-body.ts";
import { redacted } from "../../src/sources/body/redact.ts";
import { parseXmlText } from "../../src/sources/body/xml-body.ts";

const bytes = (text: string) => new Uint8Array(new TextEncoder().encode(text));
const MULTIPART = "multipart/form-data; boundary=b";
const part = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

describe("in workerd", () => {
  test("XML becomes JSON", () => {
    const xml = '<s:Envelope xmlns:s="u"><s:Body a="1"><i>1</i><i>ą&amp;</i><n xsi:nil="true"/></s:Body></s:Envelope>';
    expect(parseXmlText(xml)).toEqual({
      ok: true,
      value: { Envelope: { Body: { "@a": "1", i: ["1", "ą&"], n: null } } },
    });
  });

  test.each([
    ["a DOCTYPE", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', { reason: "doctype" }],
    ["a hundred thousand levels", "<a>".repeat(100_000), { reason: "too-deep" }],
    ["a broken document", "<a>\n&b;</a>", { reason: "malformed-xml", line: 2 }],
  ])("%s is a fault", (_, xml, error) => {
    expect(parseXmlText(xml)).toMatchObject({ ok: false, error });
  });

  test("numbers keep their digits", () => {
    expect(parseJson('{"id":890612572568261600,"n":[1,-9007199254740993,1e999,1.5]}')).toEqual({
      ok: true,
      value: { id: "890612572568261600", n: [1, "-9007199254740993", "1e999", 1.5] },
    });
  });

  test("only UTF-8 is text, without its byte order mark", () => {
    expect(decodeUtf8(bytes("\uFEFFa"))).toBe("a");
    expect(decodeUtf8(new Uint8Array([0xc3, 0x28]))).toBeNull();
  });

  test("multipart names its files, and says when it is broken or has too many parts", async () => {
    const file =
      '--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nxyz\r\n';
    expect(await parseMultipart(bytes(`${part("a", "1")}${part("a", "2")}${file}--b--\r\n`), MULTIPART)).toEqual({
      ok: true,
      value: { a: ["1", "2"], f: { filename: "a.txt", type: "text/plain", size: 3 } },
    });
    expect(await parseMultipart(bytes(part("a", "1").slice(0, 30)), MULTIPART)).toMatchObject({
      error: { reason: "malformed-multipart" },
    });
    expect(await parseMultipart(bytes(`${part("a", "1").repeat(50_000)}--b--`), MULTIPART)).toMatchObject({
      error: { reason: "too-many-fields" },
    });
  });

  test("what is redacted is gone", () => {
    const root = { token: "s", items: [{ token: "s", a: 1 }] };
    const { root: rest } = redacted({ root, fields: null }, ["$.token", "$.items[*].token"].map(compilePath));
    expect(rest).toEqual({ items: [{ a: 1 }] });
  });
});

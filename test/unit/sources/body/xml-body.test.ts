// XML and SOAP to JSON, and what is refused before the parser sees it. Pure.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_XML_CHARS, parseXmlText } from "../../../../src/sources/body/xml-body.ts";
import { MAX_XML_DEPTH, MAX_XML_PARTS } from "../../../../src/sources/body/xml-limits.ts";
import { eventOf, faultOf, request, sourceOf } from "../requests.ts";

function json(xml: string) {
  const result = parseXmlText(xml);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function reason(xml: string): string {
  const result = parseXmlText(xml);
  return result.ok ? "accepted" : result.error.reason;
}

describe("an element becomes", () => {
  test.each([
    ["its text when it has nothing else", "<a>x</a>", { a: "x" }],
    ["its text as it is, with its space", "<a> x\n</a>", { a: " x\n" }],
    ["empty text when it is empty", "<a/>", { a: "" }],
    ["an object of its children", "<a><b>1</b><c>2</c></a>", { a: { b: "1", c: "2" } }],
    ["an object without the space between its children", "<a>\n  <b>1</b>\n</a>", { a: { b: "1" } }],
    ["an array where a name repeats, in order", "<a><b>1</b><c/><b>2</b></a>", { a: { b: ["1", "2"], c: "" } }],
    ["an object with attributes and text", '<a id="7">x</a>', { a: { "@id": "7", "#text": "x" } }],
    ["an object with attributes alone", '<a id="7"/>', { a: { "@id": "7" } }],
    ["an object with the text beside its children", "<a>x<b/>y</a>", { a: { b: "", "#text": "xy" } }],
    ["its name without the prefix", '<s:a xmlns:s="u" xmlns="v"><s:b>1</s:b></s:a>', { a: { b: "1" } }],
    ["attributes without prefix", '<a xsi:type="sf:Account"/>', { a: { "@type": "sf:Account" } }],
    ["one array where only prefixes differ", "<a><x:b>1</x:b><y:b>2</y:b></a>", { a: { b: ["1", "2"] } }],
    [
      "null when xsi:nil says so",
      '<a><b xsi:nil="true"/><c nil="true"/></a>',
      { a: { b: null, c: { "@nil": "true" } } },
    ],
    ["text of CDATA, references and entities", "<a><![CDATA[<b>&]]>&amp;&#x105;&lt;</a>", { a: "<b>&&ą<" }],
    ["nothing of comments and instructions", "<?x y?><a><!-- no --><?p i?>t</a>", { a: "t" }],
    ["nothing of __proto__", "<a><__proto__>2</__proto__><b/></a>", { a: { b: "" } }],
    ["itself behind a declaration", '<?xml version="1.0" encoding="UTF-8"?>\r\n<a>x\r\ny\rz</a>', { a: "x\ny\nz" }],
  ])("%s", (_, xml, expected) => {
    expect(json(xml)).toEqual(expected);
  });

  test("numbers and words as text, with all their digits", () => {
    expect(json("<a><b>890612572568261600</b><c>007</c><d>true</d></a>")).toEqual({
      a: { b: "890612572568261600", c: "007", d: "true" },
    });
  });
});

describe("what is refused", () => {
  const BILLION = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from(
    { length: 9 },
    (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i === 0 ? "" : i};`.repeat(10)}">`,
  ).join("")}]><lolz>&lol9;</lolz>`;

  test.each([
    ["a billion laughs", BILLION, "doctype"],
    ["any DOCTYPE", "<!DOCTYPE a><a/>", "doctype"],
    ["a DOCTYPE with an outside entity", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "doctype"],
    ["a DOCTYPE in lower case", "<!doctype a><a/>", "malformed-xml"],
    ["an entity that is not defined", "<a>&nbsp;</a>", "malformed-xml"],
    ["a hundred thousand levels", "<a>".repeat(100_000), "too-deep"],
    ["that many levels, well formed", `${"<a>".repeat(100_000)}${"</a>".repeat(100_000)}`, "too-deep"],
    ["more elements than the limit", `<a>${"<b/>".repeat(MAX_XML_PARTS)}</a>`, "too-many-elements"],
    [
      "more attributes",
      `<a ${Array.from({ length: MAX_XML_PARTS }, (_, i) => `a${i}=""`).join(" ")}/>`,
      "too-many-elements",
    ],
    ["more comments", `<a>${"<!---->".repeat(MAX_XML_PARTS)}</a>`, "too-many-elements"],
    ["more text than the limit", `<a>${"x".repeat(MAX_XML_CHARS)}</a>`, "xml-too-long"],
    ["an element that is not closed", "<a><b></a>", "malformed-xml"],
    ["two roots", "<a/><b/>", "malformed-xml"],
    ["text alone", "hello", "malformed-xml"],
    ["a broken tag", "<a", "malformed-xml"],
    ["an attribute twice", '<a b="1" b="2"/>', "malformed-xml"],
    ["an attribute without quotes", "<a b=1/>", "malformed-xml"],
    ["a control character", "<a>\u0001</a>", "malformed-xml"],
    ["a reference to one", "<a>&#0;</a>", "malformed-xml"],
    ["JSON", '{"a":1}', "malformed-xml"],
  ])("%s", (_, xml, expected) => {
    expect(reason(xml)).toBe(expected);
  });

  test.each([
    ["the deepest that is read", `${"<a>".repeat(MAX_XML_DEPTH)}${"</a>".repeat(MAX_XML_DEPTH)}`],
    ["siblings, which are not depth", `<a>${"<b></b>".repeat(200)}</a>`],
    ["empty elements, which are not depth", `<a>${'<b c="/"/>'.repeat(200)}</a>`],
    [
      "tags inside CDATA, comments and values",
      `<a b="${"&lt;".repeat(9)}>>>"><![CDATA[${"<x>".repeat(99)}]]><!-- ${"<x>".repeat(99)} --></a>`,
    ],
    ["a line end of every kind, many of them", `<a>${"\r".repeat(500_000)}</a>`],
  ])("but not %s", (_, xml) => {
    expect(reason(xml)).toBe("accepted");
  });

  test("and one level more than the deepest is too deep", () => {
    expect(reason(`${"<a>".repeat(MAX_XML_DEPTH + 1)}${"</a>".repeat(MAX_XML_DEPTH + 1)}`)).toBe("too-deep");
    expect(reason(`${"<a>".repeat(MAX_XML_DEPTH)}<a/>${"</a>".repeat(MAX_XML_DEPTH)}`)).toBe("too-deep");
  });

  test("says where, and quotes nothing", () => {
    const result = parseXmlText("<a>\n  <secret>Jane</b>\n</a>");
    expect(result).toMatchObject({ ok: false, error: { reason: "malformed-xml", line: 2 } });
    expect(JSON.stringify(result)).not.toMatch(/Jane|secret/);
  });
});

describe("for any text", () => {
  const pieces = fc.constantFrom(
    ..."<>/&;='\" \n\r?![]-:ab",
    "<a>",
    "</a>",
    "<a/>",
    "<b c='1'>",
    "</b>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x",
    "?>",
    "&amp;",
    "&#65;",
    "<!DOCTYPE",
    "😀",
  );

  test("it gives JSON or a fault", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        for (const text of [parts.join(""), `<a>${parts.join("")}</a>`]) {
          const result = parseXmlText(text);
          if (result.ok) expect(JSON.parse(JSON.stringify(result.value))).toEqual(result.value);
          else expect(result.error.message).not.toBe("");
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test("no depth gets past the limit, whatever stands around it", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), fc.array(pieces, { maxLength: 8 }), (before, between) => {
        const deep = `<r>${before.join("")}${`<a>${between.join("")}`.repeat(5_000)}`;
        expect(reason(deep)).not.toBe("accepted");
      }),
      { numRuns: 200 },
    );
  });
});

describe("a source that accepts xml", () => {
  const source = sourceOf({ verify: { family: "none" }, body: { accept: ["xml"] }, event: { id: "$.o.@id" } });

  test.each([
    "application/xml",
    "text/xml; charset=utf-8",
    "application/soap+xml; action=x",
    "application/vnd.x.v1+xml",
  ])("reads %s", async (type) => {
    const event = await eventOf(request({ "content-type": type }, '\uFEFF<n:o id="i-1"><v>1</v></n:o>'), source);
    expect(event).toMatchObject({ id: "i-1", data: { o: { "@id": "i-1", v: "1" } } });
  });

  test("refuses what is not UTF-8, empty or of another kind", async () => {
    const type = { "content-type": "text/xml" };
    expect(await faultOf(request(type, new Uint8Array([0x3c, 0x61, 0xff])), source)).toMatchObject({
      reason: "not-utf8",
    });
    expect(await faultOf(request(type, " \n"), source)).toMatchObject({ reason: "empty-body" });
    const fault = await faultOf(request({ "content-type": "application/json" }, "{}"), source);
    expect(fault).toMatchObject({ reason: "unsupported-content-type", accepted: ["application/xml"] });
  });
});

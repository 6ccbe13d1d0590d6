// From XML to JSON, the same way for every sender. Pure; recursive, and so only for documents whose depth is checked.
//
//   <n:order id="7"><item>a</item><item>b</item><note/></n:order>   {"order": {"@id": "7", "item": ["a", "b"], "note": ""}}
//
// - An element becomes an object; without attributes and child elements it is its text, "" when it has none.
// - Attributes are "@name"; text beside attributes or child elements is "#text", there without the space around it.
// - What stands several times under one name becomes an array, in order. What stands once does not, even in a list.
// - Prefixes of names are dropped, and so are the declarations of namespaces; xsi:type is "@type".
// - xsi:nil="true" makes an empty element null. Everything else is text: XML has no numbers.
// - Comments, processing instructions, and the order among elements of different names are not kept.
import { type XmlDocument, XmlElement, XmlText } from "@rgrove/parse-xml";
import type { Json, JsonObject } from "../../core/json.ts";

const NIL = /^[^:]+:nil$/;

export function documentToJson(document: XmlDocument): JsonObject {
  return collect(document.children.filter(isElement).map((root) => [localName(root.name), elementToJson(root)]));
}

function elementToJson({ attributes, children }: XmlElement): Json {
  const elements = children.filter(isElement);
  const text = children.map((child) => (child instanceof XmlText ? child.text : "")).join("");
  const own = Object.entries(attributes).filter(([name]) => name !== "xmlns" && !name.startsWith("xmlns:"));
  if (elements.length === 0 && text.trim() === "" && own.some(isNil)) return null;
  if (elements.length === 0 && own.length === 0) return text;
  const fields: (readonly [string, Json])[] = own.map(([name, value]) => [`@${localName(name)}`, value]);
  for (const child of elements) fields.push([localName(child.name), elementToJson(child)]);
  if (text.trim() !== "") fields.push(["#text", text.trim()]);
  return collect(fields);
}

function isNil([name, value]: readonly [string, string]): boolean {
  return NIL.test(name) && (value === "true" || value === "1");
}

function isElement(node: unknown): node is XmlElement {
  return node instanceof XmlElement;
}

/** A name that ends in its colon has no local part, and stays as it is. */
function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1) || name;
}

/** Through a Map, so that no name can reach a prototype; `__proto__` itself is left out, as it is in JSON. */
function collect(fields: readonly (readonly [string, Json])[]): JsonObject {
  const values = new Map<string, [Json, ...Json[]]>();
  for (const [name, value] of fields) {
    const earlier = values.get(name);
    if (earlier === undefined) values.set(name, [value]);
    else earlier.push(value);
  }
  values.delete("__proto__");
  return Object.fromEntries(Array.from(values, ([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

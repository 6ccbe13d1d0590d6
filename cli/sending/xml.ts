// From JSON to XML, the way back of what src/sources/body/xml-json.ts reads: members are elements, @name an attribute, #text the text, a list
// the same element several times. Pure.

export function xmlOf(document: object): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${membersOf(document)}`;
}

function membersOf(value: object): string {
  return Object.entries(value)
    .filter(([name]) => !name.startsWith("@"))
    .map(([name, member]) => (name === "#text" ? escaped(String(member)) : elementsOf(name, member)))
    .join("");
}

function elementsOf(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => elementsOf(name, each)).join("");
  if (typeof value !== "object" || value === null) return `<${name}>${escaped(String(value ?? ""))}</${name}>`;
  const attributes = Object.entries(value).filter(([key]) => key.startsWith("@"));
  const written = attributes.map(([key, text]) => ` ${key.slice(1)}="${escaped(String(text))}"`).join("");
  return `<${name}${written}>${membersOf(value)}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

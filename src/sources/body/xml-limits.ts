// One look over an XML text before it is parsed, because the parser is recursive, keeps every element, and is not told
// a limit. Pure, iterative. It is exact for well-formed XML; in a broken text it may count wrong, but only behind the
// place at which the parser stops.
import type { BodyFault } from "./body-fault.ts";

/** As for JSON. */
export const MAX_XML_DEPTH = 64;
/** Elements, attributes, comments and the like. A hundred Salesforce notifications of four hundred fields stay below. */
export const MAX_XML_PARTS = 50_000;

const TAG_DELIMITER = /[>"']/g;

/** A tag, comment, CDATA section or processing instruction. */
interface Markup {
  /** Behind its last character. */
  readonly end: number;
  readonly attributes: number;
}

/** Gives null for a text that may be parsed. */
export function checkXmlLimits(text: string): BodyFault | null {
  let depth = 0;
  let parts = 0;
  for (let at = text.indexOf("<"); at !== -1; at = text.indexOf("<", at)) {
    if (text.startsWith("<!DOCTYPE", at)) return doctype();
    const isTag = text[at + 1] !== "!" && text[at + 1] !== "?";
    const markup = isTag ? readTag(text, at) : readOther(text, at);
    // The text ends too early, or is not XML: the parser says where.
    if (markup === null) return null;
    const isEndTag = text[at + 1] === "/";
    if (!isEndTag) parts += 1 + markup.attributes;
    if (parts > MAX_XML_PARTS) return tooMany();
    if (isEndTag) {
      depth -= 1;
    } else if (isTag) {
      if (depth === MAX_XML_DEPTH) return tooDeep();
      if (text[markup.end - 2] !== "/") depth += 1;
    }
    at = markup.end;
  }
  return null;
}

function readOther(text: string, at: number): Markup | null {
  if (text.startsWith("<!--", at)) return upTo(text, "-->", at + "<!--".length);
  if (text.startsWith("<![CDATA[", at)) return upTo(text, "]]>", at + "<![CDATA[".length);
  return text.startsWith("<?", at) ? upTo(text, "?>", at + "<?".length) : null;
}

/** The values of attributes are quoted, and may hold '>'. */
function readTag(text: string, at: number): Markup | null {
  let attributes = 0;
  TAG_DELIMITER.lastIndex = at;
  for (let found = TAG_DELIMITER.exec(text); found !== null; found = TAG_DELIMITER.exec(text)) {
    if (found[0] === ">") return { end: TAG_DELIMITER.lastIndex, attributes };
    const close = text.indexOf(found[0], TAG_DELIMITER.lastIndex);
    if (close === -1) return null;
    TAG_DELIMITER.lastIndex = close + 1;
    attributes += 1;
  }
  return null;
}

function upTo(text: string, mark: string, from: number): Markup | null {
  const at = text.indexOf(mark, from);
  return at === -1 ? null : { end: at + mark.length, attributes: 0 };
}

function doctype(): BodyFault {
  const message = "The XML has a DOCTYPE. None is read, because it can define entities: send the document without it.";
  return { reason: "doctype", message };
}

function tooDeep(): BodyFault {
  const message = `The XML is nested more than ${MAX_XML_DEPTH} levels deep.`;
  return { reason: "too-deep", limit: MAX_XML_DEPTH, message };
}

function tooMany(): BodyFault {
  const message = `The XML has more than ${MAX_XML_PARTS} elements, attributes and comments.`;
  return { reason: "too-many-elements", limit: MAX_XML_PARTS, message };
}

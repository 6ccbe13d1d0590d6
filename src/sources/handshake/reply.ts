// Makes the answer to a handshake out of its template. Web Crypto only, no I/O. What the sender wrote is given back as
// plain text or inside JSON, bounded and without control characters (see `asked.ts`), never as anything else.
import type { Scheme } from "../families/scheme.ts";
import { type Asked, textAt } from "./asked.ts";
import type { AnswerPlan, Template, TemplatePart } from "./plan.ts";
import { publicKeyIn, signChallenge } from "./sign.ts";

export interface HandshakeReply {
  readonly status: number;
  readonly type: AnswerPlan["type"];
  /** null for an empty body */
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** With what a challenge is signed. */
export interface Signer {
  readonly scheme: Scheme;
  /** null where the source has none */
  readonly secret: string | null;
}

/** What may stand in a header: printable ASCII. */
const HEADER_SAFE = /^[ -~]*$/;

/** Gives null where there is nothing fit to answer with: no usable secret, or text that no header can hold. */
export async function makeReply(plan: AnswerPlan, asked: Asked, signer: Signer): Promise<HandshakeReply | null> {
  const body = await render(plan.body, asked, signer, plan.type === "application/json" ? insideJson : asItIs);
  if (body === null) return null;
  const headers: [string, string][] = [];
  for (const [name, template] of plan.headers) {
    const text = await render(template, asked, signer, asItIs);
    if (text === null || !HEADER_SAFE.test(text)) return null;
    headers.push([name, text]);
  }
  return {
    status: plan.status,
    type: plan.type,
    body: body === "" ? null : body,
    headers: Object.fromEntries(headers),
  };
}

async function render(
  template: Template,
  asked: Asked,
  signer: Signer,
  written: (text: string) => string,
): Promise<string | null> {
  let whole = "";
  for (const part of template) {
    const text = await textOf(part, asked, signer);
    if (text === null) return null;
    // The body, which stands alone, is the JSON that it is answered as.
    whole += part.kind === "literal" || part.kind === "body" ? text : written(text);
  }
  return whole;
}

async function textOf(part: TemplatePart, asked: Asked, { scheme, secret }: Signer): Promise<string | null> {
  switch (part.kind) {
    case "literal":
      return part.text;
    case "body":
      return asked.body;
    case "place":
      return textAt(part.place, asked);
    case "hmac": {
      const text = textAt(part.place, asked);
      return text === null || secret === null ? null : signChallenge(scheme, secret, text, part.encoding);
    }
    case "public-key":
      return secret === null ? null : publicKeyIn(scheme, secret);
  }
}

function asItIs(text: string): string {
  return text;
}

/** The text as it stands between the quotes of a JSON string. */
function insideJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

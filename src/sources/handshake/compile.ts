// Compiles the handshakes of a source, and finds what the schema cannot: handshakes that would swallow events, answer
// broken JSON, or sign whatever a stranger asks for. Pure; each fault names its place and what to write instead.
import type { Handshake } from "../../core/source.ts";
import { compilePlace, describePlace, type Place } from "../families/place.ts";
import type { Scheme } from "../families/scheme.ts";
import type { Condition, Demand, HandshakePlan, Template } from "./plan.ts";
import { canSign } from "./sign.ts";
import { compileTemplate } from "./template.ts";

export interface HandshakeFault {
  readonly reason: "bad-handshake";
  /** Starts at the source's own configuration. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const NO_CONTENT = 204;

export function compileHandshake({ when, verified, capture, answer = {} }: Handshake): HandshakePlan {
  const body = compileTemplate(answer.body ?? "");
  const headers = Object.entries(answer.headers ?? {}).map(
    ([name, template]) => [name.toLowerCase(), compileTemplate(template)] as const,
  );
  const captured = capture === undefined ? null : compilePlace(capture);
  // What is given back or kept must be there, whether or not it was said so.
  const used = [captured, ...[body, ...headers.map(([, template]) => template)].flatMap(placesOf)];
  return {
    method: when.method ?? "POST",
    conditions: [
      ...(when.match ?? []).map(
        ({ from, equals, is }): Condition => ({ from: compilePlace(from), must: demand(equals, is) }),
      ),
      ...used.flatMap((from): Condition[] => (from === null ? [] : [{ from, must: { kind: "given" } }])),
    ],
    verified,
    capture: captured,
    answer: { status: answer.status ?? 200, type: answer.type ?? "text/plain", body, headers },
    signs: [body, ...headers.map(([, template]) => template)].some(needsSecret),
  };
}

function needsSecret(template: Template): boolean {
  return template.some(({ kind }) => kind === "hmac" || kind === "public-key");
}

function demand(equals: string | undefined, is: Exclude<Demand["kind"], "equals"> | undefined): Demand {
  return equals === undefined ? { kind: is ?? "given" } : { kind: "equals", text: equals };
}

function placesOf(template: Template): Place[] {
  return template.flatMap((part) => (part.kind === "place" || part.kind === "hmac" ? [part.place] : []));
}

/** @param secrets how many secrets the handshakes may compare with */
export function checkHandshakes(
  handshakes: readonly Handshake[],
  scheme: Scheme,
  secrets: number,
): readonly HandshakeFault[] {
  return [
    ...secretFaults(handshakes, secrets),
    ...handshakes.flatMap((handshake, i) =>
      messagesOf(handshake, scheme).map(([path, message]) => fault(["handshake", i, ...path], message)),
    ),
  ];
}

function fault(path: HandshakeFault["path"], message: string): HandshakeFault {
  return { reason: "bad-handshake", path, message };
}

function secretFaults(handshakes: readonly Handshake[], secrets: number): readonly HandshakeFault[] {
  const compares = handshakes.some(({ when }) => when.match?.some(({ is }) => is === "secret") ?? false);
  if (compares === secrets > 0) return [];
  const message = compares
    ? "List the name of the Worker secret that the sender's handshake shows, such as MY_VERIFY_TOKEN."
    : "No handshake of this source shows a secret. Remove 'handshakeSecrets'.";
  return [fault(["handshakeSecrets"], message)];
}

type Message = readonly [path: readonly (string | number)[], message: string];

function messagesOf(handshake: Handshake, scheme: Scheme): readonly Message[] {
  const match = handshake.when.match ?? [];
  const plan = compileHandshake(handshake);
  const messages: Message[] = [];
  if (plan.method === "POST" && !plan.conditions.some(({ must }) => must.kind !== "absent")) {
    messages.push([["when", "match"], "A POST may be an event: say what tells this handshake from one."]);
  }
  for (const [at, { equals, is }] of match.entries()) {
    if (equals === undefined || is === undefined) continue;
    messages.push([["when", "match", at], "Say either 'equals' or 'is'."]);
  }
  if (plan.answer.status === NO_CONTENT && plan.answer.body.length > 0) {
    messages.push([["answer", "status"], "204 has no body: write 200, or leave out 'body'."]);
  }
  return [...messages, ...bodyMessages(plan), ...headerMessages(handshake), ...signingMessages(plan, scheme)];
}

const echoes = (template: Template): boolean => template.some(({ kind }) => kind === "body");

function headerMessages({ answer }: Handshake): readonly Message[] {
  return Object.entries(answer?.headers ?? {}).flatMap(([name, template]): Message[] =>
    echoes(compileTemplate(template)) ? [[["answer", "headers", name], "A header cannot hold the body."]] : [],
  );
}

function bodyMessages({ method, answer: { type, body } }: HandshakePlan): readonly Message[] {
  const messages: Message[] = [];
  if (echoes(body) && (body.length > 1 || method !== "POST")) {
    messages.push([["answer", "body"], "{body} stands alone, and only a POST has one."]);
  }
  if (type === "application/json" && body.length > 0 && !echoes(body) && !isJson(body)) {
    messages.push([["answer", "body"], 'This does not give JSON. Placeholders stand inside quotes: {"a": "{$.a}"}.']);
  }
  return messages;
}

function isJson(template: Template): boolean {
  try {
    JSON.parse(template.map((part) => (part.kind === "literal" ? part.text : "x")).join(""));
    return true;
  } catch {
    return false;
  }
}

/**
 * To sign whatever anyone asks for would be to sign forged events. Only where the sender's events can never be of the form
 * that is signed is it safe: Braintree's are Base64 of XML, and its own library asks for hexadecimal digits.
 */
function signingMessages(plan: HandshakePlan, scheme: Scheme): readonly Message[] {
  const templates = [plan.answer.body, ...plan.answer.headers.map(([, template]) => template)];
  const signed = templates.flatMap((template) =>
    template.flatMap((part) => (part.kind === "hmac" ? [part.place] : [])),
  );
  if (signed.length === 0) return [];
  if (!canSign(scheme)) {
    return [[["answer"], "A challenge is signed as events are: only with the families hmac and braintree."]];
  }
  const isHex = (place: Place) =>
    plan.conditions.some(({ from, must }) => must.kind === "hex" && describePlace(from) === describePlace(place));
  if (plan.verified || (scheme.family === "braintree" && signed.every(isHex))) return [];
  const message =
    "Anyone could have an event signed by this: write verified: true. For Braintree, demand that it is hex.";
  return [[["answer"], message]];
}

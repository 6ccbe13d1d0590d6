// The configuration of where the parts of an event stand. Pure data. How the body is read is in `body.ts`.
import * as z from "zod";
import { MAX_SELECTOR_CHARS, TimeUnit } from "./fields.ts";

/** Each alternative of a selector is tried in turn for every event. */
const MAX_ALTERNATIVES = 8;
const MAX_JOINED_PARTS = 8;

const Path = z
  .string()
  .max(MAX_SELECTOR_CHARS)
  .regex(/^\$(?:\.[^.[\]]+|\[\d{1,4}\])*$/, "must be a path, such as $.data.items[0]")
  .describe("A path into the item, such as $.data.items[0]; $ is all of it. Without body.split the body is the item.");

export const Selector = z
  .string()
  .max(MAX_SELECTOR_CHARS)
  .regex(
    /^(?:header:[A-Za-z0-9_-]+|query:\S+|form:.+|const:.+|(?:root:)?\$(?:\.[^.[\]]+|\[\d{1,4}\])*|sha256\((?:body|item|data)\))$/,
    "must be $.a.b[0], root:$.a, header:x-name, query:name, form:field, sha256(item), sha256(body), sha256(data) or const:text",
  )
  .describe(
    "$.a.b[0] in the item (without body.split the body is the item), root:$.a in the whole body, header:x-name, " +
      "query:name of the request's URL, form:field, sha256(item), sha256(body), sha256(data) or const:text.",
  );

const Alternatives = z
  .union([Selector, z.array(Selector).min(1).max(MAX_ALTERNATIVES)])
  .describe("One selector, or several of which the first that gives something is used.");

const KeyJoin = z
  .strictObject({
    join: z
      .array(Selector)
      .min(1)
      .max(MAX_JOINED_PARTS)
      .describe("The parts. Each must give something; otherwise all of it gives nothing."),
    with: z.string().max(5).default(":").describe("The text between the parts."),
  })
  .describe("Parts joined into one text, for events that no single field tells apart.");

const Keys = z
  .union([
    Selector,
    KeyJoin,
    z
      .array(z.union([Selector, KeyJoin]))
      .min(1)
      .max(MAX_ALTERNATIVES),
  ])
  .describe("A selector, parts joined, or several alternatives of which the first that gives something is used.");

const TypeJoin = z
  .strictObject({
    join: z
      .array(Selector)
      .min(1)
      .max(MAX_JOINED_PARTS)
      .describe("The parts of the type. The first must give something; the others are left out when they do not."),
    with: z.string().max(5).default(".").describe("The text between the parts."),
  })
  .describe("Parts joined, such as pull_request.opened.");

const TypeSelector = z
  .union([
    Selector,
    TypeJoin,
    z
      .array(z.union([Selector, TypeJoin]))
      .min(1)
      .max(MAX_ALTERNATIVES),
  ])
  .describe("The event's type: a selector, parts joined such as pull_request.opened, or several alternatives.");

export const EventSelectors = z
  .strictObject({
    id: Keys.optional().describe("The sender's own id of the event."),
    type: TypeSelector.optional(),
    subject: Keys.optional().describe("What the event is about, such as the id of an order."),
    time: z
      .strictObject({ from: Alternatives, unit: TimeUnit })
      .optional()
      .describe("When it happened. Left out or unreadable: when the request arrived."),
    data: z
      .union([Path, z.array(Path).min(1).max(MAX_ALTERNATIVES)])
      .optional()
      .describe("The part of the item that expressions see as 'data'. Left out: all of it."),
    dedupeKey: Keys.optional().describe(
      "What makes two deliveries the same. Left out: the id if it is signed, else a hash of the body or the item.",
    ),
  })
  .describe("Where the parts of an event stand in the request.");
export type EventSelectors = z.infer<typeof EventSelectors>;

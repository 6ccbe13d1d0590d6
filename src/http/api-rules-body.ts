// The bodies of requests to try rules: what is to be tried, and with which configuration. Decides nothing.
import type { Context } from "hono";
import * as z from "zod";
import type { BacktestCursor } from "../bridge/backtest.ts";
import { readDocument } from "../bridge/read-document.ts";
import type { Trial } from "../bridge/try-rules.ts";
import type { InboundRequest } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { HttpEnv } from "./context.ts";
import { readInboundBody } from "./inbound-body.ts";
import { badRequest, bodyTooLarge, type Problem } from "./problem.ts";

/** A configuration of 10,000 rules (about 6 MB), and an event. */
const MAX_BYTES = 8 * 1024 * 1024;

const DEFAULT_EVENTS = 1_000;
const MAX_EVENTS = 2_000;

const Time = z.iso.datetime({ offset: true, error: 'expected a time such as "2026-11-23T12:00:00Z"' });
/** What it must be is told by those who read it. */
const AnyJson = z
  .custom<Json>((value) => value !== undefined, "is missing")
  .meta({ override: { description: "Any JSON." } });
const HeaderFields = z.record(z.string(), z.string());

const EventBody = z.strictObject({
  source: z.string().min(1),
  type: z.string().min(1),
  id: z.string().min(1).default("test-event"),
  subject: z.string().min(1).optional(),
  time: Time.optional(),
  data: AnyJson,
  headers: HeaderFields.default({}),
});

const RequestBody = z
  .strictObject({
    source: z.string().min(1),
    method: z.string().default("POST"),
    headers: HeaderFields,
    body: z.string().optional(),
    bodyBase64: z.base64().optional(),
    url: z.url().optional(),
    receivedAt: Time.optional(),
    verify: z.boolean().default(true),
  })
  .refine(({ body, bodyBase64 }) => (body === undefined) !== (bodyBase64 === undefined), {
    error: "has either body or bodyBase64: the raw bytes, exactly as they were signed",
  });

const RevisionNumber = z.int().min(0);

export const TestBody = z
  .strictObject({
    event: EventBody.optional(),
    request: RequestBody.optional(),
    execution: z.string().min(1).optional(),
    config: AnyJson.optional(),
    revision: z.union([z.literal("then"), RevisionNumber]).optional(),
  })
  .refine(
    ({ event, request, execution }) => [event, request, execution].filter((each) => each !== undefined).length === 1,
    {
      error: "has one of event, request and execution",
    },
  )
  .refine(({ config, revision }) => config === undefined || revision === undefined, {
    error: "has either config or revision",
  })
  .refine(({ execution, revision }) => revision !== "then" || execution !== undefined, {
    error: 'the revision "then" is that of a recorded execution',
  });

export const BacktestBody = z
  .strictObject({
    config: AnyJson.optional(),
    revision: RevisionNumber.optional(),
    limit: z.int().min(1).max(MAX_EVENTS).default(DEFAULT_EVENTS),
    source: z.string().min(1).optional(),
    since: Time.optional(),
    cursor: z
      .string()
      .regex(/^\d{1,15}\.\d{1,4}$/, "expected the value of next, as the answer before gave it")
      .optional(),
  })
  .refine(({ config, revision }) => (config === undefined) !== (revision === undefined), {
    error: "has either config or revision: what the configuration in force is compared with",
  });

/** The configuration to try: a document, a revision, the one by which an execution was decided, or the one in force. */
export type Configuration =
  | { readonly kind: "document"; readonly document: Json }
  | { readonly kind: "revision"; readonly revision: number }
  | { readonly kind: "then"; readonly execution: string }
  | { readonly kind: "in-force" };

export interface TestRequest {
  readonly trial: Trial;
  readonly configuration: Configuration;
}

export interface BacktestRequest {
  readonly configuration: Configuration;
  readonly limit: number;
  readonly source?: string;
  readonly sinceAt?: number;
  readonly cursor?: BacktestCursor;
}

export async function readTest(c: Context<HttpEnv>, now: number): Promise<Result<TestRequest, Problem>> {
  const body = await readBody(c, TestBody);
  if (!body.ok) return body;
  const { event, request, execution = "", config, revision } = body.value;
  const configuration: Configuration =
    revision === "then" ? { kind: "then", execution } : configurationOf({ config, revision });
  if (event) return ok({ configuration, trial: { kind: "event", event: eventOf(event, now) } });
  if (!request) return ok({ configuration, trial: { kind: "recorded", id: execution } });
  const inbound = inboundOf(request, c.req.url, now);
  if (!inbound.ok) return inbound;
  const { source, verify } = request;
  return ok({ configuration, trial: { kind: "request", source, verify, request: inbound.value } });
}

export async function readBacktest(c: Context<HttpEnv>): Promise<Result<BacktestRequest, Problem>> {
  const body = await readBody(c, BacktestBody);
  if (!body.ok) return body;
  const { limit, source, since, cursor } = body.value;
  const [untilAt = 0, done = 0] = (cursor ?? "").split(".").map(Number);
  return ok({
    configuration: configurationOf(body.value),
    limit,
    ...(source === undefined ? {} : { source }),
    ...(since === undefined ? {} : { sinceAt: Date.parse(since) }),
    ...(cursor === undefined ? {} : { cursor: { untilAt, done } }),
  });
}

function configurationOf({ config, revision }: { config?: Json | undefined; revision?: number | undefined }) {
  if (config !== undefined) return { kind: "document", document: config } as const;
  return revision === undefined ? ({ kind: "in-force" } as const) : ({ kind: "revision", revision } as const);
}

async function readBody<T>(c: Context<HttpEnv>, schema: z.ZodType<T>): Promise<Result<T, Problem>> {
  const body = await readInboundBody(c.req.raw, MAX_BYTES);
  if (!body.ok) {
    if (body.error.name !== bodyTooLarge(0).name) return body;
    return err({ ...body.error, detail: `This address takes ${MAX_BYTES} bytes at most.` });
  }
  const document = readDocument(body.value);
  if (!document.ok) return err({ ...badRequest(document.error), name: "malformed-json" });
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return ok(parsed.data);
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  return err(badRequest(faults.join("; ")));
}

/** Its own key is its id, as it is for a sender that names no other. */
function eventOf({ subject, time, headers, ...event }: z.infer<typeof EventBody>, now: number) {
  return {
    ...event,
    ...(subject === undefined ? {} : { subject }),
    time: new Date(time ?? now).toISOString(),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    dedupeKey: event.id,
  };
}

function inboundOf(
  { source, method, headers, body, bodyBase64, url, receivedAt }: z.infer<typeof RequestBody>,
  here: string,
  now: number,
): Result<InboundRequest, Problem> {
  const fields = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    try {
      fields.append(name, value);
    } catch {
      // Headers have no other way to say no.
      return err(badRequest(`request.headers.${name}: a header cannot have this name or this value`));
    }
  }
  return ok({
    method,
    url: url ?? new URL(`/in/${source}`, here).href,
    headers: fields,
    body: bodyBase64 === undefined ? encodeText(body ?? "") : decodeBase64(bodyBase64),
    receivedAt: receivedAt === undefined ? now : Date.parse(receivedAt),
  });
}

function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new TextEncoder().encode(text));
}

/** What the schema has let through. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

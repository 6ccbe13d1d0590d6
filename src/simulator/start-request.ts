// Reads the body of a start request as strictly as the engine documents it, and strictly too about fields that it does
// not document, so that a mistake of the caller shows here and not in production. Pure: no I/O, no clock.
import * as z from "zod";
import { err, ok, type Result } from "../core/result.ts";
import { Behaviour, JsonDocument, Uuid } from "./behaviour.ts";
import type { Detail } from "./wire.ts";

const MS_PER_MINUTE = 60 * 1000;
/** How soon an execution may expire, in ms from now. */
export const MIN_EXPIRY_MS = 30 * MS_PER_MINUTE;
/** How late an execution may expire, in ms from now. */
export const MAX_EXPIRY_MS = 30 * 24 * 60 * MS_PER_MINUTE;

/** The parameter that steers the simulation of one execution. */
export const SIMULATE = "$simulate";

const MESSAGES: Readonly<Record<string, string>> = {
  workflowDefinitionId: "is required and is a non-empty string: the id of the workflow definition to execute",
  locale: "is required and is a non-empty string such as en or fr",
  parameters: "is required and is an object of JSON values; it may be {}",
  expiresAt: "is null or an ISO 8601 date-time with a time zone, such as 2026-12-01T12:00:00Z",
  recordId: "is null or a UUID",
};

const Body = z.strictObject({
  workflowDefinitionId: z.string().trim().min(1),
  locale: z.string().trim().min(1),
  parameters: JsonDocument,
  expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
  recordId: Uuid.nullable().default(null),
});

export interface StartRequest extends z.infer<typeof Body> {
  /** How this execution is to behave, as its own parameters say. */
  readonly behaviour: Behaviour;
}

/**
 * Reads a start request.
 *
 * @param contentType the Content-Type header
 * @param text the body
 * @param now ms since the epoch
 * @returns the request, or every fault that was found
 */
export function readStartRequest(
  contentType: string | undefined,
  text: string,
  now: number,
): Result<StartRequest, readonly Detail[]> {
  if (contentType?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    const sent = contentType === undefined ? "it is missing" : `it is ${contentType}`;
    return err([{ field: "Content-Type", message: `The header Content-Type must be application/json, but ${sent}.` }]);
  }
  const json = parseJson(text);
  if (!json.ok) {
    return json;
  }
  const body = Body.safeParse(json.value);
  if (!body.success) {
    return err(body.error.issues.flatMap(describeIssue));
  }
  const behaviour = Behaviour.safeParse(body.data.parameters[SIMULATE] ?? {});
  const faults = [
    ...describeExpiry(body.data.expiresAt, now),
    ...(behaviour.error?.issues.map(describeSimulate) ?? []),
  ];
  return behaviour.success && faults.length === 0 ? ok({ ...body.data, behaviour: behaviour.data }) : err(faults);
}

function parseJson(text: string): Result<unknown, readonly Detail[]> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return err([{ field: "body", message: "The body is not JSON." }]);
  }
}

/** One issue of the schema in words: one per unknown field, one per faulty field. */
function describeIssue(issue: z.core.$ZodIssue): Detail[] {
  const field = issue.path[0];
  if (issue.code === "unrecognized_keys" && field === undefined) {
    return issue.keys.map((key) => ({ field: key, message: `${key} is not a field of a start request.` }));
  }
  if (field === undefined) {
    return [{ field: "body", message: "The body must be a JSON object." }];
  }
  const name = String(field);
  return [{ field: name, message: `${name} ${MESSAGES[name] ?? "is not valid"}.` }];
}

function describeSimulate(issue: z.core.$ZodIssue): Detail {
  const field = ["parameters", SIMULATE, ...issue.path].join(".");
  return { field, message: `${field} cannot be followed: ${issue.message}.` };
}

function describeExpiry(expiresAt: string | null, now: number): Detail[] {
  const inMs = expiresAt === null ? null : Date.parse(expiresAt) - now;
  if (inMs === null || (inMs >= MIN_EXPIRY_MS && inMs <= MAX_EXPIRY_MS)) {
    return [];
  }
  const message = `expiresAt must be between 30 minutes and 30 days from now, but ${expiresAt} is ${describeDistance(inMs)}.`;
  return [{ field: "expiresAt", message }];
}

function describeDistance(inMs: number): string {
  const minutes = Math.round(Math.abs(inMs) / MS_PER_MINUTE);
  return inMs < 0 ? `${minutes} minutes ago` : `${minutes} minutes from now`;
}

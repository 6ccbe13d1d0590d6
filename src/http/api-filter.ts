// Which executions are meant, as queries and bodies of the operations API say it: one schema for listing and for replays.
import * as z from "zod";
import type { ExecutionFilter } from "../bridge/ports.ts";
import { DELIVERY_STATES, RUN_STATES } from "../core/execution.ts";
import { Id } from "../core/id.ts";
import { deriveRecordId } from "../core/record-id.ts";
import { iso } from "./api-context.ts";

/** An execution's id exactly as the ledger writes it: one that it could not read would start the pages all over. */
const CURSOR = /^exe_(0|[1-9a-z][0-9a-z]{0,2})_(0|[1-9a-z][0-9a-z]{0,9})$/;

export const Cursor = z.string().regex(CURSOR, "expected the value of next, as the page before gave it");

export const Time = z.iso
  .datetime({ offset: true, error: "expected a time in ISO 8601, such as 2026-11-23T12:00:00Z" })
  .transform((text) => Date.parse(text));

export const FILTER = {
  state: z.enum(RUN_STATES).optional(),
  delivery: z.enum(DELIVERY_STATES).exclude(["unwanted"]).optional(),
  callback: Id.optional().describe("With delivery: only what stands so with this callback."),
  rule: z.string().min(1).optional(),
  source: z.string().min(1).optional(),
  recordId: z.uuid().toLowerCase().optional(),
  record: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe("What the record id is derived from, such as the sender's id of a customer."),
  eventId: z.string().min(1).max(1_000).optional().describe("The sender's own id of the event."),
  runId: z.string().min(1).max(300).optional().describe("The engine's id of the run."),
  since: Time.optional(),
  until: Time.optional(),
};

type Wanted = z.infer<z.ZodObject<typeof FILTER>>;

/** Without what is not said. */
export function filterOf({ record, ...wanted }: Wanted, namespace: string): Omit<ExecutionFilter, "before" | "limit"> {
  const recordId = wanted.recordId ?? (record === undefined ? undefined : deriveRecordId(namespace, record));
  return Object.fromEntries(Object.entries({ ...wanted, recordId }).filter(([, value]) => value !== undefined));
}

/** A filter as a query says it: the way back. */
export function queryOf(filter: Omit<ExecutionFilter, "before" | "limit">): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === "number" ? iso(value) : String(value)]),
  );
}

/** Every fault of a query or a body in one sentence, each with its place. */
export function faultsOf({ issues }: z.ZodError, whole: string): string {
  return issues.map(({ path, message }) => `${path.join(".") || whole}: ${message}`).join("; ");
}

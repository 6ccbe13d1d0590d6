// What a replay is asked for with: the body, and the key that names the request. Told in words where it makes no sense.
import * as z from "zod";
import { PORTION_MAX } from "../bridge/replay-bulk.ts";
import { Id } from "../core/id.ts";
import { INTENTS, type ReplayRequest } from "../core/replay.ts";
import { err, ok, type Result } from "../core/result.ts";
import { Cursor, FILTER } from "./api-filter.ts";
import { badRequest, type Problem } from "./problem.ts";

/** Kept with every execution that the request starts. */
const MAX_KEY_CHARS = 200;

const PRINTABLE = /^[\x21-\x7e]+$/;

export const IdempotencyKey = z.object({
  "idempotency-key": z
    .string()
    .max(200)
    .optional()
    .describe("Names the request: sent again under the same name, it starts nothing new."),
});

const REQUEST = {
  intent: z.enum(INTENTS),
  revision: z.enum(["today", "then"]).optional(),
  callback: Id.optional(),
  preview: z.boolean().default(false),
};

export const OneReplay = z.strictObject(REQUEST).check(fitting);

const SomeFilter = z
  .strictObject(FILTER)
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), {
    error: `name at least one of ${Object.keys(FILTER).join(", ")}`,
  });

const { preview: _preview, ...WORK } = REQUEST;

export const JobBody = z.strictObject({ ...WORK, filter: SomeFilter }).check(fitting);

export const BulkReplay = z
  .strictObject({
    ...REQUEST,
    filter: SomeFilter,
    limit: z.int().min(1).max(PORTION_MAX).default(PORTION_MAX),
    cursor: Cursor.optional(),
  })
  .check(fitting);

interface Asked {
  readonly intent: ReplayRequest["intent"];
  readonly revision?: "today" | "then" | undefined;
  readonly callback?: string | undefined;
}

/** What an intent does not know would be left out in silence. */
function fitting({ value, issues }: z.core.ParsePayload<Asked>): void {
  const strange = (path: "revision" | "callback", intent: string): void => {
    if (value[path] === undefined || value.intent === intent) return;
    issues.push({ code: "custom", path: [path], message: `only for ${intent}`, input: value });
  };
  strange("revision", "re-evaluate");
  strange("callback", "resend");
}

/** A body of a replay, for whoever has sent something that is no JSON. */
export const REPLAY_EXAMPLE = '{"intent": "restart"}';

export function requestOf({ intent, revision, callback }: Asked): ReplayRequest {
  if (intent === "re-evaluate") return { intent, revision: revision ?? "today" };
  return intent === "resend" ? { intent, callback: callback ?? null } : { intent };
}

/** @param token what names a request that names itself not */
export function keyOf(request: Request, token: () => string): Result<string, Problem> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return ok(token());
  if (key.length <= MAX_KEY_CHARS && PRINTABLE.test(key)) return ok(key);
  return err(
    badRequest(
      `Idempotency-Key: expected 1 to ${MAX_KEY_CHARS} visible ASCII characters without spaces, such as a UUID`,
    ),
  );
}

// Reads a small JSON body and holds it against its schema. Told in words where it does not fit.
import type * as z from "zod";
import { readCapped } from "../core/capped-body.ts";
import { err, ok, type Result } from "../core/result.ts";
import { faultsOf } from "./api-filter.ts";
import { badRequest, type Problem, requestTooLarge } from "./problem.ts";

const MAX_BODY_BYTES = 16 * 1024;

/**
 * @param example of a body that is taken, in JSON, for whoever has sent something that is none
 * @returns the body, or what is wrong with it
 */
export async function readBody<T extends z.ZodType>(
  request: Request,
  schema: T,
  example: string,
): Promise<Result<z.infer<T>, Problem>> {
  const bytes = await readCapped(request.body, MAX_BODY_BYTES);
  if (!bytes) return err(requestTooLarge(MAX_BODY_BYTES));
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return err(badRequest(`The body must be JSON, such as ${example}.`));
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? ok(parsed.data) : err(badRequest(faultsOf(parsed.error, "body")));
}

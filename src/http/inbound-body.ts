// Reads the body of a webhook: no more than the source takes, and no longer than a sender may need. Knows nothing of what
// is in it.
import { readCapped } from "../core/capped-body.ts";
import { err, ok, type Result } from "../core/result.ts";
import { within } from "../core/time-limit.ts";
import { bodyIncomplete, bodyTooLarge, bodyTooSlow, type Problem } from "./problem.ts";

/** Every sender known gives up before; whoever sends slower than this holds a connection, not a webhook. */
export const BODY_TIMEOUT_MS = 30_000;

/** Refused before it is read where Content-Length says so, and while it is read where it does not. */
export async function readInboundBody(
  request: Request,
  maxBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, Problem>> {
  if (request.body === null) return ok(new Uint8Array());
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return err(bodyTooLarge(maxBytes));
  try {
    const body = await within(BODY_TIMEOUT_MS, readCapped(request.body, maxBytes));
    return body ? ok(body) : err(bodyTooLarge(maxBytes));
  } catch (thrown) {
    const late = thrown instanceof Error && thrown.name === "TimeoutError";
    return err(late ? bodyTooSlow(BODY_TIMEOUT_MS) : bodyIncomplete());
  }
}

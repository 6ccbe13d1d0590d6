// Reads the body of a webhook: no more than the source takes, and no longer than a sender may need. Knows nothing of what
// is in it.
import { readCapped } from "../core/capped-body.ts";
import { err, ok, type Result } from "../core/result.ts";
import { within } from "../core/time-limit.ts";
import { bodyIncomplete, bodyTooLarge, bodyTooSlow, type Problem } from "./problem.ts";

/** Every sender known gives up before; whoever sends slower than this holds a connection, not a webhook. */
export const BODY_TIMEOUT_MS = 30_000;

/** Nearly every webhook. Room for a longer one is made as it comes: who announces a mebibyte and sends nothing shall not cost one. */
const MAX_AT_ONCE_BYTES = 32 * 1024;

/** Refused before it is read where Content-Length says so, and while it is read where it does not. */
export async function readInboundBody(
  request: Request,
  maxBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, Problem>> {
  if (request.body === null) return ok(new Uint8Array());
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (length > maxBytes) return err(bodyTooLarge(maxBytes));
  const isShort = length > 0 && length <= MAX_AT_ONCE_BYTES;
  const reading = isShort ? readLength(request.body, length) : readCapped(request.body, maxBytes);
  try {
    const body = await within(BODY_TIMEOUT_MS, reading);
    return body ? ok(body) : err(bodyTooLarge(maxBytes));
  } catch (thrown) {
    const late = thrown instanceof Error && thrown.name === "TimeoutError";
    return err(late ? bodyTooSlow(BODY_TIMEOUT_MS) : bodyIncomplete());
  }
}

/** What the platform's readers of bytes can do beyond the standard, which not every type of a stream knows. */
interface ByteReader {
  readAtLeast(bytes: number, into: Uint8Array<ArrayBuffer>): Promise<{ value?: Uint8Array<ArrayBuffer> }>;
  cancel(): Promise<void>;
}

/** In one read, where the sender has said how much, which is what most do. @throws where it was not that much */
async function readLength(body: ReadableStream, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader: ByteReader = body.getReader({ mode: "byob" }) as never;
  // One byte more is asked for, so that the answer comes with the end.
  const { value } = await reader.readAtLeast(length + 1, new Uint8Array(length + 1));
  if (value?.byteLength === length) return value;
  reader.cancel().catch(() => undefined);
  throw new Error("the body is not as long as its Content-Length says");
}

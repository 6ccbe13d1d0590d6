// Reads a body up to a limit, so that nobody can make the bridge hold more than it means to. Used on the way in (webhooks)
// and on the way out (answers of engines and callbacks). Does no I/O of its own.

/** @returns the bytes, or undefined as soon as there are more than `maxBytes` (the rest is not read) */
export async function readCapped(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.byteLength;
    if (size > maxBytes) {
      // Not awaited: a body that never ends may never acknowledge that nobody listens.
      reader?.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(read.value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

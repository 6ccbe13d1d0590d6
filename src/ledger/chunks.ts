// Values that do not fit into a row. A row holds 2 MB on the platform (not enforced locally, so it is kept here): what
// is larger than INLINE_MAX_BYTES is cut into chunks beside it.

const INLINE_MAX_BYTES = 900 * 1024;
const CHUNK_BYTES = 1024 * 1024;

export type ChunkKind = "payload" | "result";

export function fitsInRow(text: string): boolean {
  // No character takes more than three bytes per UTF-16 unit, so most texts need no counting.
  return text.length * 3 <= INLINE_MAX_BYTES || new TextEncoder().encode(text).byteLength <= INLINE_MAX_BYTES;
}

/** @returns the text to store in the row, or null where it went into chunks */
export function storeText(sql: SqlStorage, execution: number, kind: ChunkKind, text: string): string | null {
  if (fitsInRow(text)) return text;
  // Every attempt to deliver saves the same result again: reading it is a thousand times cheaper than writing it.
  if (loadText(sql, execution, kind) === text) return null;
  dropText(sql, execution, kind);
  const bytes = new TextEncoder().encode(text);
  for (let part = 0; part * CHUNK_BYTES < bytes.byteLength; part++) {
    const chunk = bytes.slice(part * CHUNK_BYTES, (part + 1) * CHUNK_BYTES);
    sql.exec(
      "INSERT INTO chunks (execution, kind, part, bytes) VALUES (?, ?, ?, ?)",
      execution,
      kind,
      part,
      chunk.buffer,
    );
  }
  return null;
}

/** @returns the text that went into chunks, or null where there is none */
export function loadText(sql: SqlStorage, execution: number, kind: ChunkKind): string | null {
  const decoder = new TextDecoder();
  let text = "";
  const parts = sql.exec<{ bytes: ArrayBuffer }>(
    "SELECT bytes FROM chunks WHERE execution = ? AND kind = ? ORDER BY part",
    execution,
    kind,
  );
  for (const { bytes } of parts) text += decoder.decode(bytes, { stream: true });
  text += decoder.decode();
  return text === "" ? null : text;
}

export function dropText(sql: SqlStorage, execution: number, kind: ChunkKind): void {
  sql.exec("DELETE FROM chunks WHERE execution = ? AND kind = ?", execution, kind);
}

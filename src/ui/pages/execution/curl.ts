// Commands to be copied: a start call as the engine gets it, and a request to the operations API. Pure. A token never stands in one:
// the shell puts it in. A sender's text stands in single quotes, from which nothing in it gets out.
import type { ExecutionFacts } from "../../../http/execution-view.ts";

/** What a command is too long to be copied beyond, characters. */
const MAX_CHARS = 100_000;

/** What would be shown as something else than it is: controls, and marks that turn the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The start call, to be made by hand. @returns undefined where there is none to be seen, or where it is too long */
export function startCommand({ start, recordId }: ExecutionFacts, now: number): string | undefined {
  if (typeof start !== "object" || start === null) return undefined;
  const { expiresInMs, ...request } = start as Record<string, unknown>;
  const expiresAt = typeof expiresInMs === "number" ? new Date(now + expiresInMs).toISOString() : null;
  const command = [
    'curl -sS -X POST "$ENGINE_URL/workflows"',
    '-H "Authorization: $TOKEN"',
    "-H 'Content-Type: application/json'",
    `-d ${quoted(seen({ ...request, expiresAt, recordId }))}`,
  ].join(" \\\n  ");
  return command.length > MAX_CHARS ? undefined : command;
}

/** @param origin of the bridge */
export function lookCommand(origin: string, id: string): string {
  return `curl -sS ${quoted(`${origin}/api/executions/${encodeURIComponent(id)}`)} -H "Authorization: Bearer $TOKEN"`;
}

/** As one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** JSON of the same meaning in which nothing hides. */
function seen(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (char) =>
    Array.from({ length: char.length }, (_, n) => `\\u${char.charCodeAt(n).toString(16).padStart(4, "0")}`).join(""),
  );
}

// Reads JSON Lines (NDJSON): one JSON text per line, into an array. Pure and total. Blank lines are passed over.
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { MAX_ITEMS } from "../event/split.ts";
import type { BodyFault } from "./body-fault.ts";
import { parseJson } from "./json-body.ts";

export function parseJsonLines(text: string): Result<readonly Json[], BodyFault> {
  const values: Json[] = [];
  let line = 0;
  for (let start = 0; start <= text.length; ) {
    const next = text.indexOf("\n", start);
    const end = next === -1 ? text.length : next;
    const content = text.slice(start, end);
    line += 1;
    start = end + 1;
    if (content.trim() === "") continue;
    if (values.length === MAX_ITEMS) {
      return err({ reason: "too-many-items", limit: MAX_ITEMS, message: `The body has more than ${MAX_ITEMS} lines.` });
    }
    const value = parseJson(content);
    if (!value.ok) return err(atLine(value.error, line));
    values.push(value.value);
  }
  return ok(values);
}

/** A fault names the body's line, as its reader sees it. */
function atLine(fault: BodyFault, line: number): BodyFault {
  const message = `Line ${line}: ${fault.message}`;
  if (fault.reason !== "malformed-json") return { ...fault, message };
  return { ...fault, line, message: fault.message.replace("line 1,", `line ${line},`) };
}

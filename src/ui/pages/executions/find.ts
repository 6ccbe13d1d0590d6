// Finds what somebody is looking for who has an id and does not know of what: an execution, a record, a run, an event. What its shape
// says is asked for first; the API is asked for one kind after the other, since some of them are a search.
import type { Api } from "../../api.ts";
import { addressOf } from "./filters.tsx";

const EXECUTION = /^exe_[0-9a-z]+_[0-9a-z]+$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Kind = "recordId" | "record" | "eventId" | "runId";

/** What an id may be, in the order in which it is asked for. A record's id is found by its index, the others by a search. */
export function kindsOf(id: string): readonly Kind[] {
  return UUID.test(id) ? ["recordId", "runId", "eventId"] : ["record", "eventId", "runId"];
}

/** @returns the address of what is known under the id; undefined where nothing is */
export async function findById(api: Api, id: string): Promise<string | undefined> {
  if (EXECUTION.test(id)) {
    const found = await api.get(`/executions/${id}`);
    if (found.ok) return `/ui/executions/${id}`;
  }
  for (const kind of kindsOf(id)) {
    if (!(await isKnown(api, { [kind]: id }))) continue;
    const isRecord = kind === "recordId" || kind === "record";
    return isRecord ? `/ui/records?record=${encodeURIComponent(id)}` : addressOf({ [kind]: id });
  }
  return undefined;
}

async function isKnown(api: Api, filter: Readonly<Record<string, string>>): Promise<boolean> {
  const found = await api.get<{ executions: unknown[] }>(
    `/executions?${new URLSearchParams({ ...filter, limit: "1" })}`,
  );
  return found.ok && found.value.executions.length > 0;
}

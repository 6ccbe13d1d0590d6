// Finds what somebody is looking for who has an id and does not know of what: an execution, a record, a run, an event.
import type { Api } from "../../api.ts";
import { addressOf } from "./filters.tsx";

const EXECUTION = /^exe_[0-9a-z]+_[0-9a-z]+$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @returns the address of what is known under the id; undefined where nothing is */
export async function findById(api: Api, id: string): Promise<string | undefined> {
  if (EXECUTION.test(id)) {
    const found = await api.get(`/executions/${id}`);
    if (found.ok) return `/ui/executions/${id}`;
  }
  const filters = [
    ...(UUID.test(id) ? [{ recordId: id.toLowerCase() }] : []),
    { record: id },
    { eventId: id },
    { runId: id },
  ];
  const found = await Promise.all(filters.map((filter) => isKnown(api, filter)));
  const filter = filters.find((_, index) => found[index]);
  if (!filter) return undefined;
  return "recordId" in filter || "record" in filter
    ? `/ui/records?record=${encodeURIComponent(id)}`
    : addressOf(filter);
}

async function isKnown(api: Api, filter: Readonly<Record<string, string>>): Promise<boolean> {
  const found = await api.get<{ executions: unknown[] }>(
    `/executions?${new URLSearchParams({ ...filter, limit: "1" })}`,
  );
  return found.ok && found.value.executions.length > 0;
}

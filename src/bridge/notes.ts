// Notes for whoever sets a sender up: what was refused and why, which events no rule took, when a source was last heard
// of. Made after the answer, so nothing here may fail a request; what fails is logged.
import type { Bridge, LogFields } from "./ports.ts";
import type { Receipt } from "./receive.ts";
import type { Refusal } from "./refusal.ts";
import { factsOf } from "./refusal.ts";

/** A batch of a thousand events of one unknown type is one thing to know, not a thousand. */
const MAX_UNMATCHED_NOTES = 5;

export function noteRefusal(bridge: Bridge, source: string, at: number, refusal: Refusal): Promise<void> {
  const { reason, ...facts } = factsOf(refusal);
  const detail = refusal.stage === "normalise" ? refusal.fault.message : inWords(facts);
  return noteRefused(bridge, source, at, reason, detail);
}

export function noteRefused(bridge: Bridge, source: string, at: number, reason: string, detail: string): Promise<void> {
  return safely(bridge, source, () => bridge.desk.refused(source, { at, reason, detail }));
}

export async function noteReceipt(bridge: Bridge, source: string, at: number, receipt: Receipt): Promise<void> {
  if (receipt.events.length === 0) return;
  await safely(bridge, source, () => bridge.desk.received(source, at));
  for (const type of unmatchedTypes(receipt)) {
    const detail = `No rule takes events of the type ${type}, or its 'when' says no.`;
    await safely(bridge, source, () => bridge.desk.unmatched(source, { at, reason: "unmatched", detail }));
  }
}

function unmatchedTypes({ events, admitted }: Receipt): readonly string[] {
  const taken = new Set(admitted.map(({ event }) => event));
  const types = new Set(events.filter((event) => !taken.has(event)).map(({ type }) => type));
  return [...types].slice(0, MAX_UNMATCHED_NOTES);
}

function inWords(facts: LogFields): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(", ");
}

async function safely(bridge: Bridge, source: string, note: () => Promise<void>): Promise<void> {
  try {
    await note();
  } catch (thrown) {
    bridge.log("warn", "note.failed", { source, error: String(thrown) });
  }
}

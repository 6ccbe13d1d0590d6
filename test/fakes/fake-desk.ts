// The desk of all sources, in memory: keeps captured secrets in the clear, and every note in the order in which it came.
import type { Note, SourceDesk } from "../../src/bridge/ports.ts";

export interface FakeDesk extends SourceDesk {
  readonly captured: Map<string, string>;
  readonly notes: { readonly kind: string; readonly source: string; readonly note?: Note }[];
}

export function createFakeDesk(): FakeDesk {
  const captured = new Map<string, string>();
  const notes: FakeDesk["notes"] = [];
  return {
    captured,
    notes,
    received: async (source) => void notes.push({ kind: "received", source }),
    refused: async (source, note) => void notes.push({ kind: "refused", source, note }),
    unmatched: async (source, note) => void notes.push({ kind: "unmatched", source, note }),
    capturedSecret: async (source) => captured.get(source) ?? null,
    async capture(source, secret) {
      if (captured.has(source)) return "refused";
      captured.set(source, secret);
      return "captured";
    },
    release: async (source) => void captured.delete(source),
    async record(source) {
      const kept = (kind: string): Note[] =>
        notes.flatMap((each) => (each.kind === kind && each.source === source && each.note ? [each.note] : []));
      const facts = { lastEventAt: null, silentSince: null, captured: captured.has(source) };
      return { ...facts, refused: kept("refused"), unmatched: kept("unmatched") };
    },
    watch: async () => ({ turned: null, silentSince: null }),
  };
}

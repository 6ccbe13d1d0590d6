// What a sweep tells of silent senders, and what it does not ask.
import { describe, expect, it } from "vitest";
import type { Bridge, LogFields, Watch } from "../../../src/bridge/ports.ts";
import { tellSilence } from "../../../src/bridge/silence.ts";
import { sweep } from "../../../src/bridge/sweep.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;

interface Asked {
  readonly source: string;
  readonly at: number;
  readonly expectEveryMs: number;
}

/** A bridge of which only what the silence needs is there. */
function bridgeWith(sources: Record<string, object>, answer: (asked: Asked) => Watch) {
  const asked: Asked[] = [];
  const lines: { level: string; name: string; fields: LogFields }[] = [];
  const bridge = {
    setup: { config: { sources, engines: {} }, schedules: [] },
    now: () => NOW,
    log: (level: string, name: string, fields: LogFields) => void lines.push({ level, name, fields }),
    desk: {
      watch: async (source: string, at: number, expectEveryMs: number) => {
        asked.push({ source, at, expectEveryMs });
        return answer({ source, at, expectEveryMs });
      },
    },
  } as unknown as Bridge;
  return { bridge, asked, lines };
}

const nothing: Watch = { turned: null, silentSince: null };

describe("a sweep", () => {
  it("looks at the sources that say how often they are heard, and not at paused ones", async () => {
    const sources = {
      a: { expectEvery: "1h" },
      b: {},
      c: { expectEvery: "1d", state: "pending" },
      d: { expectEvery: "1h", state: "paused" },
    };
    const { bridge, asked, lines } = bridgeWith(sources, () => nothing);
    await tellSilence(bridge);
    expect(asked).toEqual([
      { source: "a", at: NOW, expectEveryMs: HOUR_MS },
      { source: "c", at: NOW, expectEveryMs: 24 * HOUR_MS },
    ]);
    expect(lines).toEqual([]);
  });

  it("tells what has turned, and nothing of a silence that was told", async () => {
    const sources = { a: { expectEvery: "1h" }, b: { expectEvery: "1h" }, c: { expectEvery: "1h" } };
    const answers: Record<string, Watch> = {
      a: { turned: "silent", silentSince: NOW - 2 * HOUR_MS },
      b: { turned: "heard", silentSince: null },
      c: { turned: null, silentSince: NOW - 5 * HOUR_MS },
    };
    const { bridge, lines } = bridgeWith(sources, ({ source }) => answers[source] ?? nothing);
    await tellSilence(bridge);
    expect(lines).toEqual([
      {
        level: "warn",
        name: "source.silent",
        fields: { source: "a", silentForMs: 2 * HOUR_MS, expectEveryMs: HOUR_MS },
      },
      { level: "info", name: "source.heard", fields: { source: "b" } },
    ]);
  });

  it("is not stopped by a desk out of reach, with many sources", async () => {
    const sources = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`s${n}`, { expectEvery: "1h" }]));
    const { bridge, asked, lines } = bridgeWith(sources, ({ source }) => {
      if (source === "s3") throw new Error("unreachable");
      return nothing;
    });
    await tellSilence(bridge);
    expect(new Set(asked.map(({ source }) => source)).size).toBe(40);
    expect(lines).toEqual([
      { level: "error", name: "sweep.watch-failed", fields: { source: "s3", error: "Error: unreachable" } },
    ]);
  });

  it("looks once, after what is due, and is complete whatever the desks say", async () => {
    const { bridge, asked, lines } = bridgeWith({ a: { expectEvery: "1h" } }, () => {
      throw new Error("unreachable");
    });
    const ledger = { shards: 0, marks: async () => new Map(), setMarks: async () => undefined, sizes: async () => [] };
    const jobs = { claim: async () => null };
    const swept = { ...bridge, ledger, jobs, random: () => 0 } as unknown as Bridge;
    expect(await sweep(swept)).toMatchObject({ complete: true, faults: 0 });
    expect(asked).toHaveLength(1);
    expect(lines.map(({ name }) => name)).toEqual(["sweep.watch-failed", "sweep.finished"]);
  });
});

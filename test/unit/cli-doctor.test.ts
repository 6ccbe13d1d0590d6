// What doctor makes of what a bridge tells of itself: each trouble is one finding that says what to do.
import { describe, expect, it } from "vitest";
import { type Facts, findings } from "../../cli/findings.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const HOUR_MS = 3_600_000;

const WELL: Facts = {
  config: { revision: 3, inForce: 3, faults: [] },
  stats: { lastSweepAt: ago(30_000), backlog: 0, oldestDueAt: null, deliveries: {} },
  engines: [{ id: "default", state: "working" }],
  callbacks: [{ id: "crm", state: "working" }],
  sources: [{ id: "stripe", state: "active", lastEventAt: ago(1_000), silentSince: null, notes: { refused: 0 } }],
  shards: [{ shard: 0, state: "ok" }],
};

function wrong(change: Partial<Facts>): readonly (readonly [string, string | undefined])[] {
  return findings({ ...WELL, ...change }, NOW).flatMap(({ well, what, advice }) =>
    well ? [] : [[what, advice] as const],
  );
}

describe("what doctor finds", () => {
  it("is nothing where all is well, and nothing of what was not told", () => {
    expect(wrong({})).toEqual([]);
    expect(
      findings({ config: null, stats: null, engines: null, callbacks: null, sources: null, shards: null }, NOW),
    ).toEqual([]);
  });

  const stats = { ...WELL.stats, backlog: 0, oldestDueAt: null, lastSweepAt: ago(1_000), deliveries: {} };
  const source = { id: "stripe", lastEventAt: ago(HOUR_MS), silentSince: null, notes: { refused: 2 } };
  it.each<[string, Partial<Facts>, string, string]>([
    [
      "a cron that does not fire",
      { stats: { ...stats, lastSweepAt: ago(HOUR_MS) } },
      "the last sweep was 3600 s ago",
      "cron trigger does not fire",
    ],
    [
      "a cron that has never fired",
      { stats: { ...stats, lastSweepAt: null } },
      "no sweep has run yet",
      "cron trigger does not fire",
    ],
    [
      "work that waits",
      { stats: { ...stats, backlog: 7, oldestDueAt: ago(HOUR_MS) } },
      "executions with something due: 7, the oldest for 60 minutes",
      "waits for an engine",
    ],
    [
      "dead letters",
      { stats: { ...stats, deliveries: { crm: { exhausted: 2 } } } },
      "dead letters: 2 of crm",
      "hookspan replay --intent resend",
    ],
    [
      "an engine that answers 401",
      { engines: [{ id: "default", state: "unauthorized" }] },
      "engine default: unauthorized",
      "wrangler secret put",
    ],
    [
      "a callback that is gone",
      { callbacks: [{ id: "crm", state: "disabled" }] },
      "callback crm: disabled",
      "resend its dead letters",
    ],
    [
      "a sender that is silent",
      { sources: [{ ...source, silentSince: ago(1_000) }] },
      `source stripe: last heard of ${ago(HOUR_MS)}, silent since ${ago(1_000)}, 2 refused lately (hookspan refusals --source stripe)`,
      "still enabled",
    ],
    [
      "a sender that was never heard",
      { sources: [{ ...source, lastEventAt: null, notes: null }] },
      "source stripe: never heard of",
      "/in/stripe",
    ],
    [
      "a source that is paused",
      { sources: [{ ...source, notes: null, state: "paused" }] },
      "source stripe: paused",
      "active",
    ],
    ["a shard that fills up", { shards: [{ shard: 2, state: "full" }] }, "shard 2 is full", "ledger.shards"],
    [
      "a secret that is missing",
      {
        config: {
          revision: 3,
          inForce: 2,
          faults: [{ path: "sources.stripe", message: 'set it with "wrangler secret put S"' }],
        },
      },
      "configuration: revision 3 is refused",
      'sources.stripe: set it with "wrangler secret put S"',
    ],
  ])("is %s, with what to do", (_, change, what, advice) => {
    expect(wrong(change)).toEqual([[what, expect.stringContaining(advice)]]);
  });
});

// The comparison with a sender's list: whatever has arrived and whatever fails, in the end everything that was sent is started, once,
// and nothing that was sent before anybody asked for a comparison.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareSource, compareSources } from "../../../src/bridge/compare.ts";
import type { Listed, SenderList } from "../../../src/bridge/ports.ts";
import { readSetup } from "../../../src/bridge/setup.ts";
import { alertOf } from "../../../src/core/alert.ts";
import { err, ok } from "../../../src/core/result.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, NOW } from "../../fakes/fake-clock.ts";
import { createTestBridge, type TestBridge } from "../../fakes/test-bridge.ts";

const DOCUMENT = {
  engines: { default: { token: "ENGINE_TOKEN" } },
  sources: { stripe: { preset: "stripe", secrets: ["S"], compare: { token: "T", every: "15m", grace: "10m" } } },
  rules: [
    {
      id: "paid",
      source: "stripe",
      on: ["invoice.paid"],
      start: { workflowDefinitionId: "definition", parameters: { invoice: "{% data.object.id %}" } },
    },
  ],
};

interface Sent {
  readonly id: string;
  readonly at: number;
  readonly type?: string;
}

/** A sender's list over what was sent, page by page. @param fails whether the nth call does */
function listOf(
  sent: readonly Sent[],
  { bySpan = true, page = 3, fails = (_n: number): boolean => false } = {},
): SenderList & { calls: number } {
  const list = {
    bySpan,
    calls: 0,
    async page(from: number, to: number, cursor: string | null) {
      if (fails(list.calls++)) return err({ reason: "unavailable", detail: "away" } as const);
      const newest = sent.toSorted((a, b) => b.at - a.at || b.id.localeCompare(a.id));
      const known = bySpan ? newest.filter(({ at }) => sec(at) >= sec(from) && sec(at) <= sec(to)) : newest;
      const begin = Number(cursor ?? 0);
      const entries = known.slice(begin, begin + page);
      const older = !bySpan && entries.some(({ at }) => at < from);
      const within = entries.filter(({ at }) => at <= to && (bySpan || at >= from));
      return ok({
        entries: within.map(listed),
        next: older || begin + page >= known.length ? null : String(begin + page),
      });
    },
  };
  return list;
}

const sec = (at: number): number => Math.floor(at / 1_000);

function listed({ id, at, type = "invoice.paid" }: Sent): Listed {
  const event = { id, object: "event", created: sec(at), type, data: { object: { id: `in_${id}` } } };
  const body = Uint8Array.from(new TextEncoder().encode(JSON.stringify(event)));
  return { at, request: async () => ok({ headers: new Headers({ "content-type": "application/json" }), body }) };
}

function bridgeWith(list: SenderList): TestBridge {
  const setup = readSetup(DOCUMENT, { development: false, hasSecret: () => true });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  return Object.assign(createTestBridge(), { setup: setup.value, listing: () => list });
}

/** As if it had come by the door. */
async function arrives(bridge: TestBridge, { id, at, type = "invoice.paid" }: Sent): Promise<void> {
  const time = new Date(sec(at) * 1_000).toISOString();
  const event = { id, source: "stripe", type, time, data: { object: { id: `in_${id}` } }, headers: {}, dedupeKey: id };
  await bridge.ledger.admit(await bridge.setup.rules.decide(event), bridge.now());
}

async function started(bridge: TestBridge): Promise<string[]> {
  const { executions } = await bridge.ledger.list({ limit: 10_000 });
  return executions
    .filter(({ run }) => run !== "unmatched")
    .map(({ event }) => event.id)
    .toSorted();
}

describe("a comparison", () => {
  it("starts what has not arrived, leaves alone what has, and says where it comes from", async () => {
    const sent: Sent[] = [];
    const bridge = bridgeWith(listOf(sent));
    await compareSources(bridge);
    sent.push(
      { id: "evt_a", at: NOW + 1_000 },
      { id: "evt_b", at: NOW + 2_000 },
      { id: "evt_c", at: NOW + 3_000, type: "other" },
    );
    await arrives(bridge, { id: "evt_a", at: NOW + 1_000 });
    bridge.clock.advance(30 * MINUTE_MS);
    await compareSources(bridge);
    expect(await started(bridge)).toEqual(["evt_a", "evt_b"]);
    const { executions } = await bridge.ledger.list({ limit: 10, eventId: "evt_b" });
    expect(executions[0]?.timeline[0]?.detail).toBe(
      "it had not arrived: found in the sender's own list of what it has sent",
    );
    const line = bridge.lines.find(({ name }) => name === "compare.missed");
    expect(line?.fields).toEqual({ source: "stripe", missed: 1 });
    const finished = bridge.lines.findLast(({ name }) => name === "compare.finished");
    expect(finished?.fields).toMatchObject({ source: "stripe", listed: 3, missed: 1, complete: true });
    expect(alertOf("compare.missed", line?.fields ?? {})).toMatchObject({ kind: "events-missed", subject: "stripe" });
    // What is delivered late is a duplicate.
    await arrives(bridge, { id: "evt_b", at: NOW + 2_000 });
    bridge.clock.advance(30 * MINUTE_MS);
    await compareSources(bridge);
    expect(await started(bridge)).toEqual(["evt_a", "evt_b"]);
    expect(bridge.lines.filter(({ name }) => name === "compare.missed")).toHaveLength(1);
  });

  it("tells what was missed also where a later page fails, and passes over nothing that it could not see", async () => {
    const sent = Array.from({ length: 200 }, (_, n) => ({ id: `evt_${n}`, at: NOW + 1_000 + n }));
    let fails = true;
    const list = listOf(sent, { page: 100, fails: (n) => fails && n === 1 });
    const bridge = bridgeWith(list);
    await compareSource(bridge, "stripe");
    bridge.clock.advance(HOUR_MS);
    expect((await compareSource(bridge, "stripe"))?.ok).toBe(false);
    expect(bridge.lines.filter(({ name }) => name === "compare.missed").map(({ fields }) => fields.missed)).toEqual([
      100,
    ]);
    fails = false;
    expect(await compareSource(bridge, "stripe")).toMatchObject({ value: { missed: 100, complete: true } });

    const endless = { bySpan: false, page: async () => ok({ entries: [], next: "more" }) };
    const walked = bridgeWith(endless);
    await compareSource(walked, "stripe");
    const until = walked.now() - 10 * MINUTE_MS;
    walked.clock.advance(HOUR_MS);
    expect(await compareSource(walked, "stripe")).toMatchObject({ value: { until, complete: false } });
  });

  it("begins with the moment at which it was wished for, and gives an event its grace", async () => {
    const sent = [
      { id: "evt_old", at: NOW - HOUR_MS },
      { id: "evt_young", at: NOW + 25 * MINUTE_MS },
    ];
    const bridge = bridgeWith(listOf(sent));
    await compareSources(bridge);
    bridge.clock.advance(30 * MINUTE_MS);
    await compareSources(bridge);
    expect(await started(bridge)).toEqual([]);
    bridge.clock.advance(30 * MINUTE_MS);
    await compareSources(bridge);
    expect(await started(bridge)).toEqual(["evt_young"]);
  });

  it("is due as often as it says, and after a failure not every minute", async () => {
    const list = listOf([], { fails: (n) => n > 0 });
    const bridge = bridgeWith(list);
    for (let minute = 0; minute < 60; minute++) {
      await compareSources(bridge);
      bridge.clock.advance(MINUTE_MS);
    }
    expect(list.calls).toBeLessThanOrEqual(6);
    expect(bridge.lines.filter(({ name }) => name === "compare.unavailable").length).toBeGreaterThan(1);
  });

  it("tells that its token is refused, and looks back no further than it says", async () => {
    const refused = { ...listOf([]), page: async () => err({ reason: "refused", detail: "HTTP 401" } as const) };
    const bridge = bridgeWith(refused);
    await compareSource(bridge, "stripe");
    bridge.clock.advance(30 * MINUTE_MS);
    expect(await compareSource(bridge, "stripe")).toEqual({
      ok: false,
      error: { reason: "refused", detail: "HTTP 401" },
    });
    expect(alertOf("compare.refused", { source: "stripe" })).toMatchObject({ kind: "list-refused" });
    bridge.clock.advance(10 * DAY_MS);
    const asked: number[] = [];
    const listing = () => ({
      ...refused,
      page: async (from: number) => {
        asked.push(from);
        return ok({ entries: [], next: null });
      },
    });
    await compareSource(Object.assign(bridge, { listing }), "stripe");
    expect(asked).toEqual([bridge.now() - 3 * DAY_MS]);
  });

  it("is not stopped by an event that cannot be read", async () => {
    const sent = [{ id: "evt_good", at: NOW + 1_000 }];
    const list = listOf(sent);
    const broken: Listed = {
      at: NOW,
      request: async () => ok({ headers: new Headers(), body: new Uint8Array([123]) }),
    };
    const gone: Listed = { at: NOW, request: async () => ok(null) };
    const page: SenderList["page"] = async (...asked) => {
      const found = await list.page(...asked);
      return found.ok ? ok({ ...found.value, entries: [broken, gone, ...found.value.entries] }) : found;
    };
    const bridge = bridgeWith({ ...list, page });
    await compareSource(bridge, "stripe");
    bridge.clock.advance(HOUR_MS);
    expect(await compareSource(bridge, "stripe")).toMatchObject({ value: { missed: 1, complete: true } });
    expect(bridge.lines.map(({ name }) => name)).toContain("compare.unreadable");
  });

  it("starts everything once in the end, whatever has arrived, whatever fails, however much there is", async () => {
    const sentAt = fc.integer({ min: 1, max: 6 * HOUR_MS });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: sentAt, arrived: fc.boolean(), late: fc.boolean() }), { maxLength: 60 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        fc.infiniteStream(fc.boolean()),
        async (events, bySpan, page, luck) => {
          const sent = events.map(({ at }, n) => ({ id: `evt_${String(n).padStart(3, "0")}`, at: NOW + at }));
          let trouble = true;
          const list = listOf([], { bySpan, page, fails: () => trouble && (luck.next().value ?? false) });
          // It lists what was sent by then.
          const bridge: TestBridge = bridgeWith({
            bySpan,
            page: (...asked) =>
              listPage(
                sent.filter(({ at }) => at <= bridge.now()),
                bySpan,
                page,
                list,
                asked,
              ),
          });
          await compareSource(bridge, "stripe");
          for (const [n, { arrived, late }] of events.entries()) {
            const one = sent[n];
            if (arrived && !late && one) await arrives(bridge, one);
          }
          for (let minute = 0; minute < 8 * 60; minute += 5) {
            trouble = minute < 7 * 60;
            bridge.clock.advance(5 * MINUTE_MS);
            await compareSources(bridge);
          }
          for (const [n, { arrived, late }] of events.entries()) {
            const one = sent[n];
            if (arrived && late && one) await arrives(bridge, one);
          }
          expect(await started(bridge)).toEqual(sent.map(({ id }) => id));
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** A page of what was sent by now, behind the failures of `list`. */
async function listPage(
  sent: readonly Sent[],
  bySpan: boolean,
  page: number,
  list: SenderList,
  asked: Parameters<SenderList["page"]>,
): ReturnType<SenderList["page"]> {
  const fails = await list.page(0, 0, null);
  return fails.ok ? listOf(sent, { bySpan, page }).page(...asked) : fails;
}

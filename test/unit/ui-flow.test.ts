// The picture of a timeline: where marks stand, for stories of one line and of a hundred, of milliseconds and of days.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExecutionFacts } from "../../src/http/execution-view.ts";
import { type Mark, marksOf, type Placed, place } from "../../src/ui/pages/execution/flow.ts";

const T = Date.UTC(2026, 10, 23, 12);
const DAY = 86_400_000;

const mark = (lane: string, at: number, from = at): Mark => ({ lane, from, at, tone: "good", label: `${lane} ${at}` });

const anyMark = fc
  .record({
    lane: fc.constantFrom("Received", "Start", "Run", "crm", "billing"),
    at: fc.oneof(fc.nat(50), fc.nat(60_000), fc.nat(30 * DAY)),
    took: fc.oneof(fc.constant(0), fc.nat(20_000), fc.nat(DAY)),
  })
  .map(({ lane, at, took }) => mark(lane, T + at, T + at - took));

const allOf = (marks: readonly Mark[]): Placed[] => place(marks).lanes.flatMap((lane) => lane.marks);

describe("the picture of a timeline", () => {
  it("is empty where there is nothing, and shows one mark alone", () => {
    expect(place([])).toEqual({ lanes: [], ticks: [], room: 1 });
    const [only] = allOf([mark("Received", T)]);
    expect(only).toMatchObject({ x0: 3, x: 3 });
  });

  it("has lanes in the order in which they are first seen, and every mark once", () => {
    fc.assert(
      fc.property(fc.array(anyMark, { minLength: 1, maxLength: 100 }), (marks) => {
        const { lanes } = place(marks);
        expect(lanes.flatMap((lane) => lane.marks)).toHaveLength(marks.length);
        expect(new Set(lanes.map(({ name }) => name)).size).toBe(lanes.length);
        for (const { name, marks: own } of lanes) for (const { lane } of own) expect(lane).toBe(name);
      }),
    );
  });

  it("never sets what comes later further left, in whatever lane, and stays within its edges", () => {
    fc.assert(
      fc.property(fc.array(anyMark, { minLength: 1, maxLength: 100 }), (marks) => {
        const placed = allOf(marks).toSorted((a, b) => a.at - b.at);
        for (const { x0, x } of placed) {
          expect(x0).toBeGreaterThanOrEqual(0);
          expect(x0).toBeLessThanOrEqual(x);
          expect(x).toBeLessThanOrEqual(100);
        }
        for (const [n, { at, x }] of placed.entries()) {
          const next = placed[n + 1];
          if (next && next.at > at) expect(next.x).toBeGreaterThan(x - 1e-9);
        }
      }),
    );
  });

  it("lets no two marks of a lane touch where the picture is as wide as it asks for, nor a bar cover what came before", () => {
    fc.assert(
      fc.property(fc.array(anyMark, { minLength: 2, maxLength: 100 }), (marks) => {
        const { lanes, room } = place(marks);
        const slot = (100 - 6 / Math.max(room / 20, 1)) / room;
        for (const { marks: own } of lanes) {
          for (const [n, { x }] of own.entries()) {
            const next = own[n + 1];
            if (!next) continue;
            expect(next.x - x).toBeGreaterThanOrEqual(slot - 1e-6);
            expect(next.x0).toBeGreaterThanOrEqual(x - 1e-9);
          }
        }
      }),
    );
  });

  it("needs room for no more than a few marks more than there are, be the gaps milliseconds or days", () => {
    const gaps = Array.from({ length: 99 }, (_, n) => (n % 2 === 0 ? 1 : 3 * DAY));
    let at = T;
    const marks = [mark("crm", at)];
    for (const gap of gaps) {
      at += gap;
      marks.push(mark("crm", at));
    }
    const { room } = place(marks);
    expect(room).toBeGreaterThan(99);
    expect(room).toBeLessThan(260);
  });

  it("writes times only where there is room for them", () => {
    fc.assert(
      fc.property(fc.array(anyMark, { minLength: 1, maxLength: 100 }), (marks) => {
        const { ticks, room } = place(marks);
        for (const [n, { x }] of ticks.entries())
          if (n > 0) expect(x - (ticks[n - 1]?.x ?? 0)).toBeGreaterThanOrEqual(26 / Math.max(room / 20, 1));
        expect(ticks[0]?.label).toMatch(/^\d\d:\d\d:\d\d$/);
      }),
    );
  });
});

describe("what is to be seen of an execution", () => {
  const iso = (ms: number): string => new Date(T + ms).toISOString();
  const execution = (facts: Partial<ExecutionFacts>): ExecutionFacts =>
    ({ state: "succeeded", startedAt: null, deliveries: [], timeline: [], ...facts }) as unknown as ExecutionFacts;

  it("is a run from its start to its end, and each attempt with the time that it took", () => {
    const marks = marksOf(
      execution({
        startedAt: iso(40),
        timeline: [
          { at: iso(0), step: "admitted", outcome: "new" },
          { at: iso(40), step: "start", outcome: "running", attempt: 1 },
          { at: iso(2_000), step: "ended", outcome: "succeeded" },
          {
            at: iso(2_300),
            step: "callback",
            outcome: "failed",
            callback: "crm",
            attempt: 1,
            status: 500,
            durationMs: 200,
          },
        ],
      }),
      T + 9_000,
    );
    expect(marks).toEqual([
      { lane: "Received", from: T, at: T, tone: "good", label: "admitted: new" },
      { lane: "Start", from: T + 40, at: T + 40, tone: "good", label: "start 1: running" },
      { lane: "Run", from: T + 40, at: T + 2_000, tone: "good", label: "ended: succeeded" },
      { lane: "crm", from: T + 2_100, at: T + 2_300, tone: "bad", label: "callback 1: failed, HTTP 500, took 200 ms" },
    ]);
  });

  it("goes on to now while it runs, and shows an attempt that is to come", () => {
    const running = marksOf(execution({ state: "running", startedAt: iso(0) }), T + 5_000);
    expect(running).toEqual([
      { lane: "Run", from: T, at: T + 5_000, tone: "busy", label: "running for 5.0 s", open: true },
    ]);
    const [due] = marksOf(
      execution({ deliveries: [{ callback: "crm", state: "due", attempts: 1, nextAt: iso(60_000) }] }),
      T + 5_000,
    );
    expect(due).toMatchObject({ lane: "crm", at: T + 60_000, open: true });
  });
});

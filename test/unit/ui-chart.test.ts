// The layout of charts: whatever the numbers, columns stand beside each other, within the picture, and nothing that is there is invisible.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnBoxes, roundUp } from "../../src/ui/parts/chart.tsx";

const column = fc.array(fc.nat(1_000_000), { minLength: 3, maxLength: 3 }).map((values) => ({
  label: "",
  parts: values.map((value, n) => ({ tone: (["good", "bad", "busy"] as const)[n] ?? "busy", value })),
}));

describe("a chart", () => {
  it("has a scale in round steps, above every value", () => {
    expect([0, 1, 5, 6, 11, 26, 99, 100, 101, 2_600, 999_999].map(roundUp)).toEqual([
      5, 5, 5, 10, 20, 50, 100, 100, 200, 5_000, 1_000_000,
    ]);
    fc.assert(
      fc.property(fc.nat(1e9), (value) => roundUp(value) >= value && roundUp(value) <= Math.max(value * 2.5, 5)),
    );
  });

  it("shows columns beside each other, their parts on top of each other, and all that is there", () => {
    fc.assert(
      fc.property(fc.array(column, { minLength: 1, maxLength: 200 }), (columns) => {
        const top = roundUp(
          Math.max(...columns.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)), 1),
        );
        const boxes = columnBoxes(columns, top);
        let right = 0;
        for (const [n, parts] of boxes.entries()) {
          let ground = 100;
          for (const [index, { x, y, width, height }] of parts.entries()) {
            expect(x).toBeGreaterThanOrEqual(right - 1e-6);
            expect(width).toBeGreaterThan(0);
            expect(x + width).toBeLessThanOrEqual(1_000 + 1e-6);
            expect(y + height).toBeCloseTo(ground, 6);
            expect(y).toBeGreaterThanOrEqual(-3);
            expect(height > 0).toBe((columns[n]?.parts[index]?.value ?? 0) > 0);
            ground = y;
          }
          right = (parts[0]?.x ?? 0) + (parts[0]?.width ?? 0);
        }
      }),
    );
  });
});

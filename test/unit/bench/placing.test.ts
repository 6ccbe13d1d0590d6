// The benchmark of scale: that what it says of the placing can be believed.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chiSquarePercentile, placed, SHAPES, spreadOf } from "../../../bench/placing.ts";
import { poissonProcess, seeded, weighted } from "../../../bench/seeded.ts";

const sum = (counts: Iterable<number>): number => [...counts].reduce((a, b) => a + b, 0);

describe("the placing of keys", () => {
  it("puts every key of every shape into one shard, for any number of shards", () => {
    const shapes = fc.constantFrom(...SHAPES);
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: 0, max: 500 }),
        fc.array(fc.integer({ min: 1, max: 256 }), { maxLength: 4 }),
        (shape, keys, shards) => {
          const counts = placed(shape, keys, shards);
          expect(counts.map(({ length }) => length)).toEqual(shards);
          for (const each of counts) expect(sum(each)).toBe(keys);
        },
      ),
    );
  });

  it("is the same each time", () => {
    for (const shape of SHAPES) expect(placed(shape, 1_000, [16])).toEqual(placed(shape, 1_000, [16]));
  });

  it.each(SHAPES)("is as even as chance would make it: $name", (shape) => {
    for (const counts of placed(shape, 50_000, [4, 16, 64, 256])) {
      const { percentile } = spreadOf(counts);
      expect(percentile).toBeGreaterThan(0.0005);
      expect(percentile).toBeLessThan(0.9995);
    }
  });

  it("has keys of each shape that differ", () => {
    for (const { key } of SHAPES) {
      const random = seeded(1);
      const keys = Array.from({ length: 2_000 }, (_, n) => JSON.stringify(key(n, random)));
      expect(new Set(keys).size).toBe(2_000);
    }
  });

  it("makes records of which each is a UUID", () => {
    const random = seeded(2);
    for (const { key } of SHAPES) {
      const { recordId } = key(7, random);
      if (recordId !== null)
        expect(recordId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[457][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });
});

describe("the spread", () => {
  it("is what one works out by hand", () => {
    const spread = spreadOf(Uint32Array.of(90, 110, 100, 100));
    expect(spread).toMatchObject({ min: 90, max: 110, maxToMean: 1.1 });
    expect(spread.deviation).toBeCloseTo(Math.sqrt(50), 10);
    expect(spread.binomial).toBeCloseTo(Math.sqrt(400 * 0.25 * 0.75), 10);
  });

  it("of a placing that is too uneven, or too even for chance, stands out", () => {
    expect(spreadOf(Uint32Array.of(1_000, 1_000, 1_000, 1_300)).percentile).toBeGreaterThan(0.9999);
    expect(spreadOf(new Uint32Array(64).fill(1_000)).percentile).toBeLessThan(0.0001);
  });

  it("ranks χ² as the tables do", () => {
    // The 95th percentiles of 3, 15 and 255 degrees of freedom.
    for (const [chiSquare, degrees] of [
      [7.815, 3],
      [24.996, 15],
      [293.248, 255],
    ] as const) {
      expect(chiSquarePercentile(chiSquare, degrees)).toBeCloseTo(0.95, 2);
    }
  });
});

describe("the seeded chance", () => {
  it("gives arrivals with the mean and the variance of Poisson, at small and at large rates", () => {
    for (const rate of [0.3, 4, 150]) {
      const arrivals = poissonProcess(seeded(3));
      const counts = Array.from({ length: 20_000 }, () => arrivals(rate));
      const mean = sum(counts) / counts.length;
      const variance = sum(counts.map((count) => (count - mean) ** 2)) / counts.length;
      expect(mean / rate).toBeCloseTo(1, 1);
      expect(variance / rate).toBeCloseTo(1, 1);
    }
  });

  it("has no arrivals while the rate is nought", () => {
    const arrivals = poissonProcess(seeded(4));
    expect(sum(Array.from({ length: 100 }, () => arrivals(0)))).toBe(0);
  });

  it("draws each index as often as its weight says", () => {
    const draw = weighted(Float64Array.of(1, 0, 3, 6), seeded(5));
    const drawn = [0, 0, 0, 0];
    for (let n = 0; n < 100_000; n++) {
      const index = draw();
      drawn[index] = (drawn[index] ?? 0) + 1;
    }
    expect(drawn[1]).toBe(0);
    for (const [index, share] of [
      [0, 0.1],
      [2, 0.3],
      [3, 0.6],
    ] as const)
      expect((drawn[index] ?? 0) / 100_000).toBeCloseTo(share, 2);
  });
});

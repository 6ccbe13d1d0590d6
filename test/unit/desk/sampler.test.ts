// What the sampler lets through, and that it stays bounded.
import { expect, it } from "vitest";
import { createSampler } from "../../../src/desk/sampler.ts";

const EVERY_MS = 10_000;

it("lets the first of a name through, then one per interval", () => {
  const sampler = createSampler();
  const taken = [0, 1, 9_999, 10_000, 10_001, 25_000].filter((at) => sampler.take("a", at, EVERY_MS));
  expect(taken).toEqual([0, 10_000, 25_000]);
});

it("counts each name by itself", () => {
  const sampler = createSampler();
  expect([sampler.take("a", 0, EVERY_MS), sampler.take("b", 0, EVERY_MS)]).toEqual([true, true]);
});

it("lets a few of a name through where it may", () => {
  const sampler = createSampler();
  const taken = Array.from({ length: 25 }, (_, n) => sampler.take("a", n * 1_000, EVERY_MS, 3)).filter(Boolean);
  expect(taken).toHaveLength(9);
});

it("is not silenced by a clock that was ahead and is set back", () => {
  const sampler = createSampler();
  expect([sampler.take("a", 1_000_000, EVERY_MS), sampler.take("a", 5, EVERY_MS)]).toEqual([true, true]);
});

it("lets nothing new through while it is full, and makes room as time passes", () => {
  const sampler = createSampler();
  const taken = Array.from({ length: 5_000 }, (_, n) => sampler.take(`name ${n}`, 0, EVERY_MS)).filter(Boolean);
  expect(taken).toHaveLength(2_000);
  expect(sampler.take("new", EVERY_MS - 1, EVERY_MS)).toBe(false);
  expect(sampler.take("new", EVERY_MS, EVERY_MS)).toBe(true);
});

// Chance that can be had again: the same seed gives the same numbers. Pure; nothing here is fit for secrets.
import { chanceOf } from "../scripts/chaos/chance.ts";

/** A number from 0 up to 1. */
export type Random = () => number;

export function seeded(seed: number): Random {
  return chanceOf(seed).next;
}

/**
 * How many arrivals there are in each unit of time in turn: a Poisson process made of its exponential gaps, so exact at any rate. The
 * rate may change from unit to unit.
 */
export function poissonProcess(random: Random): (rate: number) => number {
  let gap = exponential(random);
  return (rate) => {
    let arrived = 0;
    let left = rate;
    while (gap <= left) {
      left -= gap;
      gap = exponential(random);
      arrived++;
    }
    gap -= left;
    return arrived;
  };
}

function exponential(random: Random): number {
  return -Math.log(1 - random());
}

/** Draws an index with its weight's probability, in constant time (Walker's alias method, as Vose builds it). */
export function weighted(weights: Float64Array, random: Random): () => number {
  const size = weights.length;
  const sum = weights.reduce((a, b) => a + b, 0);
  const chance = weights.map((weight) => (weight * size) / sum);
  const alias = new Uint32Array(size);
  const small: number[] = [];
  const large: number[] = [];
  for (let index = 0; index < size; index++) ((chance[index] ?? 0) < 1 ? small : large).push(index);
  while (small.length > 0 && large.length > 0) {
    const less = small.pop() ?? 0;
    const more = large.at(-1) ?? 0;
    alias[less] = more;
    const left = (chance[more] ?? 0) + (chance[less] ?? 0) - 1;
    chance[more] = left;
    if (left < 1) small.push(large.pop() ?? 0);
  }
  for (const index of [...small, ...large]) chance[index] = 1;
  return () => {
    const index = Math.floor(random() * size);
    return random() < (chance[index] ?? 0) ? index : (alias[index] ?? 0);
  };
}

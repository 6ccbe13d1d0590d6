// What lies in the middle of what was measured, and elsewhere in it; and how it is measured in turns.

/** @param share from 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Each side in turns (A B A B …), so that whatever else the machine does hits all of them.
 *
 * @param warmUp rounds that come before and are not counted
 * @param run one turn of a side; in `round`, which is negative while it warms up
 * @returns the median of each side, ms
 */
export async function mediansInTurns<Side>(
  sides: readonly Side[],
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
  run: (side: Side, round: number) => Promise<unknown>,
): Promise<number[]> {
  const times = sides.map((): number[] => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const [index, side] of sides.entries()) {
      const begun = performance.now();
      await run(side, round);
      if (round >= 0) times[index]?.push(performance.now() - begun);
    }
  }
  return times.map(median);
}

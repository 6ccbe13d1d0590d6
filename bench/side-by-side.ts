// Measures several ways of doing a thing in turns (A B A B …), so that whatever else the machine does hits all of them,
// and gives the median of each and its ratio to the first, the floor.
import { median } from "./quantile.ts";

export interface Contender {
  readonly name: string;
  run(): Promise<unknown>;
}

const ROUNDS = 15;
const WARM_UP_RUNS = 200;

/** Prints a table: µs per run (median of the rounds) and the ratio to the floor. */
export async function sideBySide(contenders: readonly Contender[], runsPerRound: number): Promise<void> {
  for (const { run } of contenders) for (let i = 0; i < WARM_UP_RUNS; i++) await run();
  const times = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { run }] of contenders.entries()) {
      const begun = performance.now();
      for (let i = 0; i < runsPerRound; i++) await run();
      times[index]?.push(((performance.now() - begun) / runsPerRound) * 1_000);
    }
  }
  const medians = times.map(median);
  const floor = medians[0] ?? Number.NaN;
  console.log("| what | µs, median | ratio to the floor |\n|---|---|---|");
  for (const [index, { name }] of contenders.entries()) {
    const micros = medians[index] ?? Number.NaN;
    console.log(`| ${name} | ${micros.toFixed(1)} | ${(micros / floor).toFixed(2)} |`);
  }
}

// The way in, whole, beside its floor: a signed Stripe event is verified, parsed, decided by a hundred rules, given its record id,
// deduplicated and admitted, against a Worker that does nothing but make the body durable. Real workerd without a development
// proxy, SQLite on disk, the load in a process of its own, in turns. The engine is paused, so that nothing follows the answer.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuMs, floor, load, ours, type Side as Running, secretsOf } from "./ingress-sides.ts";
import type { Seen } from "./load.ts";
import { median } from "./quantile.ts";

interface Side extends Running {
  readonly seen: (Seen & { readonly cpuMs: number })[];
}

export async function ingress({
  shardCounts = [1, 4, 16],
  requests = 3_000,
  rounds = 6,
  connections = 32,
} = {}): Promise<void> {
  console.log(
    `${requests.toLocaleString("en")} events of ${connections} connections a round, ${rounds} rounds in turns; medians.\n`,
  );
  console.log(
    "| shards | | requests/s | ratio | p50, ms | p99, ms | CPU, ms a request | ratio |\n|---|---|---|---|---|---|---|---|",
  );
  for (const shards of shardCounts) {
    const directory = mkdtempSync(join(tmpdir(), "hookspan-ingress-"));
    const running = [
      await floor(directory, shards, false),
      await floor(directory, shards, true),
      await ours(directory, shards),
    ];
    const sides: readonly Side[] = running.map((each) => ({ ...each, seen: [] }));
    try {
      const secret = secretsOf().ofSource("stripe");
      for (let round = 0; round <= rounds; round++) {
        for (const side of sides) {
          const before = cpuMs(side.process);
          const seen = await load({ url: side.url, secret, requests, connections, name: `${shards}_${round}` });
          if (seen.others > 0) throw new Error(`${side.name}: ${seen.others} events were not answered with 202`);
          // The first is for the compiler.
          if (round > 0) side.seen.push({ ...seen, cpuMs: (cpuMs(side.process) - before) / requests });
        }
      }
      report(shards, sides, requests);
    } finally {
      await Promise.all(sides.map(({ process }) => process.kill()));
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

function report(shards: number, sides: readonly Side[], requests: number): void {
  const [base] = sides;
  if (!base) return;
  for (const { name, seen } of sides) {
    const of = (pick: (each: Side["seen"][number]) => number): number => median(seen.map(pick));
    // Round by round, since all of a round have met the same machine.
    const ratio = (pick: (each: Side["seen"][number]) => number): string =>
      median(seen.map((each, n) => pick(each) / pick(base.seen[n] ?? each))).toFixed(2);
    const rate = Math.round(of(({ seconds }) => requests / seconds)).toLocaleString("en");
    const cpu = of((each) => each.cpuMs).toFixed(3);
    const [p50, p99] = [of((each) => each.p50), of((each) => each.p99)].map((ms) => ms.toFixed(1));
    console.log(
      `| ${shards} | ${name} | ${rate} | ${ratio(({ seconds }) => 1 / seconds)} | ${p50} | ${p99} | ${cpu} | ${ratio((each) => each.cpuMs)} |`,
    );
  }
}

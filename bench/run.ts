// npm run bench: every benchmark; npm run bench -- NAME: one of them. Each is measured side by side with its own floor in
// one run and reported as a ratio, because machines differ and are shared. RESULTS.md keeps what was seen. With --tiny each does
// hardly anything: it shows that the benchmarks run, and nothing else.
import { alternatives } from "./alternatives.ts";
import { bundle } from "./bundle.ts";
import { cost } from "./cost.ts";
import { drain } from "./drain.ts";
import { growth } from "./growth.ts";
import { ingress } from "./ingress.ts";
import { latency } from "./latency.ts";
import { listing } from "./listing.ts";
import { pages } from "./pages.ts";
import { rules } from "./rules.ts";
import { scale } from "./scale.ts";
import { start } from "./start.ts";
import { verification } from "./verification.ts";

interface Benchmark {
  readonly whole: () => Promise<void>;
  readonly tiny: () => Promise<void>;
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  verification: { whole: verification, tiny: verification },
  rules: { whole: rules, tiny: () => rules({ counts: [10, 20] }) },
  ingress: {
    whole: ingress,
    tiny: () => ingress({ shardCounts: [1], requests: 40, rounds: 1, connections: 4 }),
  },
  bundle: { whole: bundle, tiny: bundle },
  start: { whole: start, tiny: () => start({ starts: 1, requests: 40, step: 20 }) },
  drain: { whole: drain, tiny: () => drain({ due: 20, invocations: [1, 2], long: 40 }) },
  latency: { whole: latency, tiny: () => latency({ quiet: 2, busy: 4, pauseMs: 0 }) },
  listing: { whole: listing, tiny: () => listing({ rowsPerShard: 200, rounds: 2 }) },
  growth: { whole: growth, tiny: () => growth({ sizes: [0, 200, 400], rounds: 2 }) },
  pages: { whole: pages, tiny: () => pages({ rowsPerShard: 100, rounds: 1 }) },
  cost: { whole: cost, tiny: cost },
  alternatives: { whole: alternatives, tiny: alternatives },
  scale: { whole: scale, tiny: () => scale({ keysOfEachShape: 2_000, volumes: [10_000] }) },
};

const asked = process.argv.slice(2);
const size = asked.includes("--tiny") ? "tiny" : "whole";
const wanted = asked.filter((name) => name !== "--tiny");
const unknown = wanted.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHMARKS).join(", ")}.`);
  process.exit(1);
}
for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n## ${name}\n`);
  await benchmark[size]();
}

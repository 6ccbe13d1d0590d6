// npm run bench: every benchmark; npm run bench -- NAME: one of them. Each is measured side by side with its own floor in
// one run and reported as a ratio, because machines differ and are shared. RESULTS.md keeps what was seen.
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

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  verification,
  rules,
  ingress,
  bundle,
  start,
  drain,
  latency,
  listing,
  growth,
  pages,
  cost,
  alternatives,
  scale,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHMARKS).join(", ")}.`);
  process.exit(1);
}
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n## ${name}\n`);
  await run();
}

// What the ledger's work costs when a shard holds much: admission, claim and list beside an empty shard, in turns. Real workerd,
// SQLite on disk, one process and one shard for each size. What is filled in is over and delivered, as most of a ledger is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareWorkerd } from "../scripts/chaos/workerd.ts";
import { freePort } from "../scripts/local-stack.ts";
import { mediansInTurns } from "./quantile.ts";

const WORK: Readonly<Record<string, string>> = {
  "20 admissions, one by one": "admit",
  "12 admissions at once, and their claim": "claim",
  "the newest 50": "newest",
  "everything about one record": "record",
};

/** Rows are made in one statement each time, so that none takes too long. */
const FILL_AT_ONCE = 100_000;

export async function growth({ sizes = [0, 100_000, 1_000_000], rounds = 60 } = {}): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-growth-"));
  const sides = await Promise.all(
    sizes.map(async (rows) => {
      const port = await freePort();
      const process = await prepareWorkerd({
        name: `growth-${rows}`,
        wranglerConfig: "bench/listing.toml",
        directory: join(directory, String(rows)),
        port,
        readyPath: "/newest?shards=1&now=1",
        variables: {},
      });
      return { rows, process, url: `http://127.0.0.1:${port}` };
    }),
  );
  const now = Date.now();
  try {
    for (const { process, url, rows } of sides) {
      await process.start();
      for (let from = 0; from < rows; from += FILL_AT_ONCE) {
        const count = Math.min(FILL_AT_ONCE, rows - from);
        await ask(`${url}/fill?shards=1&rows=${count}&part=${from / FILL_AT_ONCE}&now=${now - (rows - from - count)}`);
      }
    }
    console.log(`ms, median of ${rounds}, in turns; ratio to the empty shard.\n`);
    const heads = sizes.map((rows) => `${rows.toLocaleString("en")} executions |`);
    console.log(`| work | ${heads.join(" ")} ratios |\n|---|${sizes.map(() => "---|").join("")}---|`);
    for (const [name, path] of Object.entries(WORK)) {
      const medians = await mediansInTurns(sides, { rounds, warmUp: 5 }, ({ url }, round) =>
        ask(`${url}/${path}?shards=1&now=${now + 1_000 + round}&round=${path}${round}`),
      );
      const ratios = medians.slice(1).map((each) => (each / (medians[0] ?? each)).toFixed(2));
      console.log(`| ${name} | ${medians.map((ms) => `${ms.toFixed(1)} |`).join(" ")} ${ratios.join(", ")} |`);
    }
  } finally {
    await Promise.all(sides.map(({ process }) => process.kill()));
    rmSync(directory, { recursive: true, force: true });
  }
}

async function ask(url: string): Promise<void> {
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
}

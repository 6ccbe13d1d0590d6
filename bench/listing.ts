// What a look into the ledger costs when there is much of it: a million executions over 16 shards, beside one shard of the same size
// as each of these. Real workerd, SQLite on disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareWorkerd } from "../scripts/chaos/workerd.ts";
import { freePort } from "../scripts/local-stack.ts";
import { mediansInTurns } from "./quantile.ts";

const SHARDS = 16;

const LOOKS = { "the newest 50": "newest", "everything about one record": "record", numbers: "stats" } as const;

export async function listing({ rowsPerShard = 62_500, rounds = 40 } = {}): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-listing-"));
  const sides = [
    { name: "one", shards: 1, port: await freePort() },
    { name: "all", shards: SHARDS, port: await freePort() },
  ];
  const processes = await Promise.all(
    sides.map(({ name, port }) =>
      prepareWorkerd({
        name,
        wranglerConfig: "bench/listing.toml",
        directory: join(directory, name),
        port,
        readyPath: "/newest?shards=1&now=1",
        variables: {},
      }),
    ),
  );
  try {
    await Promise.all(processes.map((each) => each.start()));
    const now = Date.now();
    const ask = async (side: (typeof sides)[number], path: string): Promise<void> => {
      const answer = await fetch(
        `http://127.0.0.1:${side.port}/${path}${path.includes("?") ? "&" : "?"}shards=${side.shards}&now=${now}`,
      );
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
      await answer.text();
    };
    for (const side of sides) await ask(side, `fill?rows=${rowsPerShard}`);
    console.log(`${rowsPerShard.toLocaleString("en")} executions in each shard; ms, median of ${rounds}, in turns.\n`);
    console.log(
      `| look | one shard | ${SHARDS} shards, ${(SHARDS * rowsPerShard).toLocaleString("en")} executions | ratio |\n|---|---|---|---|`,
    );
    for (const [name, path] of Object.entries(LOOKS)) {
      const [one = 0, all = 0] = await mediansInTurns(sides, { rounds, warmUp: 5 }, (side) => ask(side, path));
      console.log(`| ${name} | ${one.toFixed(1)} | ${all.toFixed(1)} | ${(all / one).toFixed(1)} |`);
    }
  } finally {
    await Promise.all(processes.map((each) => each.kill()));
    rmSync(directory, { recursive: true, force: true });
  }
}

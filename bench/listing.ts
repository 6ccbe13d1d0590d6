// What a look into the ledger costs when there is much of it: a million executions over 16 shards, beside one shard of the same size
// as each of these. Real workerd, SQLite on disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareWorkerd } from "../scripts/chaos/workerd.ts";
import { freePort } from "../scripts/local-stack.ts";

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
    const ask = async (side: (typeof sides)[number], path: string): Promise<number> => {
      const begun = performance.now();
      const answer = await fetch(
        `http://127.0.0.1:${side.port}/${path}${path.includes("?") ? "&" : "?"}shards=${side.shards}&now=${now}`,
      );
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
      await answer.text();
      return performance.now() - begun;
    };
    for (const side of sides) await ask(side, `fill?rows=${rowsPerShard}`);
    console.log(`${rowsPerShard.toLocaleString("en")} executions in each shard; ms, median of ${rounds}, in turns.\n`);
    console.log(
      `| look | one shard | ${SHARDS} shards, ${(SHARDS * rowsPerShard).toLocaleString("en")} executions | ratio |\n|---|---|---|---|`,
    );
    for (const [name, path] of Object.entries(LOOKS)) {
      const times = sides.map((): number[] => []);
      for (let round = 0; round < rounds + 5; round++) {
        for (const [index, side] of sides.entries()) {
          const ms = await ask(side, path);
          if (round >= 5) times[index]?.push(ms);
        }
      }
      const [one = 0, all = 0] = times.map((each) => each.toSorted((a, b) => a - b)[Math.floor(each.length / 2)] ?? 0);
      console.log(`| ${name} | ${one.toFixed(1)} | ${all.toFixed(1)} | ${(all / one).toFixed(1)} |`);
    }
  } finally {
    await Promise.all(processes.map((each) => each.kill()));
    rmSync(directory, { recursive: true, force: true });
  }
}

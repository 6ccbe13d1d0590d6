// What each page of the dashboard takes when there is much to show: a million executions over 16 shards, beside one shard of the same
// size as each of these. The whole Worker in real workerd, SQLite on disk, signed in by a session.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareWorkerd } from "../scripts/chaos/workerd.ts";
import { developmentSecrets } from "../scripts/development-secrets.ts";
import { freePort } from "../scripts/local-stack.ts";
import { mediansInTurns } from "./quantile.ts";

const SHARDS = 16;
const RECORD = "00000064-0000-4000-8000-000000000000";

const PAGES: Readonly<Record<string, string>> = {
  overview: "/ui",
  executions: "/ui/executions",
  "executions, filtered": "/ui/executions?state=failed",
  "one execution": "/ui/executions/EXECUTION",
  record: `/ui/records?record=${RECORD}`,
  "dead letters": "/ui/dead-letters",
  sources: "/ui/sources",
  rules: "/ui/rules?period=1h",
  callbacks: "/ui/callbacks",
  engines: "/ui/engines",
  jobs: "/ui/jobs",
  configuration: "/ui/configuration",
  access: "/ui/access",
};

export async function pages({ rowsPerShard = 62_500, rounds = 15 } = {}): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-pages-"));
  const config = JSON.parse(readFileSync(new URL("../scripts/demo.config.json", import.meta.url), "utf8"));
  const secrets = developmentSecrets(config);
  const sides = await Promise.all(
    [1, SHARDS].map(async (shards) => {
      const port = await freePort();
      const process = await prepareWorkerd({
        name: `pages-${shards}`,
        wranglerConfig: "bench/pages.toml",
        directory: join(directory, String(shards)),
        port,
        readyPath: "/healthz",
        variables: {
          DEVELOPMENT: "true",
          DEVELOPMENT_CONFIG: JSON.stringify({ ...config, ledger: { shards } }),
          ...secrets.all,
        },
      });
      return { shards, process, url: `http://127.0.0.1:${port}`, cookie: "", execution: "" };
    }),
  );
  try {
    for (const side of sides) {
      await side.process.start();
      await must(fetch(`${side.url}/bench/fill?shards=${side.shards}&rows=${rowsPerShard}&now=${Date.now()}`));
      const login = await fetch(`${side.url}/ui/login`, {
        method: "POST",
        headers: { origin: side.url },
        body: new URLSearchParams({ token: secrets.adminToken }),
        redirect: "manual",
      });
      side.cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const list = await must(
        fetch(`${side.url}/api/executions?limit=1`, { headers: { authorization: `Bearer ${secrets.adminToken}` } }),
      );
      side.execution = (JSON.parse(list) as { executions: { id: string }[] }).executions[0]?.id ?? "";
    }
    const total = (SHARDS * rowsPerShard).toLocaleString("en");
    console.log(`${rowsPerShard.toLocaleString("en")} executions in each shard; ms, median of ${rounds}, in turns.\n`);
    console.log(`| page | one shard | ${SHARDS} shards, ${total} executions | ratio |\n|---|---|---|---|`);
    for (const [name, path] of Object.entries(PAGES)) {
      const [one = 0, all = 0] = await mediansInTurns(sides, { rounds, warmUp: 2 }, ({ url, cookie, execution }) =>
        must(fetch(url + path.replace("EXECUTION", execution), { headers: { cookie } })),
      );
      console.log(`| ${name} | ${one.toFixed(1)} | ${all.toFixed(1)} | ${(all / one).toFixed(1)} |`);
    }
  } finally {
    await Promise.all(sides.map(({ process }) => process.kill()));
    rmSync(directory, { recursive: true, force: true });
  }
}

async function must(asked: Promise<Response>): Promise<string> {
  const answer = await asked;
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return text;
}

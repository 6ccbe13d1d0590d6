// npm run deploy: the checks, wrangler, and the question how the bridge is (scripts/deploy/run.ts), in the real world. Cloudflare's
// deploy button runs the same script.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, parseEnv } from "node:util";
import { unstable_readConfig } from "wrangler";
import type { Migration, WorkerConfig } from "./deploy/checks.ts";
import { deploy, type Finished } from "./deploy/run.ts";

const USAGE = `Usage: npm run deploy -- [--env NAME] [--dry-run] [--secrets-file FILE] [--url URL]

  --env           an environment of wrangler.toml, such as staging; the top level where it is left out
  --dry-run       checks and bundles; asks nobody, deploys nothing
  --secrets-file  secrets to deploy with the Worker, as NAME=value lines or JSON
  --url           where the bridge will be, to ask /healthz; wrangler tells it for workers.dev`;

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WRANGLER = fileURLToPath(new URL("../node_modules/wrangler/bin/wrangler.js", import.meta.url));
const HEALTH_TIMEOUT_MS = 10_000;

const quiet = { WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" };

function run(args: readonly string[], stdio: "pipe" | "inherit", more: Record<string, string> = {}): Promise<Finished> {
  return new Promise((done, failed) => {
    const env = { ...process.env, ...quiet, ...more };
    const child = spawn(process.execPath, [WRANGLER, ...args], { cwd: ROOT, env, stdio: ["ignore", stdio, stdio] });
    let [stdout, stderr] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", failed);
    child.on("close", (code) => done({ code: code ?? 1, stdout, stderr }));
  });
}

/** wrangler writes what it has done as lines of JSON. */
function targetsIn(file: string): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.flatMap((line) => {
    const entry = JSON.parse(line) as { type?: string; targets?: string[] };
    return entry.type === "deploy" ? (entry.targets ?? []) : [];
  });
}

function namesIn(file: string | undefined): string[] {
  if (file === undefined) return [];
  const text = readFileSync(file, "utf8");
  return Object.keys(text.trimStart().startsWith("{") ? JSON.parse(text) : parseEnv(text));
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

function readDocument(): unknown {
  try {
    return readJson("../bridge.config.json");
  } catch {
    return undefined;
  }
}

function optionsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        env: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        "secrets-file": { type: "string" },
        url: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (thrown) {
    console.error(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${USAGE}`);
    process.exit(1);
  }
}

const options = optionsOf(process.argv.slice(2));
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

const outputs = mkdtempSync(join(tmpdir(), "hookspan-deploy-"));
try {
  const world = {
    document: readDocument(),
    worker: unstable_readConfig({
      config: join(ROOT, "wrangler.toml"),
      ...(options.env === undefined ? {} : { env: options.env }),
    }) as WorkerConfig,
    released: readJson<Migration[]>("./deploy/released-migrations.json"),
    secretsInFile: namesIn(options["secrets-file"]),
    wrangler: (args: readonly string[]) => run(args, "pipe"),
    async deploy(args: readonly string[]) {
      const file = join(outputs, "wrangler.ndjson");
      const { code } = await run(["deploy", ...args], "inherit", { WRANGLER_OUTPUT_FILE_PATH: file });
      return { code, targets: targetsIn(file) };
    },
    async fetch(url: string) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
      return { status: answer.status, text: await answer.text() };
    },
    sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)),
    say: (line: string) => console.log(line),
  };
  const { env, url } = options;
  process.exitCode = await deploy(world, {
    env,
    url,
    dryRun: options["dry-run"],
    secretsFile: options["secrets-file"],
  });
} finally {
  rmSync(outputs, { recursive: true });
}

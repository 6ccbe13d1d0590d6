// What is deployed, as wrangler and esbuild make it: the dry run of `npm run deploy` for each environment with no network to be had,
// and the Worker with the configuration of each example in its place.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** Cloudflare's limit for a Worker on the free plan, compressed. */
const MAX_GZIP_BYTES = 3 * 1024 * 1024;

/** Nobody listens there: whoever asks the network for something fails. */
const NO_NETWORK = { HTTPS_PROXY: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" };

describe("npm run deploy -- --dry-run", () => {
  it.each([[[]], [["--env", "staging"]]])("passes without a network: %j", async (args) => {
    const env = { ...process.env, ...NO_NETWORK };
    const script = [join(ROOT, "scripts/deploy.ts"), "--dry-run", ...args];
    const { stdout } = await run(process.execPath, script, { env, cwd: ROOT });
    expect(stdout).toContain("env.LEDGER (LedgerShard)");
    expect(stdout).toContain("✓ dry run: nothing was deployed, and nobody was asked");
  });
});

describe("the Worker with the configuration", () => {
  const examples = readdirSync(join(ROOT, "docs/examples"), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".config.json"))
    .map((path) => `docs/examples/${path}`);

  it("is tried with many", () => {
    expect(examples.length).toBeGreaterThan(25);
  });

  it.each(["bridge.config.json", ...examples])("%s is one module within the platform's limit", async (path) => {
    const contents = readFileSync(join(ROOT, path), "utf8");
    const { outputFiles } = await build({
      entryPoints: [join(ROOT, "src/index.ts")],
      bundle: true,
      write: false,
      format: "esm",
      target: "es2024",
      conditions: ["workerd", "worker", "browser"],
      external: ["cloudflare:*"],
      logLevel: "silent",
      plugins: [
        {
          name: "another configuration",
          setup({ onLoad }) {
            onLoad({ filter: /[\\/]bridge\.config\.json$/ }, () => ({ contents, loader: "json" }));
          },
        },
      ],
    });
    const [module, ...others] = outputFiles;
    expect(others).toEqual([]);
    const { sources } = JSON.parse(contents) as { sources: Record<string, unknown> };
    for (const id of Object.keys(sources)) expect(module?.text).toContain(id);
    expect(gzipSync(module?.contents ?? "").length).toBeLessThan(MAX_GZIP_BYTES);
  });
});

// All tests in one run: the pure parts in plain Node, the rest in workerd with real Durable Objects, crashes with real
// processes, pages in a real browser. The tests of src/sources run in both, since it must give the same results in both.
import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { buildSync } from "esbuild";
import { defineConfig } from "vitest/config";

/** The engine simulator as a Worker of its own beside the bridge under test, bound to the tests as ENGINE_SIMULATOR. */
const simulator = {
  name: "engine-simulator",
  compatibilityDate: "2026-10-01",
  modules: [{ type: "ESModule" as const, path: "simulator.js", contents: bundled("./src/simulator/index.ts") }],
  durableObjects: { STATE: { className: "SimulatorState", useSQLite: true } },
  bindings: { SIMULATOR_CONTROL: "true" },
};

function bundled(entry: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd"],
    external: ["cloudflare:*"],
  });
  return outputFiles.map(({ text }) => text).join("");
}

const SEED = ["test/property-seed.ts"];

/** Their oracles, not what they test, need more of Node than workerd has: SDKs that sign synchronously, files, node:vm. */
const NODE_ONLY_ORACLES = [
  "corpora/*",
  "stripe.test.ts",
  "families/{jwt,jws-detached,paypal}.test.ts",
  "presets/{google-forms,kyc,slack}.test.ts",
].map((file) => `test/unit/sources/${file}`);

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], setupFiles: SEED, environment: "node" } },
      {
        plugins: [
          cloudflareTest({
            main: "./src/index.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { workers: [simulator], serviceBindings: { ENGINE_SIMULATOR: simulator.name } },
          }),
        ],
        test: {
          name: "workers",
          setupFiles: SEED,
          include: ["test/workers/**/*.test.ts"],
          // Hundreds of files, each with a warning about its source map: bundled once instead.
          deps: { optimizer: { ssr: { enabled: true, include: ["stripe"] } } },
        },
      },
      {
        plugins: [
          // nodejs_compat is for the tests' oracles; src/sources itself does without.
          cloudflareTest({ miniflare: { compatibilityDate: "2026-10-01", compatibilityFlags: ["nodejs_compat"] } }),
        ],
        test: {
          name: "sources",
          include: ["test/unit/sources/**/*.test.ts"],
          exclude: NODE_ONLY_ORACLES,
          setupFiles: SEED,
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: "./src/simulator/index.ts",
            wrangler: { configPath: "./src/simulator/wrangler.toml" },
          }),
        ],
        test: { name: "simulator", include: ["test/simulator/*.test.ts"] },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          environment: "node",
          testTimeout: 60_000,
          hookTimeout: 90_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "process",
          include: ["test/process/**/*.test.ts", "test/simulator/process/**/*.test.ts"],
          environment: "node",
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // They wait more than they work: for leases, for the next poll.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

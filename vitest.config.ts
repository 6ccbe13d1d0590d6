// Two projects in one run: the pure parts in plain Node, the rest in workerd with real Durable Objects.
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], environment: "node" } },
      {
        plugins: [cloudflareTest({ main: "./src/index.ts", wrangler: { configPath: "./wrangler.toml" } })],
        test: { name: "workers", include: ["test/workers/**/*.test.ts"] },
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
          name: "process",
          include: ["test/process/**/*.test.ts", "test/simulator/process/**/*.test.ts"],
          environment: "node",
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

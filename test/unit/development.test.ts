// What development puts in the place of engines and callbacks, and what it leaves as it is.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { developmentSecrets } from "../../scripts/development-secrets.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import { forDevelopment } from "../../src/development.ts";
import { resolveEngine } from "../../src/engine/presets.ts";

const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../docs/examples/engines/${name}.config.json`, import.meta.url), "utf8"));

function configOf(name: string) {
  const setup = readSetup(example(name), { development: true, hasSecret: () => true });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  return setup.value.config;
}

describe("in development", () => {
  it.each(["cloudflare-workflows", "n8n", "custom"])(
    "the simulator stands in for the engine %s, in its own words",
    (name) => {
      const engineUrl = "http://127.0.0.1:8788";
      const { engines } = forDevelopment(configOf(name), { engineUrl, callbackUrl: undefined });
      const { default: engine } = engines;
      if (!engine) throw new Error("no engine");
      const { operations, baseUrl } = resolveEngine(engine);
      expect(baseUrl).toBe(engineUrl);
      expect(operations.start).toMatchObject({ path: "/workflows", authorization: "transactionlink" });
      expect(operations.get.path).toBe("/workflows/{runId}");
    },
  );

  it("an engine is its own where no simulator is given, and a callback goes to the receiver", () => {
    const config = configOf("n8n");
    const local = forDevelopment(config, { engineUrl: undefined, callbackUrl: "http://127.0.0.1:8789" });
    expect(local.engines).toEqual(config.engines);
    expect(local.callbacks.crm?.url).toBe("http://127.0.0.1:8789/crm");
  });

  it("every secret that an engine names has a value, those of single operations included", () => {
    const { all } = developmentSecrets(example("n8n"));
    expect(Object.keys(all)).toEqual(expect.arrayContaining(["N8N_API_KEY", "N8N_WEBHOOK_TOKEN"]));
    expect(Object.values(all).every((value) => value !== "")).toBe(true);
  });
});

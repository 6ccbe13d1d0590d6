// Keeps docs/trying-rules.md true: what it shows are files, and the answers among them are what the bridge answers.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Backtest, summary } from "../../scripts/backtest-summary.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import { ok } from "../../src/core/result.ts";
import { app } from "../../src/http/app.ts";
import type { HttpBindings } from "../../src/http/context.ts";
import { plainRequest } from "../fakes/fake-access.ts";
import { fakeConfigDesk } from "../fakes/fake-config.ts";
import { createTestBridge } from "../fakes/test-bridge.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLES = "docs/examples";
const PAGE = "docs/trying-rules.md";
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const readJson = (name: string) => JSON.parse(read(`${EXAMPLES}/${name}`));

const surroundings = { development: false, hasSecret: () => true };

function bridgeWithFirstRule() {
  const setup = readSetup(readJson("first-rule.config.json"), surroundings, 1);
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  return { ...createTestBridge(), setup: setup.value };
}

async function ask(bridge: ReturnType<typeof bridgeWithFirstRule>, path: string, body: unknown) {
  const bindings: HttpBindings = {
    bridge: ok(bridge),
    config: fakeConfigDesk((document, revision) => readSetup(document, surroundings, revision)),
    adminToken: "token",
    ...plainRequest(),
    defer: () => undefined,
  };
  const init = { method: "POST", headers: { authorization: "Bearer token" }, body: JSON.stringify(body) };
  const answered = await app.fetch(new Request(`https://bridge.example.com/api/rules/${path}`, init), bindings);
  return answered.json();
}

it("the page shows its examples as they stand in their files", () => {
  const blocks = [...read(PAGE).matchAll(/<!-- file: (\S+) -->\n```\w+\n([\s\S]*?)\n```/g)];
  // None of them is loose.
  expect(blocks).toHaveLength(read(PAGE).match(/^```\w+$/gm)?.length ?? 0);
  expect(blocks.length).toBeGreaterThan(6);
  for (const [, file = "", text] of blocks) expect(text).toBe(read(file).trimEnd());
});

it.each(["try-order", "try-small-order", "try-request"])("%s is answered as the page shows", async (name) => {
  expect(await ask(bridgeWithFirstRule(), "test", readJson(`${name}.json`))).toEqual(readJson(`${name}.answer.json`));
});

it("config:backtest prints what the page shows", async () => {
  const bridge = bridgeWithFirstRule();
  for (const [index, total] of [1_250, 99, 640, 12, 300].entries()) {
    bridge.clock.advance(3_600_000);
    const id = `order-${1_001 + index}`;
    const time = new Date(bridge.clock.now()).toISOString();
    const data = { id, type: "order.paid", total, customer: { name: "Zoë", email: "zoe@example.com" } };
    const event = { id, source: "shop", type: "order.paid", time, data, headers: {}, dedupeKey: id };
    await bridge.ledger.admit(await bridge.setup.rules.decide(event), bridge.clock.now());
  }
  const config = readJson("lower-threshold.config.json");
  const found = (await ask(bridge, "backtest", { config })) as Backtest;
  expect(summary(found, "lower-threshold.config.json")).toBe(read(`${EXAMPLES}/backtest.txt`).trimEnd());
});

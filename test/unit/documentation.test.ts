// Keeps the documents true: every example in README, ARCHITECTURE, CHANGELOG and the page on living configuration is a file, and every such file works.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { costTable } from "../../bench/cost.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import { attempted } from "../../src/core/attempt.ts";
import { admitted, ended, started } from "../../src/core/execution.ts";
import { messageBody } from "../../src/core/message.ts";
import { PRESETS } from "../../src/sources/presets.ts";

const ROOT = join(import.meta.dirname, "../..");
const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "docs/living-configuration.md",
  "docs/replay.md",
  "docs/engines.md",
  "docs/migrating.md",
  "docs/guarantees.md",
  "docs/limits.md",
];
const surroundings = { development: false, hasSecret: () => true };

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function readJson(path: string) {
  return JSON.parse(read(path));
}

/** The fenced blocks of a document, with the file that each says it shows. */
function blocksOf(document: string) {
  const pattern = /(?:<!-- file: (\S+) -->\n)?([ ]*)```(\w*)\n([\s\S]*?)\n[ ]*```/g;
  return [...read(document).matchAll(pattern)].map(([, file, indent = "", language, text = ""]) => ({
    file,
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

describe("the documents", () => {
  const blocks = DOCUMENTS.flatMap(blocksOf);

  it("show every example as it stands in its file", () => {
    const shown = blocks.filter(({ file }) => file !== undefined);
    expect(shown.length).toBeGreaterThan(3);
    for (const { file, text } of shown) expect(text).toBe(read(file ?? "").trimEnd());
  });

  it("have no example in JSON or shell that is not a file, but the commands of package.json", () => {
    const loose = blocks.filter(({ file, language }) => file === undefined && language !== "");
    expect(loose.map(({ text }) => text)).toEqual(["npm ci\nnpm run demo"]);
  });

  it("name only npm scripts that exist", () => {
    const { scripts } = readJson("package.json");
    const named = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name),
    );
    expect([...new Set(named)].filter((name) => !(name !== undefined && name in scripts))).toEqual([]);
  });
});

describe("the figures in the documents", () => {
  it("count the presets as they are", () => {
    const counted = ["ARCHITECTURE.md", "CHANGELOG.md", "bench/RESULTS.md"].flatMap((document) =>
      [...read(document).matchAll(/(\d+) presets/g)].map(([, count]) => Number(count)),
    );
    expect(counted.length).toBeGreaterThan(2);
    expect([...new Set(counted)]).toEqual([Object.keys(PRESETS).length]);
  });
});

describe("the configurations that the project ships", () => {
  const examples = ["", "engines/"].flatMap((folder) =>
    readdirSync(join(ROOT, "docs/examples", folder))
      .filter((name) => name.endsWith(".config.json"))
      .map((name) => `${folder}${name}`),
  );
  it.each(["bridge.config.json", "scripts/demo.config.json", ...examples.map((name) => `docs/examples/${name}`)])(
    "%s is accepted",
    (path) => {
      expect(readSetup(readJson(path), surroundings)).toMatchObject({ ok: true });
    },
  );

  it("name only secrets that .dev.vars.example has, in bridge.config.json", () => {
    const names = [...read("bridge.config.json").matchAll(/"([A-Z][A-Z0-9_]{3,})"/g)].map(([, name]) => name);
    expect(names.filter((name) => !read(".dev.vars.example").includes(`${name}=`))).toEqual([]);
  });
});

describe("the callback message of the README", () => {
  it("is what the bridge sends", async () => {
    const example = readJson("docs/examples/callback-message.json");
    const setup = readSetup(readJson("docs/examples/first-rule.config.json"), surroundings);
    if (!setup.ok) throw new Error("refused");
    const data = {
      id: "order-1001",
      type: "order.paid",
      total: 1250,
      customer: { name: "Zoë", email: "Zoe@Example.com" },
    };
    const event = { ...example.data.event, data, headers: {}, dedupeKey: "order-1001" };
    const [admission] = await setup.value.rules.decide(event);
    if (!admission) throw new Error("no rule matched");

    const at = Date.parse(example.timestamp);
    const fresh = admitted(example.data.execution, admission, at - 2_000);
    const running = started(fresh, { runId: example.data.runId, expiresAt: null }, at - 1_000);
    const done = ended(running, "succeeded", { result: example.data.result }, at);
    expect(JSON.parse(messageBody(done))).toEqual(example);
    const retried = attempted(
      done,
      "crm",
      { delivered: false, detail: "HTTP 500", status: 500, durationMs: 3 },
      at + 9,
      0,
    );
    expect(messageBody(retried)).toBe(messageBody(done));
  });
});

describe("the price list of ARCHITECTURE.md", () => {
  it("is what the counted figures and the published prices give", () => {
    expect(read("ARCHITECTURE.md")).toContain(costTable());
  });
});

// Keeps the architecture true: who imports whom, what only the composition root may do, how long a file may be. Reads
// the source as text; ARCHITECTURE.md says why.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const MAX_LINES = 300;

/** What each part may import: other parts by folder, packages by name. A part may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ["zod", "jsonata", "re2js", "uuid", "croner", "fastest-levenshtein"],
  sources: ["core", "jose", "@rgrove/parse-xml"],
  bridge: ["core", "sources"],
  durable: ["core"],
  ledger: ["core", "bridge/ports.ts", "durable", "cloudflare:workers"],
  config: ["core", "bridge/ports.ts", "durable", "cloudflare:workers"],
  access: ["core", "bridge/ports.ts", "durable", "cloudflare:workers"],
  jobs: ["core", "bridge/ports.ts", "durable", "cloudflare:workers"],
  gate: ["core", "bridge/ports.ts", "durable", "cloudflare:workers"],
  desk: ["core", "bridge/ports.ts", "durable", "cloudflare:workers"],
  keys: ["core", "bridge/ports.ts"],
  listings: ["core", "bridge/ports.ts"],
  engine: ["core", "bridge/ports.ts"],
  callbacks: ["core", "bridge/ports.ts"],
  http: ["core", "bridge", "ui/dashboard.tsx", "hono", "zod", "zod-openapi"],
  ui: ["core", "http", "hono"],
  simulator: ["core/json.ts", "core/result.ts", "hono", "zod", "cloudflare:workers"],
  "log.ts": ["bridge/ports.ts"],
  "development.ts": ["core/config.ts", "core/engine-config.ts"],
  "deps.ts": [
    "access",
    "../bridge.config.json",
    "bridge",
    "callbacks",
    "config",
    "core",
    "desk",
    "development.ts",
    "engine",
    "gate",
    "jobs",
    "keys",
    "ledger",
    "listings",
    "log.ts",
    "sources",
  ],
  "index.ts": ["cloudflare:workers", "access", "bridge", "config", "deps.ts", "desk", "gate", "http", "jobs", "ledger"],
};

interface SourceFile {
  /** Relative to src or cli, with slashes. */
  readonly path: string;
  readonly part: string;
  readonly text: string;
  /** Without comments, so that prose may name what code may not. */
  readonly code: string;
}

/** What the command line may import beside itself. Of `http` it takes types only: what the API answers. */
const CLI_MAY_IMPORT = [
  "src/core",
  "src/sources",
  "src/bridge",
  "src/callbacks/signature.ts",
  "scripts/development-secrets.ts",
  "commander",
  "node",
];

const files = filesIn("src");
const cli = filesIn("cli");

function filesIn(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter(
      (path) =>
        /\.tsx?$/.test(path) &&
        !path.endsWith(".d.ts") &&
        !path.endsWith(".generated.ts") &&
        !path.includes(".wrangler/"),
    )
    .map((path) => {
      const text = readFileSync(join(ROOT, folder, path), "utf8");
      const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
      return { path, part: path.split("/")[0] ?? path, text, code };
    });
}

function importsOf(file: SourceFile, folder = "src"): string[] {
  const specifiers = [
    ...file.code.matchAll(/^(?:import|export)\b[^;="]*?from\s+"([^"\n]+)"|^import\s+"([^"]+)"|import\("([^"]+)"\)/gm),
  ];
  return specifiers
    .map((match) => match[1] ?? match[2] ?? match[3] ?? "")
    .map((specifier) => {
      if (!specifier.startsWith(".")) return specifier;
      const target = normalize(join(folder, dirname(file.path), specifier));
      return (folder === "src" ? relative(folder, target) : target).replaceAll("\\", "/");
    });
}

function mayImport(file: SourceFile, target: string): boolean {
  const allowed = MAY_IMPORT[file.part] ?? [];
  const own = target.startsWith(`${file.part}/`);
  return own || allowed.some((each) => target === each || target.startsWith(`${each}/`));
}

function filesWith(pattern: RegExp): string[] {
  return files
    .filter(({ code, part }) => part !== "simulator" && pattern.test(code))
    .map(({ path }) => path)
    .toSorted();
}

describe("the architecture", () => {
  it("is looked at as a whole", () => {
    expect(files.length).toBeGreaterThan(60);
    expect(files.filter((file) => importsOf(file).length > 0).length).toBeGreaterThan(50);
    expect([...new Set(files.map(({ part }) => part))].toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
  });

  it("is kept by every import", () => {
    const forbidden = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => !mayImport(file, target))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(forbidden).toEqual([]);
  });

  it("reads the clock, the network and chance in deps.ts only, and sets timers where waiting is bounded", () => {
    const ambient =
      /\bDate\.now\(|\bMath\.random\(|\brandomUUID\(|\bsetTimeout\(|\bnew Date\(\)|(?<![.\w])fetch\((?!request, env)/;
    expect(filesWith(ambient).toSorted()).toEqual(["core/time-limit.ts", "deps.ts"]);
  });

  it("writes to the console in log.ts only", () => {
    expect(filesWith(/\bconsole\b/)).toEqual(["log.ts"]);
  });

  it("knows the platform's Env in the entry, the composition root and the Durable Objects only", () => {
    expect(filesWith(/\bEnv\b/)).toEqual([
      "access/access-object.ts",
      "config/config-object.ts",
      "deps.ts",
      "desk/source-desk-object.ts",
      "gate/engine-gate-object.ts",
      "index.ts",
      "jobs/jobs-object.ts",
      "ledger/ledger-shard.ts",
    ]);
  });

  it("takes a request as proven that is not in the dry run only, where nothing can come of it", () => {
    expect(filesWith(/\bunproven\(/)).toEqual(["bridge/try-rules.ts", "sources/verify.ts"]);
  });

  it("takes a request as proven that the sender's own list holds in the comparison only", () => {
    expect(filesWith(/\blistedBySender\(/)).toEqual(["bridge/compare.ts", "sources/verify.ts"]);
  });

  it("keeps the command line outside: a client of the API that shares what is pure, and nothing of the Worker knows it", () => {
    const forbidden = cli.flatMap((file) =>
      importsOf(
        { ...file, code: file.code.replace(/^import type\b[^;]*?from "[./]+\/src\/http\/[^"]+";/gm, "") },
        "cli",
      )
        .filter(
          (target) =>
            !target.startsWith("cli/") &&
            !CLI_MAY_IMPORT.some(
              (each) => target === each || (/^[/:]/.test(target.slice(each.length)) && target.startsWith(each)),
            ),
        )
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(cli.length).toBeGreaterThan(10);
    expect(forbidden).toEqual([]);
    expect(files.filter((file) => importsOf(file).some((target) => target.startsWith("../cli")))).toEqual([]);
  });

  it("has no file over 300 lines, and each says first what it is for", () => {
    const all = [...files, ...cli];
    const long = all.filter(({ text }) => text.trimEnd().split("\n").length > MAX_LINES);
    const silent = all.filter(({ text }) => !text.startsWith("//"));
    expect([...long, ...silent].map(({ path }) => path)).toEqual([]);
  });

  it("has no folder for leftovers", () => {
    const named = [...files, ...cli].filter(({ path }) =>
      /(^|\/)(utils?|helpers?|common|misc|lib)(\/|\.ts$)/.test(path),
    );
    expect(named.map(({ path }) => path)).toEqual([]);
  });
});

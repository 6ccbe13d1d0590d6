// What is in the repository and in the bundle that nobody has written here: packages, their licences, code that makes code, and
// secrets that should not be there.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { verdictOf } from "../../scripts/supply/audit-verdict.ts";
import { PERMISSIVE, runtimePackages } from "../../scripts/supply/licences.ts";

const ROOT = join(import.meta.dirname, "../../");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0").filter(Boolean);

describe("the packages", () => {
  const { dependencies } = JSON.parse(read("package.json"));

  it("that run in production are each named in ARCHITECTURE.md, with the reason", () => {
    const [, paragraph = ""] = read("ARCHITECTURE.md").split("**Libraries.**");
    const libraries = paragraph.split("\n\n")[0]?.replaceAll("\n", " ") ?? "";
    const listed = libraries.split("Verification,")[0]?.matchAll(/([a-z0-9.-]+) \([^)]+\)/g) ?? [];
    const names = Object.keys(dependencies).map((name) => name.replace(/^@[^/]+\//, ""));
    expect([...listed].map(([, name]) => name).toSorted()).toEqual(names.toSorted());
  });

  it("have exact versions, and every one in the lock an integrity", () => {
    const { devDependencies, optionalDependencies } = JSON.parse(read("package.json"));
    const versions = Object.values<string>({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, { integrity?: string }> };
    const without = Object.entries(packages).filter(([path, { integrity }]) => path !== "" && integrity === undefined);
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it("that are part of the Worker have permissive licences only", () => {
    const packages = runtimePackages(ROOT);
    expect(packages.length).toBeGreaterThanOrEqual(Object.keys(dependencies).length);
    expect(packages.filter(({ licence }) => !PERMISSIVE.includes(licence))).toEqual([]);
  });
});

describe("an audit", () => {
  it("finds what is high or critical, and nothing else", () => {
    const report = (...severities: string[]) =>
      JSON.stringify({
        vulnerabilities: Object.fromEntries(severities.map((severity, i) => [`package-${i}`, { severity }])),
      });
    expect(verdictOf(report())).toEqual({ kind: "clean" });
    expect(verdictOf(report("low", "moderate"))).toEqual({ kind: "clean" });
    const packages = ["package-1 (high)", "package-2 (critical)"];
    expect(verdictOf(report("low", "high", "critical"))).toEqual({ kind: "vulnerable", packages });
  });

  it.each([
    // A registry that takes no audits, as npm 11 tells it; and one that is not there.
    [JSON.stringify({ message: "405 Method Not Allowed - POST https://registry.example/bulk", statusCode: 405 })],
    [JSON.stringify({ error: { summary: "request to https://registry.example failed" } })],
    [""],
    ["<html>"],
  ])("that could not be made is told as that: %j", (stdout) => {
    expect(verdictOf(stdout)).toMatchObject({ kind: "not-asked", why: expect.stringMatching(/\S/) });
  });
});

describe("code that makes code", () => {
  /** The indirect forms; what is direct, the compiler warns of. */
  const INDIRECT = /\bnew Function\b|(?<![\w.$])Function\(|\(0, ?eval\)|\bglobalThis\.eval\b/;

  /** The compiler's warnings about a module, and the module without its comments. */
  async function looked(contents: string) {
    const { warnings, outputFiles } = await build({
      stdin: { contents, resolveDir: ROOT },
      bundle: true,
      write: false,
      format: "esm",
      minifyWhitespace: true,
      external: ["cloudflare:*"],
      logLevel: "silent",
    });
    return { warnings, code: outputFiles[0]?.text ?? "" };
  }

  it("is not in src", () => {
    const found = tracked
      .filter((path) => /^src\/.*\.tsx?$/.test(path) && !path.endsWith(".generated.ts"))
      .filter((path) => INDIRECT.test(read(path)) || /(?<![\w.])eval\(/.test(read(path)));
    expect(found).toEqual([]);
  });

  it("is not in the bundle, whatever package it came with", async () => {
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
          // What is sent to browsers is text here, and no code: the dashboard's own policy forbids it to make any.
          name: "no assets",
          setup({ onLoad }) {
            onLoad({ filter: /assets\.generated\.ts$/ }, () => ({ contents: "export const ASSETS = {};" }));
          },
        },
      ],
    });
    const text = outputFiles[0]?.text ?? "";
    expect(text.length).toBeGreaterThan(500_000);
    const { warnings, code } = await looked(text);
    expect(warnings.filter(({ id }) => id === "direct-eval")).toEqual([]);
    expect(INDIRECT.exec(code)?.[0]).toBeUndefined();
  });

  it("would be found", async () => {
    const { warnings } = await looked("export const f = (x) => eval(x);");
    expect(warnings.map(({ id }) => id)).toEqual(["direct-eval"]);
    for (const code of ["new Function('x')", "a=Function('x')", "(0,eval)(x)"]) expect(INDIRECT.test(code)).toBe(true);
  });

  it("is not in a page: no part of the dashboard writes HTML that it has not made", () => {
    const pages = tracked.filter((path) => /^src\/ui\/.*\.(tsx|js)$/.test(path));
    const raw = /\braw\(|dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write/;
    expect(pages.filter((path) => raw.test(read(path)))).toEqual([]);
  });
});

describe("secrets", () => {
  const LIVE: Readonly<Record<string, RegExp>> = {
    "a live key of Stripe": /\b[sr]k_live_[A-Za-z0-9]{10,}/g,
    "a secret of Standard Webhooks": /\bwhsec_[A-Za-z0-9+/]{20,}={0,2}/g,
    "a signing key of Standard Webhooks": /\bwhsk_[A-Za-z0-9+/]{20,}={0,2}/g,
    "a token of TransactionLink": /\btot_[A-Za-z0-9]{16,}/g,
    "a token of the bridge": /\bhks_[a-z0-9]{16}_[A-Za-z0-9_-]{43}/g,
    "a key of AWS": /\bAKIA[0-9A-Z]{16}\b/g,
    "a token of GitHub": /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{50,})/g,
    "a token of Slack": /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
    "a key of Google": /\bAIza[0-9A-Za-z_-]{35}\b/g,
    "a private key": /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{60,}/g,
  };

  /** Values that open nothing, each with where it comes from. */
  const KNOWN: Readonly<Record<string, string>> = {
    whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw: "the example of the Standard Webhooks specification",
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD": "a vector of Svix's libraries",
    "whsec_bm90IHRoZSBzZW5kZXIncyBzZWNyZXQ=": "says: not the sender's secret",
    "whsec_Y3JtJ3Mgb3duIHNlY3JldA==": "says: crm's own secret",
    whsec_c3RyaXBlJ3Mgb3duIHNlY3JldA: "says: stripe's own secret",
    tot_0123456789abcdef: "the digits",
  };

  /** @returns the file and the kind, and never the value */
  function found(path: string, text: string): string[] {
    return Object.entries(LIVE).flatMap(([kind, pattern]) =>
      [...text.matchAll(pattern)].filter(([value]) => !Object.hasOwn(KNOWN, value)).map(() => `${path}: ${kind}`),
    );
  }

  it("are in no file of the repository, but for values that open nothing", () => {
    expect(tracked.length).toBeGreaterThan(500);
    expect(tracked.flatMap((path) => found(path, read(path)))).toEqual([]);
  });

  it("would be found", () => {
    const secrets = [
      `sk_${"live"}_51H8abcdefghij`,
      `whsec_${"A".repeat(32)}`,
      `tot_${"a1".repeat(12)}`,
      `AKIA${"Q".repeat(16)}`,
      `ghp_${"x".repeat(36)}`,
      `-----BEGIN ${"PRIVATE"} KEY-----\n${"MIIE".repeat(20)}\n`,
    ];
    for (const secret of secrets) expect(found("x", `KEY="${secret}"`)).toHaveLength(1);
  });

  it("have no file of their own here", () => {
    expect(
      tracked.filter((path) => /(^|\/)(\.dev\.vars|\.env)(\.(?!example)[^/]*)?$|\.(pem|p12|key)$/.test(path)),
    ).toEqual([]);
  });
});

// What the Worker weighs, and what each of its parts adds: bundled and minified as wrangler does, counted from esbuild's
// own account of the bytes.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const KIB = 1_024;

export async function bundle(): Promise<void> {
  const whole = await bundled("src/index.ts");
  const sources = await bundled("bench/sources-only.ts");
  console.log("| bundle | minified, KiB | gzip, KiB |\n|---|---|---|");
  console.log(`| the whole Worker | ${kib(whole.code.length)} | ${kib(gzipSync(whole.code).length)} |`);
  console.log(
    `| src/sources alone, with its libraries | ${kib(sources.code.length)} | ${kib(gzipSync(sources.code).length)} |`,
  );

  console.log("\n| part of the Worker | minified, KiB |\n|---|---|");
  const parts = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(whole.inputs)) {
    const part = partOf(path);
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
  for (const [part, bytes] of [...parts].toSorted((a, b) => b[1] - a[1])) console.log(`| ${part} | ${kib(bytes)} |`);
}

async function bundled(entry: string) {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`../${entry}`, import.meta.url))],
    absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
  });
  const [output] = Object.values(result.metafile.outputs);
  const [file] = result.outputFiles;
  if (!output || !file) throw new Error("nothing was bundled");
  return { code: file.contents, inputs: output.inputs };
}

function partOf(path: string): string {
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path);
  if (library) return library[1] ?? path;
  return path.split("/").slice(0, 2).join("/");
}

function kib(bytes: number): string {
  return (bytes / KIB).toFixed(1);
}

#!/usr/bin/env node
// Starts the command line by a Node that reads TypeScript: the one that came as a package, or the user's own where it is new enough.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

function bundled() {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/node${process.platform === "win32" ? ".exe" : ""}`);
  } catch {
    return undefined;
  }
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const own = major > 22 || (major === 22 && minor >= 18) ? process.execPath : undefined;
const node = own ?? bundled();
if (!node) {
  console.error("hookspan needs Node 22.18 or newer here: there is none for this platform as a package.");
  process.exit(2);
}
const { status } = spawnSync(node, [MAIN, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(status ?? 1);

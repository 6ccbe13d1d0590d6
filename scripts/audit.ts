// npm run audit: whether a known vulnerability, high or critical, is in what runs in production. Exit code 1 only where there is one:
// a registry that answers no audits, or none at all, is told and fails nothing.
import { spawnSync } from "node:child_process";
import { verdictOf } from "./supply/audit-verdict.ts";

const TIMEOUT_MS = 60_000;

const { stdout, error } = spawnSync("npm audit --omit=dev --audit-level=high --json", {
  encoding: "utf8",
  shell: true,
  timeout: TIMEOUT_MS,
  stdio: ["ignore", "pipe", "ignore"],
});
const verdict = error ? ({ kind: "not-asked", why: error.message } as const) : verdictOf(stdout);
switch (verdict.kind) {
  case "clean":
    console.log("npm audit: nothing high or critical is known of what runs in production.");
    break;
  case "not-asked":
    console.log(`npm audit: NOT CHECKED, the registry could not be asked: ${verdict.why}`);
    break;
  case "vulnerable":
    console.error(`npm audit: ${verdict.packages.join(", ")}. Run: npm audit --omit=dev`);
    process.exitCode = 1;
}

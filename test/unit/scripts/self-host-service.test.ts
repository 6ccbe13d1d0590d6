// The systemd unit and the Dockerfile against what they call: flags that npm start knows, exit statuses that it has, and systemd's own
// check where there is one.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { EXIT } from "../../../scripts/self-host/exit-status.ts";
import { USAGE } from "../../../scripts/self-host/settings.ts";

const unit = readFileSync("deploy/hookspan.service", "utf8");
const [, execStart = ""] = /^ExecStart=(.+)$/m.exec(unit) ?? [];

it("the unit calls node with the program itself, so that signals and exit statuses are the supervisor's own", () => {
  expect(execStart).toMatch(/^\/\S+\/node scripts\/start\.ts /);
  expect(unit).toMatch(/^KillMode=mixed$/m);
  expect(unit).toMatch(new RegExp(`^RestartPreventExitStatus=${EXIT.refused}$`, "m"));
});

it("unit and Dockerfile use flags that npm start has, and no rehearsal", () => {
  const [, command = ""] = /^CMD (\["node".+)$/m.exec(readFileSync("Dockerfile", "utf8")) ?? [];
  const flags = [execStart, JSON.parse(command).join(" ")].flatMap((text) => text.match(/--[\w-]+/g) ?? []);
  expect(flags.length).toBeGreaterThan(5);
  for (const flag of flags) expect(USAGE).toContain(`${flag} `);
  expect(flags).not.toContain("--rehearsal");
});

it("the unit lets node and workerd compile code, and takes all else that they need not", () => {
  expect(unit).not.toMatch(/^MemoryDenyWriteExecute=/m);
  for (const directive of [
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "SystemCallFilter=@system-service",
  ])
    expect(unit.split("\n")).toContain(directive);
});

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

it.runIf(hasSystemd)("systemd finds nothing wrong with the unit", () => {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-unit-"));
  try {
    const file = join(directory, "hookspan.service");
    // The program must be there for systemd to be content.
    writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
    const checked = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
    expect(checked).toMatchObject({ status: 0, stdout: "", stderr: "" });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

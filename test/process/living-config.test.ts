// Changing the configuration of a running bridge from the command line: the npm scripts and the page's examples, with a
// real bridge in workerd.
import { execFile, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, type LocalStack, startStack } from "../../scripts/local-stack.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLES = join(ROOT, "docs/examples");
const directory = mkdtempSync(join(tmpdir(), "hookspan-config-"));

function example(name: string) {
  return JSON.parse(readFileSync(join(EXAMPLES, name), "utf8"));
}

let stack: LocalStack;
beforeAll(async () => {
  stack = await startStack({ persistTo: join(directory, "storage"), config: example("first-rule.config.json") });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly output: string;
}

function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const options = { cwd: EXAMPLES, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

/** As the npm script runs it. */
function config(args: string, env: Record<string, string> = {}): Promise<Outcome> {
  const given = { HOOKSPAN_URL: stack.bridge.url, HOOKSPAN_TOKEN: stack.secrets.adminToken, ...env };
  return run(process.execPath, [join(ROOT, "bin/hookspan.js"), "config", ...args.split(" ")], given);
}

async function shell(script: string) {
  const env = { ...stack.secrets.all, BRIDGE: stack.bridge.url };
  return JSON.parse((await run("bash", [join(EXAMPLES, script)], env)).output);
}

const hasShell = spawnSync("bash", ["-c", "command -v curl"]).status === 0;

describe.skipIf(!hasShell)("a running bridge", () => {
  it("takes a change, works by it, refuses what is wrong, and goes back", async () => {
    const differing = await config("diff larger-orders.config.json");
    expect(differing).toMatchObject({ code: 1 });
    expect(differing.output).toContain(
      '~ rules[screen-large-orders].when: "data.total >= 1000" → "data.total >= 2000"',
    );
    expect(await shell("check-config.sh")).toEqual({
      faults: [],
      differences: [
        {
          path: "rules[screen-large-orders].when",
          kind: "changed",
          from: "data.total >= 1000",
          to: "data.total >= 2000",
        },
      ],
    });
    expect(await shell("put-config.sh")).toEqual(example("config-changed.json"));
    expect(await shell("put-config.sh")).toMatchObject({ status: 412, revision: 2 });
    expect((await shell("send-order.sh")).executions).toEqual([]);
    expect(await config("diff larger-orders.config.json")).toMatchObject({ code: 0 });

    const misspelt = join(directory, "misspelt.json");
    const { rules, callbacks, ...others } = example("first-rule.config.json");
    const [{ when, ...rule }] = rules;
    const crm = { url: callbacks.crm.url, secret: callbacks.crm.secrets[0], secrets: callbacks.crm.secrets };
    writeFileSync(misspelt, JSON.stringify({ ...others, rules: [{ ...rule, wehn: when }], callbacks: { crm } }));
    const refused = await config(`push ${misspelt}`);
    expect(refused.code).toBe(1);
    const told = example("config-refused.json");
    for (const { path, message } of told.faults) expect(refused.output).toContain(`${path}: ${message}`);
    expect(refused.output).toContain(told.detail);

    expect(await shell("restore-config.sh")).toMatchObject({ revision: 3 });
    expect((await shell("send-order.sh")).executions).toMatchObject([{ outcome: "new" }]);

    const file = join(directory, "bridge.config.json");
    copyFileSync(join(EXAMPLES, "larger-orders.config.json"), file);
    const pushed = await config(`push ${file} --note again`);
    expect(pushed).toMatchObject({ code: 0, output: expect.stringContaining("revision 4 is in force") });
    expect((await config(`push ${file}`)).output).toContain("nothing to push");
    expect(await stack.api("/config/revisions?limit=1")).toMatchObject({ revisions: [{ revision: 4, note: "again" }] });
    writeFileSync(file, "{}");
    expect(await config(`pull ${file}`)).toMatchObject({ code: 0 });
    // As it was pushed: nothing of the local engine and receiver that it runs with here.
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(example("larger-orders.config.json"));
  });

  it("that cannot be asked, or is asked in a wrong way, is told with an exit code that says which", async () => {
    const closed = `http://127.0.0.1:${await freePort()}`;
    const outcomes = await Promise.all([
      config(`diff larger-orders.config.json --url ${closed}`),
      config("diff larger-orders.config.json", { HOOKSPAN_TOKEN: "another" }),
      config("diff larger-orders.config.json", { HOOKSPAN_TOKEN: "" }),
      config("diff missing.config.json"),
      config("publish"),
      config("push --yes"),
    ]);
    expect(outcomes.map(({ code }) => code)).toEqual([3, 4, 2, 2, 2, 2]);
    const words = ["does not answer", "Unauthorized", "HOOKSPAN_TOKEN", "cannot be read", "publish", "--yes"];
    for (const [at, word] of words.entries()) expect(outcomes[at]?.output).toContain(word);
  });
});

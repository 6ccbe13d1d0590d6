// The README's first rule, as a newcomer tries it: its configuration, its two commands, real processes.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, startStack } from "../../scripts/local-stack.ts";

const EXAMPLES = join(import.meta.dirname, "../../docs/examples");
const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), "hookspan-readme-"));

let stack: LocalStack;
beforeAll(async () => {
  const config = JSON.parse(readFileSync(join(EXAMPLES, "first-rule.config.json"), "utf8"));
  stack = await startStack({ persistTo: directory, config });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function shell(script: string, variables: Record<string, string> = {}) {
  const env = { ...process.env, ...stack.secrets.all, BRIDGE: stack.bridge.url, ...variables };
  const { stdout } = await run("bash", [join(EXAMPLES, script)], { env });
  return JSON.parse(stdout);
}

/** The README's commands are shell and curl; a machine that has only Node cannot run them. */
const hasShell = spawnSync("bash", ["-c", "command -v curl"]).status === 0;

describe.skipIf(!hasShell)("the README's first rule", () => {
  it("starts an execution, calls back, and knows the order when it comes again", async () => {
    const receipt = await shell("send-order.sh");
    expect(receipt).toMatchObject({
      events: [{ id: "order-1001", type: "order.paid" }],
      executions: [{ event: "order-1001", rule: "screen-large-orders", outcome: "new" }],
    });
    const [{ id }] = receipt.executions;
    const message = await stack.receiver.message(({ data }) => data.execution === id);
    expect(message).toMatchObject({ callback: "crm", type: "execution.succeeded", verified: true });

    const tried = await shell("try-order.sh");
    expect(tried.events[0].taken).toMatchObject([
      { rule: "screen-large-orders", does: "start", known: { execution: id, verdict: "duplicate" } },
    ]);

    expect((await shell("send-order.sh")).executions).toMatchObject([{ id, outcome: "duplicate" }]);
    const listed = await shell("ask.sh");
    expect(listed.executions).toMatchObject([{ id, state: "succeeded", rule: "screen-large-orders" }]);

    // docs/replay.md
    const estimated = await shell("replay-preview.sh");
    expect(estimated).toMatchObject({ looked: 1, complete: true, counts: { start: 1 }, starts: 1 });
    const replayed = await shell("replay.sh", { EXECUTION: id });
    expect(replayed).toMatchObject({ outcome: "started", executions: [{ outcome: "new" }] });
    const again = replayed.executions[0].id;
    await stack.receiver.message(({ data }) => data.execution === again);
    expect(await shell("replay.sh", { EXECUTION: id })).toMatchObject({
      outcome: "repeated",
      executions: [{ id: again }],
    });
    const { replayed: resent } = await shell("replay-bulk.sh");
    expect(resent).toContainEqual(expect.objectContaining({ of: id, outcome: "resent" }));
  });
});

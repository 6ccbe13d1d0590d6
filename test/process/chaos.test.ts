// The chaos run itself, in short: it ends well, it says so in its table, and it leaves no process behind.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";

const CHAOS = join(import.meta.dirname, "../../scripts/chaos.ts");

async function chaos(...args: string[]) {
  const child = spawn(process.execPath, [CHAOS, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
  const [code] = await once(child, "exit");
  return { code, output };
}

const BRIDGES = { "a workerd of its own": [], "what npm start runs": ["--self-host"] } as const;

it.for(Object.entries(BRIDGES))(
  "loses nothing and doubles nothing while everything is killed at random: %s",
  {
    timeout: 240_000,
  },
  async ([, args]) => {
    const { code, output } = await chaos("--short", ...args);
    expect(code, output).toBe(0);
    expect(output).toMatch(/--seed \d+/);
    expect(output).toMatch(/killed: bridge, simulator, receiver +4, 1, 1/);
    expect(output).toMatch(/from here on 16 shards in place of 8/);
    expect(output).toMatch(/events accepted \(2xx\) +600\n/);
    expect(output).toMatch(/accepted, and then nothing came of it +0 +must be 0/);
    expect(output).toMatch(/started again after a definite answer +0 +must be 0/);
    expect(output).toMatch(/started more than once under hold +0 +must be 0/);
    const delivered = Number(/callbacks delivered +(\d+)/.exec(output)?.[1]);
    const held = Number(/held for a person, under hold +(\d+)/.exec(output)?.[1]);
    expect(delivered + held).toBe(600);
  },
);

it("says what it does not understand", async () => {
  expect(await chaos("--kills", "many")).toMatchObject({ code: 2, output: expect.stringMatching(/--kills must be/) });
  expect(await chaos("--event", "5")).toMatchObject({ code: 2, output: expect.stringMatching(/--event/) });
});

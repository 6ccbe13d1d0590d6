// npm run config:backtest as a pipeline runs it: a process of its own, a bridge on loopback, and what its exit code says.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSetup } from "../../../src/bridge/setup.ts";
import type { Json } from "../../../src/core/json.ts";
import { ok } from "../../../src/core/result.ts";
import { app } from "../../../src/http/app.ts";
import { plainRequest } from "../../fakes/fake-access.ts";
import { createTestBridge, ruleWith, type TestBridge } from "../../fakes/test-bridge.ts";

const SCRIPT = join(import.meta.dirname, "../../../scripts/backtest.ts");
const TOKEN = "token-of-the-pipeline";
const directory = mkdtempSync(join(tmpdir(), "hookspan-backtest-"));

let bridge: TestBridge;
let server: Server;
let url: string;

beforeAll(async () => {
  bridge = createTestBridge();
  for (let order = 1; order <= 30; order++) {
    bridge.clock.advance(1_000);
    await bridge.admit({ data: { order } });
  }
  // Slow enough to be interrupted, so that the program has to go on.
  const { getAll } = bridge.ledger;
  bridge.ledger.getAll = async (ids) => {
    bridge.clock.advance(20_000);
    return getAll(ids);
  };
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((done) => server.close(done));
  rmSync(directory, { recursive: true, force: true });
});

async function answer(
  ...[request, response]: Parameters<NonNullable<Parameters<typeof createServer>[1]>>
): Promise<void> {
  const init = {
    method: "POST",
    body: await text(request),
    headers: { authorization: request.headers.authorization ?? "" },
  };
  const answered = await app.fetch(new Request(`http://bridge${request.url}`, init), {
    bridge: ok(bridge),
    config: {
      read: (document, revision) => readSetup(document, { development: false, hasSecret: () => true }, revision),
      store: { get: async () => null },
    },
    adminToken: TOKEN,
    ...plainRequest(),
    defer: () => undefined,
  });
  response.writeHead(answered.status).end(await answered.text());
}

function configOf(rules: readonly Json[]): string {
  const file = join(directory, "proposed.json");
  const callback = { url: "https://crm.example.com/hooks", secrets: ["CALLBACK_SECRET"] };
  const document = {
    engines: { default: { token: "ENGINE_TOKEN" } },
    sources: { signup: { verify: { family: "none" } } },
    callbacks: { crm: callback },
    rules,
  };
  writeFileSync(file, JSON.stringify(document));
  return file;
}

const SAME = [ruleWith({ description: "the same in other words" })];
/** Orders 1 to 12 start something else. */
const TWELVE = [
  ruleWith({
    start: {
      workflowDefinitionId: "{% data.order <= 12 ? 'other' : 'definition' %}",
      parameters: { order: "{% data.order %}" },
    },
  }),
];

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const given = { PATH: process.env.PATH, HOOKSPAN_URL: url, HOOKSPAN_TOKEN: TOKEN, ...env };
  return new Promise((resolve) =>
    execFile(process.execPath, [SCRIPT, ...args], { env: given, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    ),
  );
}

describe("config:backtest", { timeout: 60_000 }, () => {
  it("ends with 0 where nothing would change", async () => {
    const { code, stdout } = await run([configOf(SAME)]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Of the last 30 events")]);
    expect(stdout).toContain("would treat all as revision 0 does");
  });

  it("ends with 1 where more would change than is allowed, and tells which and how", async () => {
    const { code, stdout } = await run([configOf(TWELVE)]);
    expect(code).toBe(1);
    expect(stdout).toContain("Of the last 30 events, 12 would be treated otherwise");
    expect(stdout).toContain("  plain: 12 starts otherwise");
    expect(stdout).toMatch(/ signup order\.created event-12 \(exe_\w+\)/);
    expect(stdout).toContain('    start.workflowDefinitionId: "definition" → "other"');
    expect((await run([configOf(TWELVE), "--allow", "11"])).code).toBe(1);
  });

  it("ends with 0 where no more would change than is allowed", async () => {
    expect((await run([configOf(TWELVE), "--allow", "12"])).code).toBe(0);
    expect((await run([configOf(TWELVE), "--limit", "18"])).code).toBe(0);
  });

  it("prints JSON where it is asked to", async () => {
    const { code, stdout } = await run([configOf(TWELVE), "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      events: 30,
      changed: 12,
      counts: { startsOtherwise: 12 },
      rules: { plain: { startsOtherwise: 12 } },
      complete: true,
      next: null,
    });
    expect(JSON.parse(stdout).changes).toHaveLength(12);
  });

  it("ends with 2 where the configuration is refused, with its faults", async () => {
    const { code, stderr } = await run([configOf([ruleWith({ when: "data.[" })])]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("rules[0].when: Expected")]);
  });

  it.each<[string, readonly string[], Record<string, string>, RegExp]>([
    ["an unknown option", ["--nope"], {}, /--nope[\s\S]*Usage/],
    ["no number", ["--allow", "x"], {}, /--allow takes a whole number/],
    ["a file that is not there", ["nowhere.json"], {}, /nowhere\.json cannot be read/],
    ["no address", [], { HOOKSPAN_URL: "" }, /Which bridge/],
    ["no token", [], { HOOKSPAN_TOKEN: "" }, /Set HOOKSPAN_TOKEN/],
    ["a wrong token", [], { HOOKSPAN_TOKEN: "wrong" }, /answers 401/],
    ["nobody at the address", [], { HOOKSPAN_URL: "http://127.0.0.1:1" }, /cannot be reached/],
  ])("ends with 2 for %s", async (_, args, env, message) => {
    const ended = await run([...(args.includes("nowhere.json") ? [] : [configOf(SAME)]), ...args], env);
    expect(ended).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
  });
});

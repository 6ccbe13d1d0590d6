// The command line as people call it: real processes, against a real bridge in local workerd.
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, startStack } from "../../scripts/local-stack.ts";
import { call, type Ran } from "./hookspan.ts";

const directory = mkdtempSync(join(tmpdir(), "hookspan-cli-"));

let stack: LocalStack;

function hookspan(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = "",
): Promise<Ran> {
  return call(directory, args, environment, input);
}

/** Against the bridge, with its secrets. */
function asked(...args: string[]): Promise<Ran> {
  return hookspan(args, {
    HOOKSPAN_URL: stack.bridge.url,
    HOOKSPAN_TOKEN: stack.secrets.adminToken,
    ...stack.secrets.all,
  });
}

beforeAll(async () => {
  const made = await hookspan([
    "init",
    "--sender",
    "stripe",
    "--on",
    "customer.subscription.created, charge.refunded",
    "--yes",
  ]);
  if (made.code !== 0) throw new Error(made.stderr);
  const config = JSON.parse(readFileSync(join(directory, "bridge.config.json"), "utf8"));
  stack = await startStack({ persistTo: join(directory, "storage"), config });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
});

describe("hookspan init", () => {
  it("has written a configuration that is right, values that only their owner can read, and what to do", async () => {
    expect(statSync(join(directory, ".dev.vars")).mode & 0o777).toBe(0o600);
    expect(await hookspan(["check", "--secrets", ".dev.vars"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("1 sources, 1 rules, 1 callbacks"),
    });
    expect(await hookspan(["init", "--yes"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("use --force"),
    });
  });

  it("asks for what it is not told, and takes what is usual for an empty answer", async () => {
    const answered = await hookspan(
      ["init", "--force", "--callback", "https://ops.example.com/in"],
      {},
      "githup\ngithub\nissues.opened\n{% data..x %}\n\n\n\n",
    );
    expect(answered.stderr).toMatch(
      /no preset githup; did you mean "github"\?.*\[\{% subject %\}\].*\[transactionlink\]/s,
    );
    expect(answered).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("npx wrangler secret put GITHUB_WEBHOOK_SECRET"),
    });
    const config = JSON.parse(readFileSync(join(directory, "bridge.config.json"), "utf8"));
    expect(config.sources).toEqual({ github: { preset: "github", secrets: ["GITHUB_WEBHOOK_SECRET"] } });
    expect(config.rules[0].on).toEqual(["issues.opened"]);
    const elsewhere = await hookspan(
      ["init", "--force", "--callback", "https://ops.example.com/in"],
      {},
      "twilio\n\n\nhttp://x\nhttps://hooks.example.com/in/twilio\nn8n\n\nfulfil\n",
    );
    expect(elsewhere).toMatchObject({ code: 0, stdout: expect.stringContaining("secret put N8N_WEBHOOK_TOKEN") });
    expect(elsewhere.stderr).toContain("http://x is no https address.");
    expect(JSON.parse(readFileSync(join(directory, "bridge.config.json"), "utf8"))).toMatchObject({
      engines: { default: { preset: "n8n", baseUrl: "https://n8n.example.com", token: "N8N_API_KEY" } },
      sources: { twilio: { preset: "twilio", publicUrl: "https://hooks.example.com/in/twilio" } },
    });
    expect(await hookspan(["init", "--force"], {}, "stripe\n")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("nothing was written"),
    });
    chmodSync(join(directory, ".dev.vars"), 0o644);
    appendFileSync(join(directory, ".dev.vars"), "OTHER_SECRET=kept\n");
    const refused = await hookspan(["init", "--force", "--yes", "--callback", "nonsense"]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing was written") });
    expect(await hookspan(["check", "--secrets", "nowhere"])).toMatchObject({
      code: 1,
      stderr: expect.not.stringContaining("    at "),
    });
    expect(await hookspan(["init", "--force", "--yes", "--sender", "strype"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no preset strype.*stripe/),
    });
    await hookspan(["init", "--force", "--yes", "--on", "customer.subscription.created"]);
    expect(statSync(join(directory, ".dev.vars")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, ".dev.vars"), "utf8")).toContain("OTHER_SECRET=kept");
  });
});

describe("hookspan check", () => {
  it("tells every fault at once, and that a file is no JSON or not there", async () => {
    expect(await hookspan(["check", resolve("package.json")])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is refused:\n {2}\S+: /),
    });
    expect(await hookspan(["check", resolve("README.md")])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is no JSON"),
    });
    expect(await hookspan(["check", "nowhere.json"])).toMatchObject({ code: 2 });
  });
});

describe("hookspan send", () => {
  it("sends a signed webhook that the bridge takes, and its execution is found", async () => {
    const sent = await asked(
      "send",
      "stripe",
      "customer.subscription.created",
      "--set",
      "data.object.customer=cus_cli",
      "--json",
    );
    expect(sent).toMatchObject({ code: 0, stderr: "" });
    const { executions } = JSON.parse(sent.stdout);
    expect(executions).toMatchObject([{ outcome: "new", rule: "on-stripe" }]);
    const listed = await asked("executions", "--record", "cus_cli");
    expect(listed.stdout).toContain(executions[0].id);
    expect((await asked("executions", executions[0].id)).stdout).toMatch(/admitted {2}new\n.*start/);
    expect(
      (await asked("send", "stripe", "customer.subscription.created", "--count", "3")).stdout.match(
        /202: new execution/g,
      ),
    ).toHaveLength(3);
  });

  it("says what cannot be sent, and why", async () => {
    expect(await asked("send", "stripe")).toMatchObject({ code: 2, stderr: expect.stringContaining("Say who sends") });
    expect(await asked("send", "github", "push")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no source of the preset github"),
    });
    expect((await asked("send", "--list")).stdout).toMatch(
      /^stripe +Stripe: customer\.sub.*\n(.*\n)*paypal .*cannot be imitated: it signs/,
    );
    expect((await asked("send", "strype", "--list")).stderr).toContain("stripe");
    expect((await asked("send", "github", "--list")).stdout).toContain("issues.opened");
    const other = {
      ...stack.secrets.all,
      STRIPE_WEBHOOK_SECRET: "whsec_of_somebody_else",
      HOOKSPAN_URL: stack.bridge.url,
    };
    expect(await hookspan(["send", "stripe", "charge.refunded"], other)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Sender not verified"),
    });
  });
});

describe("hookspan doctor", () => {
  it("finds a bridge well that is well, and says what is wrong with one that is not", async () => {
    await stack.sweep();
    const well = await asked("doctor");
    expect(well.stdout).not.toContain("WRONG");
    expect(well.code).toBe(0);
    await fetch(`${stack.bridge.url}/api/callbacks/crm/pause`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.secrets.adminToken}` },
    });
    const wrong = await asked("doctor", "--json");
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout)).toContainEqual({
      well: false,
      what: "callback crm: paused",
      advice: expect.stringContaining("resume"),
    });
  });

  it("says all that it can where questions are refused, nobody answers, or something here is wrong", async () => {
    const refused = await hookspan(["doctor"], { HOOKSPAN_TOKEN: "wrong", HOOKSPAN_URL: stack.bridge.url });
    expect(refused).toMatchObject({ code: 4, stderr: "" });
    expect(refused.stdout).toMatch(
      /ok {4}bridge\.config\.json is right\n.*ok {4}health: .*WRONG the bridge does not say: Unauthorized.*\n {6}The token is wrong/s,
    );
    expect(refused.stdout.match(/Unauthorized/g)).toHaveLength(1);

    const away = { HOOKSPAN_TOKEN: "x", HOOKSPAN_URL: "http://127.0.0.1:1" };
    const values = readFileSync(join(directory, ".dev.vars"), "utf8");
    try {
      writeFileSync(join(directory, ".dev.vars"), values.replace("STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOK_SECRET"));
      chmodSync(join(directory, ".dev.vars"), 0o644);
      const { code, stdout } = await hookspan(["doctor"], away);
      expect(code).toBe(3);
      expect(stdout).toContain(
        "names STRIPE_WEBHOOK_SECRET, which is not in .dev.vars\n      STRIPE_WEBHOK_SECRET is there",
      );
      expect(stdout).toContain("chmod 600 .dev.vars");
      expect(stdout).toContain("WRONG nobody answers at http://127.0.0.1:1\n      Start it");
      for (const value of values.matchAll(/=(.+)/g)) expect(stdout).not.toContain(value[1]);
    } finally {
      writeFileSync(join(directory, ".dev.vars"), values);
    }
    const broken = await hookspan(["doctor", "--config", resolve("package.json")], away);
    expect(broken.stdout).toMatch(/WRONG \S+package\.json is refused:\n {6}\S+: /);
  });
});

describe("hookspan", () => {
  it("ends with a code that says what kind of trouble it is", async () => {
    expect((await hookspan(["--help"])).code).toBe(0);
    expect((await hookspan(["dance"])).code).toBe(2);
    expect((await hookspan(["executions", "--limit", "none"])).code).toBe(2);
    expect(await hookspan(["executions"], { HOOKSPAN_URL: stack.bridge.url })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("HOOKSPAN_TOKEN"),
    });
    expect(await hookspan(["executions"], { HOOKSPAN_TOKEN: "x", HOOKSPAN_URL: "http://127.0.0.1:1" })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("does not answer"),
    });
    expect(await hookspan(["executions"], { HOOKSPAN_TOKEN: "wrong", HOOKSPAN_URL: stack.bridge.url })).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("Unauthorized"),
    });
    expect(existsSync(join(directory, "data"))).toBe(false);
  });
});

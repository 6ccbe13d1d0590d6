// What the command line does with a running bridge: looking, replaying, cancelling, tokens, revisions. Real processes, a real bridge.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, startStack } from "../../scripts/local-stack.ts";
import { call, type Ran } from "./hookspan.ts";

const directory = mkdtempSync(join(tmpdir(), "hookspan-cli-"));
const FILE = join(directory, "bridge.config.json");
let stack: LocalStack;

function asked(...args: string[]): Promise<Ran> {
  return call(directory, args, environment());
}

function environment(token = stack.secrets.adminToken): Record<string, string> {
  return { HOOKSPAN_URL: stack.bridge.url, HOOKSPAN_TOKEN: token, ...stack.secrets.all };
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await asked(...args, "--json");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
}

/** @returns the execution's id */
async function sent(customer: string): Promise<string> {
  const type = "customer.subscription.created";
  const { executions } = await json<{ executions: { id: string }[] }>(
    ...["send", "stripe", type, "--set", `data.object.customer=${customer}`],
  );
  return executions[0]?.id ?? "";
}

async function ended(id: string): Promise<void> {
  await expect
    .poll(async () => (await stack.api<{ endedAt: string | null }>(`/executions/${id}`)).endedAt, { timeout: 30_000 })
    .not.toBeNull();
}

beforeAll(async () => {
  const made = await call(directory, ["init", "--yes"]);
  if (made.code !== 0) throw new Error(made.stderr);
  const config = JSON.parse(readFileSync(FILE, "utf8"));
  Object.assign(config.sources, {
    github: { preset: "github", secrets: ["GITHUB_SECRET"] },
    shop: { preset: "shopify", secrets: ["SHOP_SECRET"] },
    sms: { preset: "twilio", secrets: ["SMS_SECRET"], publicUrl: "https://bridge.example.com/in/sms" },
  });
  writeFileSync(FILE, JSON.stringify(config));
  stack = await startStack({ persistTo: join(directory, "storage"), config });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
});

describe("hookspan send", () => {
  it.each([
    ["github", "issues.opened", "github", /^202: no rule has taken it/],
    ["shopify", "orders/create", "shop", /^202: no rule has taken it/],
    ["twilio", "delivered", "sms", /^200: taken; this sender is not told/],
  ])("sends what %s sends as %s, and the bridge reads it as that", async (preset, type, source, said) => {
    expect(await asked("send", preset, type)).toMatchObject({ code: 0, stdout: expect.stringMatching(said) });
    const { events } = await stack.api<{ events: { type: string }[] }>(`/events?source=${source}`);
    expect(events.map((event) => event.type)).toEqual([type]);
  });
});

describe("hookspan executions, records and sources", () => {
  it("list by filter, page by page or all at once", async () => {
    const ids = [await sent("cus_list"), await sent("cus_list"), await sent("cus_list")];
    const first = await asked("executions", "--record", "cus_list", "--limit", "2");
    expect(first.stdout.trim().split("\n")).toHaveLength(2);
    const [, cursor = ""] = /--cursor (\S+),/.exec(first.stderr) ?? [];
    const rest = await asked("executions", "--record", "cus_list", "--limit", "2", "--cursor", cursor);
    expect(`${first.stdout}${rest.stdout}`.match(/exe_\w+/g)?.toSorted()).toEqual(ids.toSorted());
    const all = await asked("executions", "--record", "cus_list", "--limit", "1", "--all", "--json");
    const lines = all.stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).id).toSorted()).toEqual(ids.toSorted());

    const { recordId } = JSON.parse(lines[0] ?? "");
    const { executions } = await json<{ executions: unknown[] }>("records", "cus_list");
    expect(executions).toHaveLength(3);
    const others = ["--record-id", recordId, "--source", "stripe", "--rule", "on-stripe", "--since", "1h"];
    expect((await json<{ executions: unknown[] }>("executions", ...others)).executions).toHaveLength(3);
    expect((await asked("executions", ...others, "--until", "2026-01-01")).stdout).toBe("");
    expect(await asked("executions", "--state", "dancing")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("succeeded"),
    });
    expect(await asked("executions", "--since", "yesterday")).toMatchObject({ code: 2 });
    expect(await asked("executions", "exe_0_1")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Not found"),
    });
  });

  it("say who is heard, and why somebody was refused", async () => {
    await sent("cus_heard");
    await fetch(`${stack.bridge.url}/in/stripe`, { method: "POST", body: "{}" });
    expect((await asked("sources")).stdout).toMatch(/^stripe {2}stripe {2}active .*last heard of 2/m);
    await expect
      .poll(async () => (await asked("refusals")).stdout, { timeout: 20_000 })
      .toMatch(/stripe {2}\S+: .*\n {4}\S/);
    expect((await asked("sources", "stripe")).stdout).toContain("STRIPE_WEBHOOK_SECRET");
    expect((await asked("refusals", "--source", "nobody")).stdout).toBe("");
  });
});

describe("hookspan replay", () => {
  it("tells what would be done, does it only for whoever agrees, and starts nothing twice under one key", async () => {
    const id = await sent("cus_replay");
    await ended(id);
    expect(await asked("replay", id)).toMatchObject({ code: 2, stderr: expect.stringContaining("--intent") });
    expect(await asked("replay", "--intent", "restart")).toMatchObject({ code: 2 });
    const preview = await asked("replay", id, "--intent", "restart", "--preview");
    expect(preview).toMatchObject({ code: 0, stdout: `${id}  The rule "on-stripe" would start one execution.\n` });
    const alone = await asked("replay", id, "--intent", "restart");
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining("say --yes") });
    const records = () => stack.api<{ executions: { id: string }[] }>("/records/cus_replay");
    expect((await records()).executions).toHaveLength(1);

    const once = await asked("replay", id, "--intent", "restart", "--yes", "--key", "ticket-1");
    expect(once).toMatchObject({ code: 0, stdout: expect.stringMatching(new RegExp(`^${id} {2}started exe_`)) });
    await asked("replay", id, "--intent", "restart", "--yes", "--key", "ticket-1");
    expect((await records()).executions).toHaveLength(2);
    const some = await asked("replay", id, "exe_0_1", "--intent", "resend", "--yes");
    expect(some).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`${id}  resent`),
      stderr: expect.stringContaining("exe_0_1  Not found"),
    });
  });

  it("by filter is a job that is followed to its end", async () => {
    const ids = [await sent("cus_job"), await sent("cus_job")];
    for (const id of ids) await ended(id);
    const filter = ["replay", "--intent", "resend", "--record", "cus_job", "--state", "succeeded"];
    expect((await asked(...filter, "--preview")).stdout).toContain("resend, of all 2: would 2 resend");
    const job = await json<{ id: string; state: string; looked: number }>(...filter, "--yes");
    expect(job).toMatchObject({ state: "done", looked: 2, counts: { resent: 2 } });
    expect((await asked("jobs")).stdout).toContain(job.id);
    expect((await asked("jobs", job.id)).stdout).toContain("2 looked at: 2 resent");
    expect((await asked("jobs", job.id, "--cancel")).stdout).toContain("done");
    const none = await asked("replay", "--intent", "resend", "--record", "nobody", "--yes");
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("means no execution") });
    expect(await asked("replay", ids[0] ?? "", "--intent", "resend", "--record", "x")).toMatchObject({ code: 2 });
  });
});

describe("hookspan cancel", () => {
  it("cancels what goes on, and says of what is over that it is", async () => {
    const id = await sent("cus_over");
    await ended(id);
    expect(await asked("cancel", id)).toMatchObject({ code: 1, stderr: expect.stringContaining("It is over already") });
    expect(await asked("engines", "default", "--pause")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^default {2}paused/),
    });
    const waiting = await sent("cus_cancel");
    expect(await asked("cancel", waiting)).toMatchObject({ code: 0, stdout: expect.stringContaining(waiting) });
    await ended(waiting);
    expect(await json("executions", waiting)).toMatchObject({ state: "canceled" });
    expect((await asked("engines", "default", "--resume")).stdout).toMatch(/^default {2}working/);
  });
});

describe("hookspan callbacks", () => {
  it("are listed, stopped, let go on, and tried", async () => {
    expect((await asked("callbacks")).stdout).toBe("crm  working\n");
    expect((await asked("callbacks", "crm", "--pause")).stdout).toMatch(/^crm {2}paused/);
    expect((await asked("callbacks", "crm", "--resume")).stdout).toMatch(/^crm {2}working/);
    expect(await asked("callbacks", "crm", "--test")).toMatchObject({ code: 0, stdout: "crm  has taken it\n" });
    stack.receiver.answerWith(500);
    expect(await asked("callbacks", "crm", "--test")).toMatchObject({
      code: 1,
      stdout: "crm  has not taken it: HTTP 500\n",
    });
    expect(stack.receiver.messages.map(({ type }) => type)).toContain("bridge.test");
    expect(await asked("callbacks", "--pause")).toMatchObject({ code: 2 });
    expect(await asked("callbacks", "crm", "--pause", "--resume")).toMatchObject({ code: 2 });
    expect(await asked("callbacks", "erp")).toMatchObject({ code: 1, stderr: expect.stringContaining("crm") });
  });
});

describe("hookspan tokens", () => {
  it("makes one that works, lists it without its secret, and revokes it", async () => {
    const made = await asked("tokens", "create", "grafana", "--role", "viewer", "--expires-in-days", "7");
    const token = made.stdout.trim();
    const viewer = (...args: string[]) => call(directory, args, environment(token));
    expect(await viewer("executions")).toMatchObject({ code: 0 });
    expect(await viewer("tokens", "list")).toMatchObject({ code: 4, stderr: expect.stringContaining("admin") });
    const listed = await asked("tokens", "list");
    expect(listed.stdout).toMatch(/viewer {4}grafana .*expires/);
    expect(listed.stdout).not.toContain(token);
    const [id = ""] = made.stderr.split(" ");
    expect(await asked("tokens", "revoke", id)).toMatchObject({ code: 0, stdout: `${id}  revoked\n` });
    expect((await asked("tokens", "list")).stdout).toMatch(/grafana .*revoked/);
    expect(await asked("tokens", "create", "x", "--role", "king")).toMatchObject({ code: 2 });
  });
});

describe("hookspan config", () => {
  it("pushes a change, tells the revisions, and takes it back", async () => {
    const document = JSON.parse(readFileSync(FILE, "utf8"));
    const changed = join(directory, "changed.json");
    writeFileSync(changed, JSON.stringify({ ...document, rules: [{ ...document.rules[0], on: ["charge.refunded"] }] }));
    expect(await asked("config", "diff", changed)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("rules[on-stripe].on"),
    });
    const pushed = await json<{ revision: number }>("config", "push", changed, "--note", "refunds");
    expect((await asked("config", "history")).stdout).toMatch(new RegExp(`^${pushed.revision} {2}.*refunds$`, "m"));
    const restored = await asked("config", "restore", String(pushed.revision - 1));
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining("Restored") });
    expect(await asked("config", "diff")).toMatchObject({ code: 0 });
    expect(await asked("config", "restore", "999")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no such revision"),
    });
  });
});

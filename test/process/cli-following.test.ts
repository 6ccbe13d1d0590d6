// tail and listen: what comes to a real bridge is printed, and posted to a real program on this machine, until a signal.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LocalStack, startStack } from "../../scripts/local-stack.ts";
import { call, type Running, start } from "./hookspan.ts";

const directory = mkdtempSync(join(tmpdir(), "hookspan-cli-"));
let stack: LocalStack;
const running: Running[] = [];

interface Taken {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const taken: Taken[] = [];
const program = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => {
    body += text;
  });
  request.on("end", () => {
    taken.push({ headers: request.headers, body });
    response.writeHead(204).end();
  });
});

function environment(token = stack.secrets.adminToken): Record<string, string> {
  return { HOOKSPAN_URL: stack.bridge.url, HOOKSPAN_TOKEN: token, ...stack.secrets.all };
}

function begun(...args: string[]): Running {
  const one = start(directory, args, environment());
  running.push(one);
  return one;
}

async function sent(customer: string): Promise<string> {
  const args = [
    "send",
    "stripe",
    "customer.subscription.created",
    "--json",
    "--set",
    `data.object.customer=${customer}`,
  ];
  const { stdout } = await call(directory, args, environment());
  return JSON.parse(stdout).executions[0].id;
}

async function here(): Promise<string> {
  if (!program.listening) await once(program.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(program.address() as AddressInfo).port}/hooks`;
}

beforeAll(async () => {
  await call(directory, ["init", "--yes"]);
  const config = JSON.parse(readFileSync(join(directory, "bridge.config.json"), "utf8"));
  stack = await startStack({ persistTo: join(directory, "storage"), config });
});
afterAll(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  program.close();
  await stack?.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
});

it("tail prints each event once, from when it was begun, and ends well at SIGINT", async () => {
  const earlier = await sent("cus_before");
  const tail = begun("tail", "--json");
  await tail.told("Waiting for events");
  const ids = [await sent("cus_one"), await sent("cus_two")];
  for (const id of ids) await tail.told(id);
  tail.child.kill("SIGINT");
  const { code, stdout } = await tail.ended;
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ executions }) => executions[0].id)).toEqual(ids);
  expect(stdout).not.toContain(earlier);

  const since = begun("tail", "--since", "1h");
  for (const id of [earlier, ...ids]) await since.told(id);
  since.child.kill("SIGTERM");
  expect((await since.ended).code).toBe(0);
});

it("listen posts each end as the callback is told it, signed, to a program here", async () => {
  const listen = begun("listen", "--to", await here(), "--callback", "crm", "--secret", "CALLBACK_SECRET");
  await listen.told("Listening");
  const id = await sent("cus_listen");
  await listen.told(`${id}_crm  execution.succeeded  HTTP 204`);
  const real = await stack.receiver.message(({ data }) => data.execution === id);
  const posted = taken.find(({ body }) => body.includes(id));
  const secret = stack.secrets.all.CALLBACK_SECRET ?? "";
  const message = new Webhook(secret).verify(posted?.body ?? "", posted?.headers as Record<string, string>);
  expect(message).toEqual({ type: real.type, timestamp: expect.any(String), data: real.data });
  expect(posted?.headers["webhook-id"]).toBe(real.id);
  listen.child.kill("SIGINT");
  expect((await listen.ended).code).toBe(0);
});

it("listen posts each event as rules see it, and goes on where nobody takes it", async () => {
  const to = await here();
  const [listen, alone] = [begun("listen", "--to", to), begun("listen", "--to", "http://127.0.0.1:1")];
  await Promise.all([listen.told("Listening"), alone.told("Listening")]);
  await sent("cus_event");
  await Promise.all([listen.told("HTTP 204"), alone.told("nobody has taken it")]);
  const { body } = taken.at(-1) ?? { body: "null" };
  expect(JSON.parse(body)).toMatchObject({ source: "stripe", data: { object: { customer: "cus_event" } } });
  for (const { child } of [listen, alone]) child.kill("SIGINT");
  expect((await Promise.all([listen.ended, alone.ended])).map(({ code }) => code)).toEqual([0, 0]);
});

it("listen takes addresses of this machine only, and a token that sees payloads", async () => {
  const elsewhere = await call(directory, ["listen", "--to", "https://example.com"], environment());
  expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining("not on this machine") });
  const made = await call(directory, ["tokens", "create", "viewer", "--role", "viewer"], environment());
  const viewer = await call(directory, ["listen", "--to", "http://localhost:1"], environment(made.stdout.trim()));
  expect(viewer).toMatchObject({ code: 4, stderr: expect.stringContaining("role operator") });
  const unknown = ["listen", "--to", "http://localhost:1", "--callback", "crm", "--secret", "NOWHERE"];
  expect(await call(directory, unknown, environment())).toMatchObject({ code: 2 });
});

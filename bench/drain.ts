// How fast a sweep works off what an outage has left, by one invocation and by several: real workerd, SQLite on disk, an
// engine that takes its time, and a bound on its concurrency that must hold however many call it.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareWorkerd } from "../scripts/chaos/workerd.ts";
import { developmentSecrets } from "../scripts/development-secrets.ts";
import { freePort } from "../scripts/local-stack.ts";
import { postStripe, signedByStripe } from "../scripts/webhooks.ts";
import { fireTicker } from "../scripts/workerd/ticker.ts";
import { MINUTE_MS } from "../src/core/duration.ts";

const LATENCY_MS = 100;
const SHARDS = 16;
const SENT_AT_ONCE = 50;

interface Outage {
  /** Starts that have come due while the engine was paused. */
  readonly due: number;
  readonly invocations: number;
  readonly maxConcurrent: number;
  /** Whether sweep follows sweep until nothing is due any more. */
  readonly toTheEnd: boolean;
}

interface Drained {
  readonly starts: number;
  readonly sweeps: number;
  readonly peak: number;
  readonly seconds: number;
}

export async function drain({ due = 1_000, invocations = [1, 2, 4, 8], long = 20_000 } = {}): Promise<void> {
  const one = { due, maxConcurrent: 40, toTheEnd: false };
  const [floor, ...others] = await inTurn(invocations, (each) => drained({ ...one, invocations: each }));
  if (!floor) return;
  console.log(`${due} starts due in ${SHARDS} shards, ${LATENCY_MS} ms each, at most 40 at a time; one sweep.\n`);
  console.log(
    "| invocations | starts | seconds | starts/s | most at a time | ratio to one |\n|---|---|---|---|---|---|",
  );
  for (const [index, run] of [floor, ...others].entries()) {
    const rate = run.starts / run.seconds;
    const ratio = rate / (floor.starts / floor.seconds);
    console.log(
      `| ${invocations[index]} | ${run.starts} | ${run.seconds.toFixed(1)} | ${rate.toFixed(0)} | ${run.peak} | ${ratio.toFixed(2)} |`,
    );
  }
  const outage = { due: long, invocations: 8, maxConcurrent: 200, toTheEnd: true };
  const { starts, sweeps, seconds, peak } = await drained(outage);
  const each = starts / sweeps / outage.invocations;
  console.log(`\n${long} starts due, 8 invocations, at most 200 at a time: sweep after sweep until nothing is due.\n`);
  console.log(
    "| starts | sweeps | seconds | starts/s | starts of an invocation, mean | most at a time |\n|---|---|---|---|---|---|",
  );
  console.log(
    `| ${starts} | ${sweeps} | ${seconds.toFixed(1)} | ${(starts / seconds).toFixed(0)} | ${each.toFixed(0)} | ${peak} |`,
  );
}

async function drained({ due, invocations, maxConcurrent, toTheEnd }: Outage): Promise<Drained> {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-drain-"));
  const engine = await slowEngine();
  const config = configOf(invocations, maxConcurrent);
  const secrets = developmentSecrets(config);
  const [port, cronPort] = await Promise.all([freePort(), freePort()]);
  const bridge = await prepareWorkerd({
    name: "bridge",
    wranglerConfig: "wrangler.toml",
    directory,
    port,
    cronPort,
    readyPath: "/healthz",
    variables: {
      DEVELOPMENT: "true",
      DEVELOPMENT_CONFIG: JSON.stringify(config),
      DEVELOPMENT_ENGINE_URL: engine.url,
      ...secrets.all,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const operate = async (way: "pause" | "resume"): Promise<void> => {
    const headers = { authorization: `Bearer ${secrets.adminToken}` };
    const answer = await fetch(`${url}/api/engines/default/${way}`, { method: "POST", headers });
    if (!answer.ok) throw new Error(`${way} answered ${answer.status}`);
    await answer.text();
  };
  const sweep = async (at: number): Promise<void> => {
    if ((await fireTicker({ port: cronPort }, { at })) !== "ok") throw new Error("the sweep has failed");
  };
  try {
    await bridge.start();
    await operate("pause");
    for (let sent = 0; sent < due; sent += SENT_AT_ONCE) {
      const batch = Array.from({ length: Math.min(SENT_AT_ONCE, due - sent) }, (_, index) => `cus_${sent + index}`);
      await Promise.all(batch.map((customer) => send(url, secrets.ofSource("stripe"), customer)));
    }
    await operate("resume");
    const begun = performance.now();
    let at = Date.now() + 10 * MINUTE_MS;
    let sweeps = 0;
    for (
      let before = -1;
      before < engine.starts() && engine.starts() < due && (toTheEnd || sweeps === 0);
      at += MINUTE_MS
    ) {
      before = engine.starts();
      await sweep(at);
      sweeps++;
    }
    if (engine.peak() > maxConcurrent)
      throw new Error(`the engine had ${engine.peak()} calls at a time, and may have ${maxConcurrent}`);
    if (toTheEnd && engine.starts() !== due) throw new Error(`${engine.starts()} of ${due} were started`);
    return { starts: engine.starts(), sweeps, peak: engine.peak(), seconds: (performance.now() - begun) / 1_000 };
  } finally {
    await bridge.kill();
    engine.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function send(url: string, secret: string, customer: string): Promise<void> {
  const event = { id: `evt_${customer}`, type: "customer.created", object: { id: customer, customer } };
  const { status } = await postStripe(url, signedByStripe(event, secret));
  if (status !== 202) throw new Error(`a webhook was answered with ${status}`);
}

function configOf(sweepInvocations: number, maxConcurrent: number) {
  return {
    engines: { default: { token: "TRANSACTIONLINK_TOKEN", followFor: "0s", maxConcurrent } },
    sources: { stripe: { preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] } },
    rules: [
      {
        id: "kyb",
        source: "stripe",
        on: ["customer.created"],
        start: {
          workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
          recordId: "{% data.object.customer %}",
        },
      },
    ],
    ledger: { shards: SHARDS, sweepInvocations },
  };
}

/** Answers every call after a while; counts the starts, and how many calls of any kind it has at a time. */
async function slowEngine() {
  let starts = 0;
  let open = 0;
  let peak = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === "POST") starts++;
    peak = Math.max(peak, ++open);
    setTimeout(() => {
      open--;
      response.writeHead(201, { "content-type": "application/json" });
      response.end(JSON.stringify({ id: crypto.randomUUID(), status: "running" }));
    }, LATENCY_MS);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, starts: () => starts, peak: () => peak, close: () => server.close() };
}

async function inTurn<In, Out>(items: readonly In[], run: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  for (const item of items) results.push(await run(item));
  return results;
}

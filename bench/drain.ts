// How fast a sweep works off what an outage has left, by one invocation and by several: real workerd, SQLite on disk, an
// engine that takes its time, and a bound on its concurrency that must hold however many call it.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStack } from "../scripts/local-stack.ts";
import { postStripe, signedByStripe } from "../scripts/webhooks.ts";

const DUE = 1_000;
const LATENCY_MS = 100;
const MAX_CONCURRENT = 40;
const SHARDS = 16;
const INVOCATIONS = [1, 2, 4, 8];
const MINUTE_MS = 60_000;

interface Drained {
  readonly calls: number;
  readonly peak: number;
  readonly seconds: number;
}

export async function drain(): Promise<void> {
  const [floor, ...others] = await inTurn(INVOCATIONS, drained);
  if (!floor) return;
  console.log(`${DUE} starts due in ${SHARDS} shards, ${LATENCY_MS} ms each, at most ${MAX_CONCURRENT} at a time.\n`);
  console.log("| invocations | calls | seconds | calls/s | most at a time | ratio to one |\n|---|---|---|---|---|---|");
  for (const [index, run] of [floor, ...others].entries()) {
    const rate = run.calls / run.seconds;
    const ratio = rate / (floor.calls / floor.seconds);
    console.log(
      `| ${INVOCATIONS[index]} | ${run.calls} | ${run.seconds.toFixed(1)} | ${rate.toFixed(0)} | ${run.peak} | ${ratio.toFixed(2)} |`,
    );
  }
}

async function drained(sweepInvocations: number): Promise<Drained> {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-drain-"));
  const engine = await slowEngine();
  const stack = await startStack({
    persistTo: directory,
    config: configOf(sweepInvocations) as never,
    engineUrl: () => engine.url,
  });
  const operate = async (way: "pause" | "resume"): Promise<void> => {
    const headers = { authorization: `Bearer ${stack.secrets.adminToken}` };
    const answer = await fetch(`${stack.bridge.url}/api/engines/default/${way}`, { method: "POST", headers });
    if (!answer.ok) throw new Error(`${way} answered ${answer.status}`);
  };
  try {
    await operate("pause");
    for (let sent = 0; sent < DUE; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => send(stack, `cus_${sent + index}`)));
    }
    await operate("resume");
    const begun = performance.now();
    await stack.sweep(Date.now() + 10 * MINUTE_MS);
    return { calls: engine.calls(), peak: engine.peak(), seconds: (performance.now() - begun) / 1_000 };
  } finally {
    await stack.stop();
    engine.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function send(stack: Awaited<ReturnType<typeof startStack>>, customer: string): Promise<void> {
  const event = { id: `evt_${customer}`, type: "customer.created", object: { id: customer, customer } };
  const { status } = await postStripe(stack.bridge.url, signedByStripe(event, stack.secrets.ofSource("stripe")));
  if (status !== 202) throw new Error(`a webhook was answered with ${status}`);
}

function configOf(sweepInvocations: number) {
  return {
    engines: { default: { token: "TRANSACTIONLINK_TOKEN", followFor: "0s", maxConcurrent: MAX_CONCURRENT } },
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

/** Answers every start call after a while, and counts how many it has at a time. */
async function slowEngine() {
  let calls = 0;
  let open = 0;
  let peak = 0;
  const server = createServer((request, response) => {
    request.resume();
    calls++;
    peak = Math.max(peak, ++open);
    setTimeout(() => {
      open--;
      response.writeHead(201, { "content-type": "application/json" });
      response.end(JSON.stringify({ id: crypto.randomUUID(), status: "running" }));
    }, LATENCY_MS);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, calls: () => calls, peak: () => peak, close: () => server.close() };
}

async function inTurn<In, Out>(items: readonly In[], run: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  for (const item of items) results.push(await run(item));
  return results;
}

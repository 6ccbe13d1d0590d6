// A rule is edited through the API while webhooks keep coming: every one that is accepted is started once, by the rule of
// before or of after, and from the stated time on by the one of after only.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, startStack } from "../../scripts/local-stack.ts";
import { type SimulatorControl, simulatorControl } from "../../scripts/simulator-control.ts";
import { postStripe, signedByStripe } from "../../scripts/webhooks.ts";
import { IN_FORCE_WITHIN_MS } from "../../src/bridge/setup-in-force.ts";

const SENDERS = 4;
const EDITS = 3;

function configWith(edition: string) {
  return {
    engines: { default: { token: "TRANSACTIONLINK_TOKEN", followFor: "0s" } },
    sources: { stripe: { preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] } },
    rules: [
      {
        id: "edited",
        source: "stripe",
        on: ["customer.created"],
        start: {
          workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
          recordId: "{% data.object.id %}",
          parameters: { customer: "{% data.object.id %}", edition },
        },
      },
    ],
  };
}

const directory = mkdtempSync(join(tmpdir(), "hookspan-load-"));
let stack: LocalStack;
let control: SimulatorControl;
beforeAll(async () => {
  stack = await startStack({ persistTo: directory, config: configWith("edition-0") });
  control = simulatorControl(stack.simulator.url);
});
afterAll(async () => {
  await stack?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function edit(number: number): Promise<void> {
  const headers = { authorization: `Bearer ${stack.secrets.adminToken}`, "if-match": `"${number}"` };
  const body = JSON.stringify(configWith(`edition-${number}`));
  const answer = await fetch(`${stack.bridge.url}/api/config`, { method: "PUT", headers, body });
  expect([answer.status, await answer.json()]).toMatchObject([200, { revision: number + 1 }]);
}

describe("a rule that is edited under load", () => {
  it("is in force within the stated time, and no event is lost or started twice", async () => {
    const sent = new Map<string, { begunAt: number; accepted: boolean }>();
    let stopped = false;
    const send = async (sender: number): Promise<void> => {
      for (let n = 0; !stopped; n++) {
        const id = `cus_${sender}_${n}`;
        const begunAt = Date.now();
        const event = { id: `evt_${id}`, type: "customer.created", object: { id } };
        const { status } = await postStripe(stack.bridge.url, signedByStripe(event, stack.secrets.ofSource("stripe")));
        sent.set(id, { begunAt, accepted: status === 202 });
      }
    };
    const load = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
    const editedAt: number[] = [0];
    const pass = async (ms: number): Promise<void> => {
      for (const until = Date.now() + ms; Date.now() < until; ) await stack.api("/executions?limit=1");
    };
    for (let number = 1; number <= EDITS; number++) {
      await pass(500);
      await edit(number);
      editedAt.push(Date.now());
      if (number === EDITS) await pass(IN_FORCE_WITHIN_MS + 500);
    }
    stopped = true;
    await load;
    await stack.sweep(Date.now() + 120_000);

    const starts = new Map<string, string[]>();
    for (const { body } of await control.starts()) {
      const { customer, edition } = JSON.parse(body).parameters;
      starts.set(customer, [...(starts.get(customer) ?? []), edition]);
    }
    const last = editedAt.at(-1) ?? 0;
    let late = 0;
    for (const [id, { begunAt, accepted }] of sent) {
      expect(accepted, id).toBe(true);
      const editions = starts.get(id) ?? [];
      expect(editions, id).toHaveLength(1);
      if (begunAt < last + IN_FORCE_WITHIN_MS) continue;
      late++;
      expect(editions, id).toEqual([`edition-${EDITS}`]);
    }
    expect(starts.size).toBe(sent.size);
    expect(new Set([...starts.values()].flat()).size).toBe(EDITS + 1);
    expect(late).toBeGreaterThan(0);
  });
});

// What survives a SIGKILL: real workerd with SQLite on disk, killed at chosen moments and started again.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BridgeStack, MINUTE_MS, startBridgeStack } from "./bridge-stack.ts";

let stack: BridgeStack;
beforeAll(async () => {
  stack = await startBridgeStack();
});
afterAll(() => stack?.stop());

/** Kills the bridge while what it has just sent is held up at the gate, and starts it again. */
async function killedAtTheGate(mode: "hold-requests" | "hold-answers", customer: string, type?: "customer.updated") {
  stack.gate.mode = mode;
  const answer = await stack.send(customer, type);
  await stack.gate.held();
  await stack.bridge.kill();
  stack.gate.mode = "open";
  await stack.bridge.start();
  const [execution] = answer.executions;
  if (!execution) throw new Error(`nothing was admitted: ${answer.status}`);
  return { status: answer.status, ...execution };
}

describe("a bridge killed after it has answered 202", () => {
  it("starts the execution on the next sweep when the engine had not been reached", async () => {
    const { status, id, recordId } = await killedAtTheGate("hold-requests", "cus_before");
    expect(status).toBe(202);
    expect(await stack.startsFor(recordId)).toBe(0);
    await stack.sweep(Date.now() + MINUTE_MS + 1_000);
    expect(await stack.startsFor(recordId)).toBe(1);
    await stack.sweep(Date.now() + 3 * MINUTE_MS);
    const message = await stack.receiver.message(({ data }) => data.execution === id);
    expect(message).toMatchObject({ type: "execution.succeeded", verified: true });
  });

  it("repeats the start with the same record id, counted, when the engine's answer was lost and the rule says retry", async () => {
    const { id, recordId } = await killedAtTheGate("hold-answers", "cus_lost");
    expect(await stack.startsFor(recordId)).toBe(1);
    await stack.sweep(Date.now() + MINUTE_MS + 1_000);
    expect(await stack.startsFor(recordId)).toBe(2);
    expect(await stack.execution(id)).toMatchObject({ uncertainStarts: 1, startAttempts: 2 });
  });

  it("parks the execution and never repeats the start when the answer was lost and the rule says hold", async () => {
    const { id, recordId } = await killedAtTheGate("hold-answers", "cus_hold", "customer.updated");
    expect(await stack.startsFor(recordId)).toBe(1);
    for (const minutes of [2, 10, 100]) await stack.sweep(Date.now() + minutes * MINUTE_MS);
    expect(await stack.startsFor(recordId)).toBe(1);
    expect(await stack.execution(id)).toMatchObject({ state: "held", uncertainStarts: 1 });
  });

  it("still knows the dedupe key", async () => {
    const first = await stack.send("cus_known");
    await stack.bridge.kill();
    await stack.bridge.start();
    const again = await stack.send("cus_known");
    expect(again.executions[0]).toMatchObject({ id: first.executions[0]?.id, outcome: "duplicate" });
  });

  it("loses nothing that it accepted under load", async () => {
    const customers = Array.from({ length: 60 }, (_, index) => `cus_load_${index}`);
    const accepted: string[] = [];
    const enough = Promise.withResolvers<void>();
    const sending = customers.map(async (customer) => {
      const answer = await stack.send(customer).catch(() => undefined);
      if (answer?.status === 202) accepted.push(...answer.executions.map(({ id }) => id));
      if (accepted.length >= 10) enough.resolve();
    });
    await enough.promise;
    await stack.bridge.kill();
    await Promise.all(sending);
    await stack.bridge.start();
    for (const minutes of [2, 4, 6, 8]) await stack.sweep(Date.now() + minutes * MINUTE_MS);
    const delivered = new Set(stack.receiver.messages.map(({ data }) => data.execution));
    expect(accepted.filter((id) => !delivered.has(id))).toEqual([]);
  });
});

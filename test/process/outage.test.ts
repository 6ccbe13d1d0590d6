// The engine goes away and comes back, and senders repeat themselves: real processes, real HTTP.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BridgeStack, MINUTE_MS, startBridgeStack } from "./bridge-stack.ts";

let stack: BridgeStack;
beforeAll(async () => {
  stack = await startBridgeStack();
});
afterAll(() => stack?.stop());

describe("an event delivered many times", () => {
  it("starts one execution when it comes 50 times at once", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => stack.send("cus_fifty")));
    const executions = answers.flatMap((answer) => answer.executions);
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(executions.filter(({ outcome }) => outcome === "new")).toHaveLength(1);
    expect(new Set(executions.map(({ id }) => id)).size).toBe(1);

    const [id] = executions.map((execution) => execution.id);
    await stack.receiver.message(({ data }) => data.execution === id);
    await stack.sweep(Date.now() + 2 * MINUTE_MS);
    expect(await stack.startsFor(executions[0]?.recordId ?? null)).toBe(1);
    expect(stack.receiver.messages.filter(({ data }) => data.execution === id)).toHaveLength(1);
  });
});

describe("an engine that is down for ten sweeps", () => {
  it("starts every accepted event once it is up again, and each is called back", async () => {
    await stack.simulator.kill();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => stack.send(`cus_outage_${index}`)));
    const accepted = answers.flatMap((answer) => answer.executions);
    expect(accepted).toHaveLength(20);

    const begun = Date.now();
    for (let minute = 1; minute <= 10; minute++) await stack.sweep(begun + minute * MINUTE_MS);
    for (const { id } of accepted) expect((await stack.execution(id)).state).toMatch(/queued|starting/);

    await stack.simulator.start();
    for (let minute = 11; minute <= 20; minute++) await stack.sweep(begun + minute * MINUTE_MS);
    for (const { id, recordId } of accepted) {
      expect(await stack.startsFor(recordId)).toBe(1);
      const message = await stack.receiver.message(({ data }) => data.execution === id);
      expect(message).toMatchObject({ type: "execution.succeeded", verified: true });
      expect(await stack.execution(id)).toMatchObject({ state: "succeeded", deliveries: [{ state: "delivered" }] });
    }
  });
});

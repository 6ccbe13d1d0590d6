// An engine's push over real HTTP: signed by the simulator, proven with the key that it publishes, and told at once.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BridgeStack, startBridgeStack } from "./bridge-stack.ts";

let stack: BridgeStack;
beforeAll(async () => {
  stack = await startBridgeStack("0s");
});
afterAll(() => stack?.stop());

it("a run that ends when nobody follows it is told as soon as the engine pushes, without a sweep", async () => {
  await stack.control.settings({ runsForMs: 3_600_000 });
  const [execution] = (await stack.send("cus_pushed")).executions;
  const id = execution?.id ?? "";
  await stack.until(async () => (await stack.execution(id)).state === "running");
  const { runId } = await stack.api<{ runId: string }>(`/executions/${id}`);
  const control = async (path: string, body: object) => {
    const to = `${stack.simulator.url}/_control/executions/${runId}/${path}`;
    return (await fetch(to, { method: "POST", body: JSON.stringify(body) })).json();
  };
  const url = `${stack.bridge.url}/engine/default`;
  expect((await fetch(url, { method: "POST", body: JSON.stringify({ id: runId }) })).status).toBe(401);
  await control("finish", {});
  expect(await control("push", { url })).toEqual({ status: 202, body: '{"outcome":"known"}' });
  const message = await stack.receiver.message(({ data }) => data.execution === id);
  expect(message).toMatchObject({ type: "execution.succeeded", verified: true });
  expect(await stack.execution(id)).toMatchObject({ state: "succeeded", deliveries: [{ attempts: 1 }] });
});

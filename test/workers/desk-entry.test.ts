// The desk and the keys as the composition root makes them: once per isolate, with the real object and the real key.
import { env } from "cloudflare:workers";
import { it } from "vitest";
import type { Bridge } from "../../src/bridge/ports.ts";
import { composeBridge } from "../../src/deps.ts";

const secrets = {
  TRANSACTIONLINK_TOKEN: "tot_0123456789abcdef",
  STRIPE_WEBHOOK_SECRET: "whsec_c3RyaXBlJ3Mgb3duIHNlY3JldA",
  CRM_CALLBACK_SECRET: "whsec_Y3JtJ3Mgb3duIHNlY3JldA==",
};

async function compose(own: Env): Promise<Bridge> {
  const bridge = await composeBridge(own);
  if (!bridge.ok) throw new Error(JSON.stringify(bridge.error));
  return bridge.value;
}

it("one isolate has one desk and one key fetcher for all its requests, and each isolate its own", async ({
  expect,
}) => {
  const [own, another] = [{ ...env, ...secrets } as Env, { ...env, ...secrets } as Env];
  const [first, second, elsewhere] = [await compose(own), await compose(own), await compose(another)];
  expect(first.desk).toBe(second.desk);
  expect(first.keys).toBe(second.keys);
  expect(first.setup).toBe(second.setup);
  expect(first.desk).not.toBe(elsewhere.desk);
});

it("SOURCE_SECRETS_KEY decides whether a handshake may leave a secret", async ({ expect }) => {
  const keyless = await compose({ ...env, ...secrets } as Env);
  const keyed = await compose({ ...env, ...secrets, SOURCE_SECRETS_KEY: "0123456789abcdef0123456789abcdef" } as Env);
  expect(await keyless.desk.capture("entry", "the sender's secret")).toBe("refused");
  expect(await keyed.desk.capture("entry", "the sender's secret")).toBe("captured");
  expect(await keyed.desk.capturedSecret("entry")).toBe("the sender's secret");
  expect(await keyless.desk.capturedSecret("entry")).toBeNull();
});

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

function compose(own: Env): Bridge {
  const bridge = composeBridge(own);
  if (!bridge.ok) throw new Error(JSON.stringify(bridge.error.faults));
  return bridge.value;
}

it("one isolate has one desk and one key fetcher for all its requests, and each isolate its own", ({ expect }) => {
  const [own, another] = [{ ...env, ...secrets } as Env, { ...env, ...secrets } as Env];
  expect(compose(own).desk).toBe(compose(own).desk);
  expect(compose(own).keys).toBe(compose(own).keys);
  expect(compose(own).desk).not.toBe(compose(another).desk);
});

it("SOURCE_SECRETS_KEY decides whether a handshake may leave a secret", async ({ expect }) => {
  const keyless = compose({ ...env, ...secrets } as Env);
  const keyed = compose({ ...env, ...secrets, SOURCE_SECRETS_KEY: "0123456789abcdef0123456789abcdef" } as Env);
  expect(await keyless.desk.capture("entry", "the sender's secret")).toBe("refused");
  expect(await keyed.desk.capture("entry", "the sender's secret")).toBe("captured");
  expect(await keyed.desk.capturedSecret("entry")).toBe("the sender's secret");
  expect(await keyless.desk.capturedSecret("entry")).toBeNull();
});

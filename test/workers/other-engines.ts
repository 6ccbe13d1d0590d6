// An example configuration over the whole bridge: the front door, the real ledger, the real engine client, whose calls go to a
// stand-in of the vendor's API; a clock that stands still.

import { readSetup } from "../../src/bridge/setup.ts";
import { sweep } from "../../src/bridge/sweep.ts";
import type { Execution } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import { createEngine } from "../../src/engine/engine-client.ts";
import { resolveEngine } from "../../src/engine/presets.ts";
import { operationTokens } from "../../src/engine/token.ts";
import { bodyOf, createFakeCallbacks } from "../fakes/fake-callbacks.ts";
import { createFakeClock, MINUTE_MS } from "../fakes/fake-clock.ts";
import type { StandIn } from "../fakes/stand-in.ts";
import { type Http, http, type Receipt } from "./http-bridge.ts";

export const SECRETS: Readonly<Record<string, string>> = {
  SHOP_WEBHOOK_TOKEN: "shop-webhook-token-0123456789",
  CRM_CALLBACK_SECRET: "whsec_Y3JtJ3Mgb3duIHNlY3JldA==",
  CLOUDFLARE_WORKFLOWS_TOKEN: "cloudflare-api-token",
  N8N_API_KEY: "n8n-api-key",
  N8N_WEBHOOK_TOKEN: "n8n-webhook-token",
};

export interface Scene extends Http {
  /** An event of the shop; gives the execution that it has led to. */
  event(type: string, order: string): Promise<string>;
  stored(id: string): Promise<Execution>;
  /** So many minutes with a sweep each. */
  minutes(count: number): Promise<void>;
  /** What the callback was told. */
  told(): ReturnType<typeof bodyOf>[];
}

export function scene(document: unknown, server: StandIn, secrets = SECRETS): Scene {
  const setup = readSetup(document as Json, { development: false, hasSecret: (name) => Object.hasOwn(secrets, name) });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const config = setup.value.config.engines.default;
  if (!config) throw new Error("no engine");
  const clock = createFakeClock();
  const callbacks = createFakeCallbacks(clock);
  const engine = createEngine(resolveEngine(config), {
    token: secrets[config.token ?? ""] ?? "",
    tokens: operationTokens(config, (names) => names.map((name) => secrets[name] ?? "")),
    fetch: (url, init) => server.fetch(url, init),
    now: clock.now,
  });
  const front = http({
    setup: setup.value,
    engine: (id) => (id === "default" ? engine : undefined),
    callbacks,
    secrets: (names) => names.map((name) => secrets[name] ?? ""),
    now: clock.now,
    sleep: clock.sleep,
  });
  const { bridge } = front;
  return {
    ...front,
    async event(type, order) {
      const answer = await front.fetch("/in/shop", {
        method: "POST",
        headers: { "content-type": "application/json", "x-webhook-token": secrets.SHOP_WEBHOOK_TOKEN ?? "" },
        body: JSON.stringify({ id: `${type}-${order}`, type, customer: "cus_42", total: 1250 }),
      });
      const receipt = await answer.json<Receipt>();
      await front.settled();
      const id = receipt.executions[0]?.id;
      if (id === undefined) throw new Error(JSON.stringify(receipt));
      return id;
    },
    async stored(id) {
      const execution = await bridge.ledger.get(id);
      if (!execution) throw new Error(`${id} is not in the ledger`);
      return execution;
    },
    async minutes(count) {
      for (let minute = 0; minute < count; minute++) {
        clock.advance(MINUTE_MS);
        await sweep(bridge);
      }
    },
    told: () => callbacks.sent.map((message) => bodyOf(message)),
  };
}

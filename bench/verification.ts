// What proving and reading one webhook costs, beside its floor: the bare HMAC check that no verification can do without,
// and JSON.parse. Plain Node; the same code runs in workerd.
import Stripe from "stripe";
import { readSetup } from "../src/bridge/setup.ts";
import type { InboundRequest } from "../src/core/event.ts";
import { normalise } from "../src/sources/normalise.ts";
import { noKeys, verify } from "../src/sources/verify.ts";
import { sideBySide } from "./side-by-side.ts";

const SECRET = "whsec_a_secret_of_usual_length_0123456789";
const NOW = 1_795_425_600_000;
const RUNS_PER_ROUND = 300;
const BODY_ITEMS = 20;

export async function verification(): Promise<void> {
  const body = stripeBody();
  const timestamp = NOW / 1_000;
  const signature = new Stripe("sk_test_x").webhooks.generateTestHeaderString({
    payload: body,
    secret: SECRET,
    timestamp,
  });
  const bytes = new TextEncoder().encode(body);
  const request: InboundRequest = {
    method: "POST",
    url: "https://bridge.example.com/in/stripe",
    headers: new Headers({ "content-type": "application/json", "stripe-signature": signature }),
    body: new Uint8Array(bytes),
    receivedAt: NOW,
  };
  const source = stripeSource();
  const context = { secrets: [SECRET], now: NOW, keys: noKeys };
  const rotating = { ...context, secrets: ["whsec_the_new_one", SECRET] };

  const mac = hexBytes(/v1=([0-9a-f]+)/.exec(signature)?.[1] ?? "");
  const content = new TextEncoder().encode(`${timestamp}.${body}`);
  const floor = async (): Promise<void> => {
    const key = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode(SECRET),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["verify"],
    );
    if (!(await crypto.subtle.verify("HMAC", key, mac, content))) throw new Error("the floor must hold");
    JSON.parse(new TextDecoder().decode(bytes));
  };
  const ours = (secrets: typeof context) => async (): Promise<void> => {
    const verified = await verify(request, source, secrets);
    if (!verified.ok) throw new Error(verified.error.reason);
    const events = await normalise(verified.value, source);
    if (!events.ok) throw new Error(events.error.reason);
  };

  console.log(`A Stripe event of ${bytes.byteLength} bytes, verified and made an event; Node ${process.version}.\n`);
  await sideBySide(
    [
      { name: "floor: importKey, subtle.verify, JSON.parse", run: floor },
      { name: "verify + normalise", run: ours(context) },
      { name: "verify + normalise, second of two secrets", run: ours(rotating) },
    ],
    RUNS_PER_ROUND,
  );
}

function stripeSource() {
  const setup = readSetup(
    {
      engines: { default: { token: "TRANSACTIONLINK_TOKEN" } },
      sources: { stripe: { preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] } },
    },
    { development: false, hasSecret: () => true },
  );
  const source = setup.ok ? setup.value.sources.get("stripe") : undefined;
  if (!source) throw new Error("the configuration is refused");
  return source;
}

function stripeBody(): string {
  const items = Array.from({ length: BODY_ITEMS }, (_, i) => ({ id: `si_${i}`, price: `price_${i}`, quantity: i }));
  const object = { id: "sub_1", customer: "cus_1", status: "active", items, metadata: { locale: "en" } };
  return JSON.stringify(
    { id: "evt_1", type: "customer.subscription.created", created: NOW / 1_000, data: { object } },
    null,
    2,
  );
}

function hexBytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

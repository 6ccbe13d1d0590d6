// Made-up business for the bridge of `npm run dev` and for the screenshots: subscriptions, refunds and sign-ups, most of which go
// well. Deterministic: the nth webhook is always the same. For the sources of the example configuration, as far as there are any.
import type { LocalStack } from "./local-stack.ts";
import type { SimulatorControl } from "./simulator-control.ts";
import { postForm, postStripe, signedByStripe } from "./webhooks.ts";

const KYB = "0940b863-eb4e-471a-8ae4-40a24b889e03";
const ONBOARDING = "7c2b54f1-6f0a-4d3c-9d55-2f1f6a3c8e10";

const PEOPLE = [
  ["Ada Lovelace", "ada"],
  ["Grace Hopper", "grace"],
  ["Zoë Ångström", "zoe"],
  ["Łukasz Żak", "lukasz"],
  ["山田 太郎", "taro"],
  ["مريم حداد", "maryam"],
] as const;

export interface Traffic {
  /** Sends the nth webhook. */
  send(n: number): Promise<void>;
}

/** @param runsForMs how long a run takes about */
export async function prepareTraffic(
  { bridge, secrets }: Pick<LocalStack, "bridge" | "secrets">,
  control: SimulatorControl,
  { sources, runsForMs = 2_000 }: { readonly sources: readonly string[]; readonly runsForMs?: number },
): Promise<Traffic> {
  await control.define(KYB, { name: "Know your business", runsForMs });
  await control.define(ONBOARDING, { name: "Onboarding", runsForMs: runsForMs * 2 });

  async function stripe(n: number): Promise<void> {
    const customer = `cus_${(7_919 * (Math.floor(n / 3) + 1)).toString(36)}`;
    const object = {
      id: `sub_${n}`,
      customer,
      status: "active",
      plan: { amount: 4_900 + 1_000 * (n % 4) },
      metadata: {},
    };
    const type = n % 7 === 6 ? "invoice.finalized" : "customer.subscription.created";
    const signed = signedByStripe({ id: `evt_${n}`, type, object }, secrets.ofSource("stripe"));
    // Now and then somebody tries what is no webhook of Stripe's.
    await postStripe(bridge.url, n % 13 === 12 ? { ...signed, body: signed.body.replace("active", "Active") } : signed);
    // Stripe delivers at least once.
    if (n % 9 === 4) await postStripe(bridge.url, signed);
  }

  async function signup(n: number): Promise<void> {
    const [name, mail] = PEOPLE[n % PEOPLE.length] ?? PEOPLE[0];
    await postForm(bridge.url, { name, email: `${mail}.${n}@example.com`, locale: "en" }, "https://www.example.com");
  }

  return {
    async send(n) {
      if (n % 11 === 5)
        await control.define(KYB, {
          name: "Know your business",
          runsForMs,
          status: "FAILED",
          result: { reason: "no match" },
        });
      if (n % 11 === 6) await control.define(KYB, { name: "Know your business", runsForMs });
      if (n % 4 === 3 && sources.includes("signup")) await signup(n);
      else if (sources.includes("stripe")) await stripe(n);
    },
  };
}

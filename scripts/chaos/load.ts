// The senders. They sign as Stripe and as Standard Webhooks do, repeat an event under the same id until it is answered
// with 2xx, as real senders do, and send a share of the events again for no reason at all, and a few with a wrong
// signature.
import { setTimeout as wait } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { signedByStripe } from "../webhooks.ts";
import type { Chance } from "./chance.ts";
import { RULE_IDS, RULES, type RuleId, type World } from "./world.ts";

/** An event, and what became of sending it. */
export interface SentEvent {
  readonly id: string;
  readonly rule: RuleId;
  readonly policy: "retry" | "hold";
  /** Signed with a secret that is not the sender's. */
  readonly forged: boolean;
  attempts: number;
  /** When it was first answered with 2xx, ms since the epoch; null while it has not been. */
  acceptedAt: number | null;
  /** A status by which the bridge refused it for good. */
  refused: number | null;
}

export interface Load {
  readonly sent: readonly SentEvent[];
  readonly accepted: number;
  /** Sendings again of what had been accepted already, or at the same moment. */
  readonly duplicates: number;
  /** Resolves once so many events were accepted. */
  reach(accepted: number): Promise<void>;
  /** No further attempt begins; those under way end as they may. */
  pause(): void;
  resume(): void;
  /** Resolves once everything is sent, the duplicates too. */
  readonly done: Promise<void>;
}

const FORGED_SHARE = 0.02;
const TWIN_SHARE = 0.05;
const AGAIN_SHARE = 0.12;
const EVENTS_PER_CUSTOMER = 4;
const LOOK_EVERY_MS = 10;
/** Nobody may be refused for so long without that being told. */
const PATIENCE_ATTEMPTS = 500;

export function startLoad(world: World, chance: Chance, events: number, concurrency: number): Load {
  const sent: SentEvent[] = [];
  const again: (() => Promise<unknown>)[] = [];
  let begun = 0;
  let accepted = 0;
  let duplicates = 0;
  let open = Promise.withResolvers<void>();
  open.resolve();

  async function attempt(event: SentEvent, post: () => Promise<number>): Promise<boolean> {
    await open.promise;
    event.attempts++;
    const status = await post();
    if (status >= 200 && status < 300) {
      if (event.acceptedAt === null && !event.forged) accepted++;
      event.acceptedAt ??= Date.now();
      return true;
    }
    if (status >= 400 && status < 500) {
      event.refused = status;
      return true;
    }
    return false;
  }

  async function deliver(event: SentEvent, post: () => Promise<number>): Promise<void> {
    while (!(await attempt(event, post))) {
      if (event.attempts > PATIENCE_ATTEMPTS) throw new Error(`${event.id} was not accepted ${event.attempts} times`);
      await wait(chance.between(20, 200));
    }
  }

  async function send(number: number): Promise<void> {
    // Each event has chance of its own: what it is like does not depend on who gets to send it.
    const own = chance.fork();
    const rule = own.pick(RULE_IDS);
    const forged = own.happens(FORGED_SHARE);
    if (!forged) begun++;
    const id = `evt_${number}${forged ? "_forged" : ""}`;
    const event = { id, rule, policy: RULES[rule].policy, forged, attempts: 0, acceptedAt: null, refused: null };
    const customer = `cus_${own.between(0, Math.ceil(events / EVENTS_PER_CUSTOMER))}`;
    const post = poster(world, event, { id: customer, customer, run: behaviour(own) });
    sent.push(event);
    const deliveries = [deliver(event, post)];
    if (own.happens(TWIN_SHARE)) {
      duplicates++;
      deliveries.push(deliver(event, post));
    }
    await Promise.all(deliveries);
    if (own.happens(AGAIN_SHARE)) {
      duplicates++;
      again.push(() => attempt(event, post));
    }
    // What was accepted comes again: mostly soon, now and then much later.
    if (again.length > 0 && own.happens(AGAIN_SHARE)) await again.splice(own.between(0, again.length - 1), 1)[0]?.();
  }

  let next = 0;
  async function sender(): Promise<void> {
    while (begun < events) await send(next++);
  }
  async function all(): Promise<void> {
    await Promise.all(Array.from({ length: concurrency }, sender));
    for (const sending of again.splice(0)) await sending();
  }

  return {
    sent,
    get accepted() {
      return accepted;
    },
    get duplicates() {
      return duplicates;
    },
    async reach(wanted) {
      while (accepted < wanted) await wait(LOOK_EVERY_MS);
    },
    pause() {
      open = Promise.withResolvers<void>();
    },
    resume: () => open.resolve(),
    done: all(),
  };
}

/** How the run will go: most end at once, some later, some fail. */
function behaviour(chance: Chance): object {
  const runsForMs = chance.happens(0.8) ? 0 : chance.between(500, 5_000);
  return chance.happens(0.1) ? { runsForMs, status: "FAILED", result: { reason: "no match" } } : { runsForMs };
}

/** Posts the event, freshly signed each time. @returns the status, 0 where there was no answer */
function poster({ bridgeUrl, secrets }: World, { id, rule, forged }: SentEvent, object: object): () => Promise<number> {
  const { source, type } = RULES[rule];
  const secret = forged ? "whsec_bm90IHRoZSBzZW5kZXIncyBzZWNyZXQ=" : secrets.ofSource(source);
  return async () => {
    const { body, headers } = source === "stripe" ? asStripe() : asStandardWebhook();
    const answer = await fetch(`${bridgeUrl}/in/${source}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    }).catch(() => undefined);
    await answer?.text().catch(() => undefined);
    return answer?.status ?? 0;
  };

  function asStripe(): { body: string; headers: Record<string, string> } {
    const { body, signature } = signedByStripe({ id, type, object }, secret);
    return { body, headers: { "stripe-signature": signature } };
  }

  function asStandardWebhook(): { body: string; headers: Record<string, string> } {
    const at = new Date();
    const body = JSON.stringify({ type, timestamp: at.toISOString(), data: object });
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, at, body),
    };
    return { body, headers };
  }
}

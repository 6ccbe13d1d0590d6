// Webhooks as real senders send them: Stripe events signed by Stripe's own SDK, and a browser's form post.
import Stripe from "stripe";

export interface ReceiptExecution {
  readonly id: string;
  readonly rule: string;
  readonly recordId: string | null;
  readonly outcome: "new" | "duplicate";
  readonly state: string;
}

export interface Answer {
  readonly status: number;
  /** Empty where the webhook was refused. */
  readonly executions: readonly ReceiptExecution[];
  /** The problem's type where the webhook was refused. */
  readonly problem: string | undefined;
}

const stripe = new Stripe("sk_test_the_key_is_not_used_for_signing");

export interface StripeEvent {
  readonly id: string;
  readonly type: string;
  readonly object: object;
}

/** The event as Stripe posts it: pretty-printed JSON and a Stripe-Signature header. */
export function signedByStripe(
  event: StripeEvent,
  secret: string,
  at = Date.now(),
): { body: string; signature: string } {
  const created = Math.floor(at / 1000);
  const { id, type, object } = event;
  const body = JSON.stringify(
    { id, object: "event", api_version: "2026-10-28", created, type, data: { object } },
    null,
    2,
  );
  const signature = stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: created });
  return { body, signature };
}

export function postStripe(bridge: string, { body, signature }: { body: string; signature: string }): Promise<Answer> {
  return post(`${bridge}/in/stripe`, body, { "content-type": "application/json", "stripe-signature": signature });
}

export function postForm(bridge: string, fields: Record<string, string>, origin: string): Promise<Answer> {
  const form = new URLSearchParams(fields).toString();
  return post(`${bridge}/in/signup`, form, { "content-type": "application/x-www-form-urlencoded", origin });
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, { method: "POST", body, headers });
  const answer = (await response.json()) as { executions?: ReceiptExecution[]; type?: string };
  return { status: response.status, executions: answer.executions ?? [], problem: answer.type };
}

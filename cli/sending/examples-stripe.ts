// The parts of Stripe's events that rules ask for, as Stripe documents them; by type, where * at the end stands for anything. Data only.
const customer = "cus_NffrFeUfNV2Hib";
const email = "ada@example.com";

const stripe = (object: object) => ({
  id: "evt_1NG8Du2eZvKYlo2C",
  object: "event",
  api_version: "2026-10-28",
  livemode: false,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  data: { object },
});

const subscription = stripe({
  id: "sub_1MowQVLkdIwHu7ix",
  object: "subscription",
  customer,
  status: "active",
  currency: "usd",
  plan: { id: "price_1MowQULkdIwHu7ix", object: "plan", amount: 4_900, currency: "usd", interval: "month" },
  items: {
    object: "list",
    data: [{ id: "si_NcLYdDxLHxlFo7", price: { id: "price_1MowQULkdIwHu7ix", unit_amount: 4_900 }, quantity: 1 }],
  },
  cancel_at_period_end: false,
  metadata: {},
});
const invoice = stripe({
  id: "in_1MtHbELkdIwHu7ix",
  object: "invoice",
  customer,
  customer_email: email,
  amount_due: 4_900,
  amount_paid: 4_900,
  currency: "usd",
  status: "paid",
  subscription: "sub_1MowQVLkdIwHu7ix",
  metadata: {},
});
const charge = stripe({
  id: "ch_3MmlLrLkdIwHu7ix",
  object: "charge",
  customer,
  amount: 4_900,
  amount_refunded: 0,
  currency: "usd",
  status: "succeeded",
  billing_details: { email, name: "Ada Lovelace" },
  metadata: {},
});
const paymentIntent = stripe({
  id: "pi_3MtwBwLkdIwHu7ix",
  object: "payment_intent",
  customer,
  amount: 4_900,
  currency: "usd",
  status: "succeeded",
  receipt_email: email,
  metadata: {},
});
const checkout = stripe({
  id: "cs_test_a11YYufWQzNY63zp",
  object: "checkout.session",
  customer,
  customer_details: { email, name: "Ada Lovelace" },
  amount_total: 4_900,
  currency: "usd",
  mode: "payment",
  payment_status: "paid",
  metadata: {},
});
const stripeCustomer = stripe({ id: customer, object: "customer", email, name: "Ada Lovelace", metadata: {} });

export const STRIPE: Readonly<Record<string, object>> = {
  "customer.subscription.created": subscription,
  "customer.subscription.updated": subscription,
  "customer.subscription.deleted": subscription,
  "checkout.session.completed": checkout,
  "invoice.paid": invoice,
  "invoice.payment_failed": invoice,
  "payment_intent.succeeded": paymentIntent,
  "charge.refunded": charge,
  "customer.created": stripeCustomer,
  "customer.subscription.*": subscription,
  "customer.*": stripeCustomer,
  "checkout.*": checkout,
  "invoice.*": invoice,
  "payment_intent.*": paymentIntent,
  "charge.*": charge,
};

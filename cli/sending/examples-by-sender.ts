// The parts of senders' events that rules ask for, as the senders document them; by type, where * at the end stands for anything. Data only.
import type { PresetName } from "../../src/core/source.ts";
import { STRIPE } from "./examples-stripe.ts";

const email = "ada@example.com";
const typeform = {
  event_id: "LtWXD3crgy",
  form_response: {
    form_id: "lT4Z3j",
    token: "a3a12ec67a1365927098a606107fac15",
    landed_at: "2026-11-23T11:55:00Z",
    definition: {
      id: "lT4Z3j",
      title: "Sign up",
      fields: [{ id: "JwWggjAKtOkA", title: "Your email", type: "email", ref: "email" }],
    },
    answers: [{ type: "email", email, field: { id: "JwWggjAKtOkA", type: "email", ref: "email" } }],
    hidden: {},
  },
};

const hubspot = {
  eventId: 100,
  subscriptionId: 190_001,
  portalId: 62_515,
  appId: 54_321,
  objectId: 123,
  attemptNumber: 0,
  changeSource: "CRM",
};

const shopper = { id: 115_310_627_314_723, email, first_name: "Ada", last_name: "Lovelace" };
const order = {
  id: 723,
  status: "processing",
  total: "49.00",
  currency: "USD",
  customer_id: 25,
  billing: { email, first_name: "Ada", last_name: "Lovelace" },
};

const slack = (event: object) => ({
  team_id: "T061EG9R6",
  api_app_id: "A0MDYCDME",
  type: "event_callback",
  event_id: "Ev0MDYHUEL",
  event,
});

const gitlab = (kind: string, attributes?: object) => ({
  object_kind: kind,
  user: { name: "Ada Lovelace", username: "ada" },
  project: { id: 1, name: "engine", path_with_namespace: "acme/engine", default_branch: "main" },
  ...(attributes === undefined ? { ref: "refs/heads/main" } : { object_attributes: attributes }),
});

const calendly = {
  created_by: "https://api.calendly.com/users/AAAAAAAAAAAAAAAA",
  payload: {
    uri: "https://api.calendly.com/scheduled_events/AAAAAAAAAAAAAAAA/invitees/BBBBBBBBBBBBBBBB",
    email,
    name: "Ada Lovelace",
    status: "active",
    timezone: "Europe/London",
    questions_and_answers: [],
    scheduled_event: { name: "Intro", start_time: "2026-12-01T10:00:00Z", end_time: "2026-12-01T10:30:00Z" },
  },
};

const adyen = {
  NotificationRequestItem: {
    pspReference: "7914073381342284",
    merchantAccountCode: "AcmeECOM",
    merchantReference: "order-1001",
    amount: { value: 4_900, currency: "EUR" },
    success: "true",
    paymentMethod: "visa",
    reason: "",
    additionalData: {},
  },
};

const braintree = {
  notification: { subject: { subscription: { id: "my_id", status: "Active", price: "49.00", "plan-id": "plan" } } },
};

const linear = (data: object) => ({
  action: "create",
  type: "Issue",
  organizationId: "2f6ba9b0-c1d2-4fd0-a3f1-d9c0e0b4a711",
  data: { id: "539068e2-ae88-4d09-bd75-22eb4a59612f", ...data },
});

const message = {
  MessageSid: "SM1f0e8ae6ade43cb3c0ce4525424e404f",
  MessageStatus: "delivered",
  AccountSid: "AC5ef872f6da5a21de157d80997a64bd33",
  From: "+15017122661",
  To: "+15558675310",
};

/** What is not there has nothing but what its preset names. */
export const EXAMPLES: Readonly<Partial<Record<PresetName, Readonly<Record<string, object>>>>> = {
  stripe: STRIPE,
  hubspot: {
    "contact.creation": hubspot,
    "contact.propertyChange": { ...hubspot, propertyName: "lifecyclestage", propertyValue: "customer" },
    "deal.creation": hubspot,
    "company.creation": hubspot,
  },
  typeform: { form_response: typeform },
  calendly: { "invitee.created": calendly, "invitee.canceled": calendly },
  woocommerce: { "order.created": order, "order.updated": order, "customer.created": shopper },
  slack: {
    app_mention: slack({
      type: "app_mention",
      user: "U061F7AUR",
      text: "<@U0LAN0Z89> hello",
      channel: "C0LAN2Q65",
      ts: "1515449522.000016",
    }),
    "message.channel_join": slack({
      type: "message",
      user: "U061F7AUR",
      text: "joined",
      channel: "C0LAN2Q65",
      ts: "1515449522.000016",
    }),
    reaction_added: slack({
      type: "reaction_added",
      user: "U061F7AUR",
      reaction: "thumbsup",
      item: { type: "message", channel: "C0LAN2Q65" },
    }),
  },
  gitlab: {
    push: gitlab("push"),
    "merge_request.open": gitlab("merge_request", { iid: 1, title: "Add an engine", state: "opened", action: "open" }),
    "issue.open": gitlab("issue", { iid: 1, title: "No engine", state: "opened", action: "open" }),
  },
  "gitlab-token": {
    push: gitlab("push"),
    "merge_request.open": gitlab("merge_request", { iid: 1, title: "Add an engine", state: "opened", action: "open" }),
  },
  braintree: {
    subscription_charged_successfully: braintree,
    subscription_went_past_due: braintree,
    subscription_canceled: braintree,
  },
  "salesforce-outbound-message": {
    "sf:Opportunity": {
      Id: "04l5g00000000AAA",
      sObject: { Id: "0065g00000ABCDeAAP", Name: "Acme", StageName: "Closed Won" },
    },
    "sf:Contact": { Id: "04l5g00000000AAA", sObject: { Id: "0035g00000ABCDeAAP", LastName: "Lovelace", Email: email } },
  },
  adyen: { AUTHORISATION: adyen, CAPTURE: adyen, REFUND: adyen },
  square: {
    "payment.updated": {
      merchant_id: "6SSW7HV8K2ST5",
      data: {
        type: "payment",
        id: "hYy9pRFVxpDsO1FB05SunFWUe9JZY",
        object: {
          payment: {
            id: "hYy9pRFVxpDsO1FB05SunFWUe9JZY",
            amount_money: { amount: 4_900, currency: "USD" },
            status: "COMPLETED",
          },
        },
      },
    },
  },
  paddle: {
    "subscription.created": {
      notification_id: "ntf_01h46h1s2zabpkdks7yt4vkgkc",
      data: {
        id: "sub_01hv8x29kz0t586xy6zn1a62ny",
        status: "active",
        customer_id: "ctm_01hv6y1jedq4p1n0yqn5ba3ky4",
        currency_code: "USD",
      },
    },
    "transaction.completed": {
      notification_id: "ntf_01h46h1s2zabpkdks7yt4vkgkc",
      data: {
        id: "txn_01hv8wptq8987qeep44cyrewp9",
        status: "completed",
        customer_id: "ctm_01hv6y1jedq4p1n0yqn5ba3ky4",
        currency_code: "USD",
      },
    },
  },
  linear: {
    "Issue.create": linear({ identifier: "ENG-1", title: "No engine", priority: 0, state: { name: "Todo" } }),
    "Issue.update": linear({ identifier: "ENG-1", title: "No engine", priority: 1, state: { name: "Done" } }),
    "Comment.create": linear({ body: "I see.", issueId: "539068e2-ae88-4d09-bd75-22eb4a59612f" }),
  },
  trello: {
    createCard: {
      model: { id: "4eea4ffc91e31d1746000046" },
      action: {
        data: {
          card: { id: "4f2b8b4d4f2cb9d16d368506", name: "A card" },
          board: { id: "4eea4ffc91e31d1746000046", name: "A board" },
        },
      },
    },
    updateCard: {
      model: { id: "4eea4ffc91e31d1746000046" },
      action: {
        data: {
          card: { id: "4f2b8b4d4f2cb9d16d368506", name: "A card" },
          board: { id: "4eea4ffc91e31d1746000046", name: "A board" },
        },
      },
    },
  },
  twilio: { delivered: message, sent: message, failed: message },
  mailgun: {
    delivered: {
      "event-data": { recipient: email, message: { headers: { "message-id": "20261123120000.1.AAAA@example.com" } } },
    },
    failed: { "event-data": { recipient: email, severity: "permanent" } },
  },
  mandrill: {
    send: { msg: { email, subject: "Hello", state: "sent" } },
    hard_bounce: { msg: { email, state: "bounced" } },
  },
  "microsoft-graph": {
    created: {
      subscriptionId: "7f105c7d-2dc5-4530-97cd-4e7ae6534c07",
      resource: "me/messages/AAMkAD",
      resourceData: { id: "AAMkAD" },
      tenantId: "84bd8158-6d4d-4958-8b9f-9d6445542f95",
    },
    updated: {
      subscriptionId: "7f105c7d-2dc5-4530-97cd-4e7ae6534c07",
      resource: "me/messages/AAMkAD",
      resourceData: { id: "AAMkAD" },
      tenantId: "84bd8158-6d4d-4958-8b9f-9d6445542f95",
    },
  },
  "standard-webhooks": {
    "order.paid": { data: { id: "order-1001", total: 1_250, customer: { name: "Ada Lovelace", email } } },
  },
  token: { "order.paid": { total: 1_250, customer: { name: "Ada Lovelace", email } } },
  bearer: { "order.paid": { total: 1_250, customer: { name: "Ada Lovelace", email } } },
  "html-form": { "form.submitted": { name: "Ada Lovelace", email } },
};

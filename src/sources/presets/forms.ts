// Presets of form builders. Data only. What most of them have in common: the whole of one submission stands in the body.
import type { Preset } from "./preset.ts";

export const typeform: Preset = {
  title: "Typeform",
  description:
    "The secret is the one entered with the webhook, under Connect, Webhooks. Only the body is signed, without a time: a " +
    "captured request stays good, and counts once by the event's id, which stands in the body. Expressions see the " +
    "form's response: data.answers, data.hidden.",
  docs: "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:typeform-signature", prefix: "sha256=" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: "$.event_id",
    type: "$.event_type",
    subject: "$.form_response.token",
    time: { from: "$.form_response.submitted_at", unit: "iso" },
    data: ["$.form_response", "$"],
    dedupeKey: "$.event_id",
  },
  retries:
    "Waits 30 seconds. 404 and 410 disable the webhook at once; 408, 423, 429 and 503 are tried again every 2 to 3 minutes " +
    "for 10 hours, other failures after 5, 10 and 20 minutes and 1, 2, 3 and 4 hours.",
};

export const tally: Preset = {
  title: "Tally",
  description:
    "The secret is the signing secret of the webhook. It is optional at Tally: without it nothing is signed and every " +
    "request is refused here. Only the body is signed, without a time; the event's id stands in it. Expressions see the " +
    "submission: data.fields.",
  docs: "https://tally.so/help/webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:tally-signature" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: "$.eventId",
    type: "$.eventType",
    subject: ["$.data.submissionId", "$.data.responseId"],
    time: { from: "$.createdAt", unit: "iso" },
    data: ["$.data", "$"],
    dedupeKey: "$.eventId",
  },
};

export const jotform: Preset = {
  title: "Jotform",
  description:
    "Jotform signs nothing. Make up a long random secret and put it into the webhook's URL as ?token=…: whoever learns the " +
    "URL can send anything, so what matters should be fetched again from Jotform by the submission's id. The answers " +
    "stand in data.rawRequest, files are only named.",
  docs: "https://www.jotform.com/help/245-how-to-setup-a-webhook-with-jotform/",
  verify: { family: "token", at: "query:token" },
  accept: ["multipart", "form"],
  payload: { field: "rawRequest", as: "json", keepForm: true, optional: true },
  // Jotform repeats the webhook's URL in the body, and with it the token.
  redact: ["$.webhookURL"],
  event: {
    id: ["$.submissionID", "sha256(data)"],
    type: "const:form.submitted",
    subject: "$.submissionID",
    // A submission that is edited is sent again under the same id. Of the data: a multipart body has a random boundary.
    dedupeKey: [{ join: ["$.submissionID", "sha256(data)"], with: ":" }, "sha256(data)"],
  },
};

/** The scheme is our own, since Google Forms has no webhooks: docs/examples/google-forms.gs signs by it. */
export const googleForms: Preset = {
  title: "Google Forms",
  description:
    "Google Forms has no webhooks: the script docs/examples/google-forms.gs, bound to the form, sends each response and " +
    "signs time and body. The secret is the script property HOOKSPAN_SECRET, which you make up. Whoever may edit the form " +
    "can read it.",
  docs: "https://developers.google.com/apps-script/guides/triggers/installable",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-hookspan-signature", split: ",", kv: "=", key: "v1" },
    timestamp: { from: "sig:t", unit: "s", toleranceSeconds: 300 },
    content: "{ts}.{body}",
  },
  accept: ["json"],
  event: {
    id: "$.responseId",
    type: ["$.type", "const:form.submitted"],
    subject: "$.formId",
    time: { from: "$.submittedAt", unit: "iso" },
    // A response that is edited keeps its id.
    dedupeKey: [{ join: ["$.responseId", "$.submittedAt"], with: ":" }, "sha256(body)"],
  },
  retries:
    "The script tries three times within a few seconds. What fails then is seen in the script's executions only.",
};

export const formspree: Preset = {
  title: "Formspree",
  description:
    "The secret is the signing secret shown with the webhook. Time and body are signed. A submission has no id, so equal " +
    "bodies count once.",
  docs: "https://help.formspree.io/articles/advanced-features/verify-webhook-signatures",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:formspree-signature", split: ",", kv: "=", key: "v1" },
    timestamp: { from: "sig:t", unit: "s", toleranceSeconds: 300 },
    content: "{ts}.{body}",
  },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    type: "const:form.submitted",
    subject: "$.form",
    dedupeKey: "sha256(body)",
  },
};

export const fillout: Preset = {
  title: "Fillout",
  description:
    "Unverified: no way to sign was found in Fillout's documentation. Make up a long random secret and have it sent as " +
    "the header X-Webhook-Token, or put it into the URL as ?token=…. It proves the sender, but neither the body nor the " +
    "time.",
  docs: "https://www.fillout.com/help/webhook",
  verify: { family: "token", at: ["header:x-webhook-token", "query:token"] },
  accept: ["json"],
  event: {
    id: ["$.submission.submissionId", "$.submissionId", "sha256(body)"],
    type: "const:form.submitted",
    subject: ["$.formId", "$.submission.formId"],
    time: { from: ["$.submission.submissionTime", "$.submissionTime"], unit: "iso" },
    dedupeKey: ["$.submission.submissionId", "$.submissionId", "sha256(body)"],
  },
};

export const webflow: Preset = {
  title: "Webflow",
  description:
    "The secret is the OAuth app's client secret, or the one that was given when the webhook was made with a site token. " +
    "Time and body are signed. Webhooks made in a site's dashboard may carry no signature, and are refused here.",
  docs: "https://developers.webflow.com/data/docs/working-with-webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-webflow-signature" },
    timestamp: { from: "header:x-webflow-timestamp", unit: "ms", toleranceSeconds: 300 },
    content: "{ts}:{body}",
  },
  accept: ["json"],
  event: {
    id: ["$.payload.id", "sha256(body)"],
    type: "$.triggerType",
    subject: ["$.payload.formId", "$.payload.siteId", "$.payload.orderId"],
    time: { from: ["$.payload.submittedAt", "$.payload.lastUpdated"], unit: "iso" },
    data: ["$.payload", "$"],
    // The id is that of an item, which changes more than once.
    dedupeKey: "sha256(body)",
  },
  answer: { accepted: { status: 200, body: "" } },
};

export const surveymonkey: Preset = {
  title: "SurveyMonkey",
  description:
    "The secret is the app's client id and client secret, joined by an ampersand: <client id>&<client secret>. Only the " +
    "body is signed (HMAC-SHA1), without a time; the event's id stands in it. Events carry ids and no answers: fetch the " +
    "response that the subject names.",
  docs: "https://api.surveymonkey.com/v3/docs",
  verify: {
    family: "hmac",
    hash: "sha1",
    encoding: "base64",
    signature: { from: "header:sm-signature" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: "$.event_id",
    type: "$.event_type",
    subject: "$.object_id",
    time: { from: "$.event_datetime", unit: "iso" },
    dedupeKey: "$.event_id",
  },
  handshake: [{ when: { method: "HEAD" }, verified: false }],
  answer: { accepted: { status: 200, body: "" } },
};

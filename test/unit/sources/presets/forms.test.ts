// The form builders of `presets/forms`. None of them publishes a library that verifies, so their formulas stand here in
// Node's crypto. Google Forms, which is ours, has a file of its own. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { outcome, request, sourceOf } from "../requests.ts";
import { handshaken } from "./handshaking.ts";
import { describeSender, hmacBase64, hmacHex, JSON_HEADERS, onlyEvent, type Sender } from "./known-answers.ts";

const TYPEFORM: Sender = {
  preset: "typeform",
  secret: "typeform secret",
  otherSecret: "typeform secret before",
  signatureHeader: "typeform-signature",
  body: JSON.stringify({
    event_id: "LtWXD3crgy",
    event_type: "form_response",
    form_response: {
      form_id: "lT4Z3j",
      token: "a3a12ec67a1365927098a606107fac15",
      submitted_at: "2026-11-23T09:19:30Z",
      hidden: { customer: "cus_1" },
      answers: [{ type: "email", email: "zoë@example.com", field: { id: "SMEUb7VJz92Q", type: "email" } }],
    },
  }),
  sign: (body, secret) => ({ "typeform-signature": `sha256=${hmacBase64(secret, body)}` }),
  events: [
    {
      id: "LtWXD3crgy",
      type: "form_response",
      subject: "a3a12ec67a1365927098a606107fac15",
      time: "2026-11-23T09:19:30.000Z",
      data: expect.objectContaining({ form_id: "lT4Z3j", hidden: { customer: "cus_1" } }),
      dedupeKey: "LtWXD3crgy",
    },
  ],
};

const TALLY: Sender = {
  preset: "tally",
  secret: "3f0c9d1e-7a53-4b7c-9d3e-0d8a6a2f5c11",
  otherSecret: "3f0c9d1e-7a53-4b7c-9d3e-0d8a6a2f5c12",
  signatureHeader: "tally-signature",
  body: JSON.stringify({
    eventId: "a4cb511e-d513-4fa5-baee-b815d718dfd1",
    eventType: "FORM_RESPONSE",
    createdAt: "2026-11-23T09:19:30.889Z",
    data: {
      responseId: "2wgx4n",
      submissionId: "2wgx4n",
      respondentId: "dwQKYm",
      formId: "VwbNEw",
      formName: "Onboarding",
      fields: [{ key: "question_3EKz4n", label: "Name", type: "INPUT_TEXT", value: "Zoë" }],
    },
  }),
  sign: (body, secret) => ({ "tally-signature": hmacBase64(secret, body) }),
  events: [
    {
      id: "a4cb511e-d513-4fa5-baee-b815d718dfd1",
      type: "FORM_RESPONSE",
      subject: "2wgx4n",
      time: "2026-11-23T09:19:30.889Z",
      data: expect.objectContaining({ formId: "VwbNEw" }),
      dedupeKey: "a4cb511e-d513-4fa5-baee-b815d718dfd1",
    },
  ],
};

const FORMSPREE_BODY = JSON.stringify({
  form: "xrgjabcd",
  submission: { _date: "2026-11-23T09:19:58.000Z", email: "zoë@example.com", message: "Hi $& there" },
  keys: ["email", "message"],
});
const FORMSPREE: Sender = {
  preset: "formspree",
  secret: "formspree secret",
  otherSecret: "formspree secret before",
  signatureHeader: "formspree-signature",
  toleranceSeconds: 300,
  body: FORMSPREE_BODY,
  sign: (body, secret, now) => ({
    "formspree-signature": `t=${now / 1_000},v1=${hmacHex(secret, `${now / 1_000}.${body}`)}`,
  }),
  events: [{ type: "form.submitted", subject: "xrgjabcd", dedupeKey: expect.stringMatching(/^[0-9a-f]{64}$/) }],
};

const WEBFLOW: Sender = {
  preset: "webflow",
  secret: "webflow client secret",
  otherSecret: "webflow client secret before",
  signatureHeader: "x-webflow-signature",
  toleranceSeconds: 300,
  body: JSON.stringify({
    triggerType: "form_submission",
    payload: {
      name: "Contact Us",
      siteId: "65427cf400e02b306eaa049c",
      data: { "First Name": "Zoë" },
      submittedAt: "2026-11-23T09:19:52.301Z",
      id: "6321ca84df3949bfc6752327",
      formId: "65429eadebe8a9f3a30f62d0",
    },
  }),
  sign: (body, secret, now) => ({
    "x-webflow-signature": hmacHex(secret, `${now}:${body}`),
    "x-webflow-timestamp": String(now),
  }),
  events: [
    {
      id: "6321ca84df3949bfc6752327",
      type: "form_submission",
      subject: "65429eadebe8a9f3a30f62d0",
      time: "2026-11-23T09:19:52.301Z",
      data: expect.objectContaining({ name: "Contact Us" }),
      dedupeKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ],
};

const SURVEYMONKEY: Sender = {
  preset: "surveymonkey",
  secret: "client_id&client_secret",
  otherSecret: "client_id&client_secret_before",
  signatureHeader: "sm-signature",
  unsigned: { "sm-apikey": "client_id" },
  body: JSON.stringify({
    name: "My Webhook",
    filter_type: "survey",
    filter_id: "123456789",
    event_type: "response_completed",
    event_id: "10027615719",
    object_type: "response",
    object_id: "987654321",
    event_datetime: "2026-11-23T09:19:31.182613+00:00",
    resources: { survey_id: "123456789", collector_id: "111222333", respondent_id: "444555666" },
  }),
  sign: (body, secret) => ({ "sm-signature": hmacBase64(secret, body, "sha1") }),
  events: [
    {
      id: "10027615719",
      type: "response_completed",
      subject: "987654321",
      time: "2026-11-23T09:19:31.182Z",
      dedupeKey: "10027615719",
    },
  ],
};

for (const sender of [TYPEFORM, TALLY, FORMSPREE, WEBFLOW, SURVEYMONKEY]) describeSender(sender);

describe("a signature in the other encoding is refused", () => {
  test("of Typeform, which writes base64 behind sha256=", async () => {
    const source = sourceOf({ preset: "typeform", secrets: ["S"] });
    for (const signature of [`sha256=${hmacHex("s", TYPEFORM.body)}`, hmacBase64("s", TYPEFORM.body)]) {
      const inbound = request({ ...JSON_HEADERS, "typeform-signature": signature }, TYPEFORM.body);
      expect(await outcome(inbound, source, ["s"])).not.toBe("accepted");
    }
  });
});

describe("SurveyMonkey", () => {
  const source = sourceOf({ preset: "surveymonkey", secrets: ["S"] });

  test("is read by its own content type", async () => {
    const headers = {
      "content-type": "application/vnd.surveymonkey.response_completed.v1+json",
      ...SURVEYMONKEY.sign(SURVEYMONKEY.body, SURVEYMONKEY.secret, 0),
    };
    expect(await onlyEvent(request(headers, SURVEYMONKEY.body), source, [SURVEYMONKEY.secret])).toMatchObject({
      type: "response_completed",
    });
  });

  test("is told by HEAD that somebody is there", async () => {
    expect(await handshaken(source, { method: "HEAD" })).toMatchObject({ reply: { status: 200, body: null } });
  });
});

describe("Jotform", () => {
  const source = sourceOf({ preset: "jotform", secrets: ["S"] });
  const FIELDS = {
    formID: "240001112223334",
    submissionID: "5800001112223334445",
    formTitle: "Order",
    webhookURL: "https://bridge.example.com/in/source?token=long-random",
    rawRequest: JSON.stringify({ q3_name: { first: "Zoë", last: "Å" }, q4_email: "zoë@example.com" }),
  };

  async function posted(token: string, changed: object = {}) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...FIELDS, ...changed })) form.set(name, value);
    const response = new Response(form);
    const headers = { "content-type": response.headers.get("content-type") ?? "" };
    const body = new Uint8Array(await response.arrayBuffer());
    return { ...request(headers, body), url: `https://bridge.example.com/in/source${token}` };
  }

  test("proves itself by the token in its URL, and by nothing else", async () => {
    expect(await outcome(await posted("?token=long-random"), source, ["long-random"])).toBe("accepted");
    expect(await outcome(await posted("?token=long-randoM"), source, ["long-random"])).toBe("no-match");
    expect(await outcome(await posted(""), source, ["long-random"])).toBe("missing-token");
    expect(await outcome(await posted("?token="), source, ["long-random"])).toBe("missing-token");
  });

  test("gives its answers as data, without the URL that holds the token", async () => {
    const event = await onlyEvent(await posted("?token=long-random"), source, ["long-random"]);
    expect(event).toMatchObject({ id: FIELDS.submissionID, type: "form.submitted", subject: FIELDS.submissionID });
    expect(event.data).toEqual({
      formID: "240001112223334",
      submissionID: "5800001112223334445",
      formTitle: "Order",
      rawRequest: { q3_name: { first: "Zoë", last: "Å" }, q4_email: "zoë@example.com" },
    });
    expect(JSON.stringify(event)).not.toContain("long-random");
  });

  test("counts once when it is sent again under another boundary, and twice when it was edited", async () => {
    const keyOf = async (changed?: object) =>
      (await onlyEvent(await posted("?token=t", changed), source, ["t"])).dedupeKey;
    expect(await keyOf()).toBe(await keyOf());
    expect(await keyOf({ rawRequest: '{"q3_name":"other"}' })).not.toBe(await keyOf());
  });
});

describe("Fillout", () => {
  const source = sourceOf({ preset: "fillout", secrets: ["S"] });
  const body = JSON.stringify({
    formId: "iTLe3rk7dKus",
    formName: "Onboarding",
    submission: { submissionId: "abc", submissionTime: "2026-11-23T09:19:00.000Z", questions: [] },
  });
  const sent = (headers: Record<string, string>, query = "") => ({
    ...request({ ...JSON_HEADERS, ...headers }, body),
    url: `https://bridge.example.com/in/source${query}`,
  });

  test("proves itself by the token in a header or in its URL", async () => {
    expect(await outcome(sent({ "x-webhook-token": "t" }), source, ["t"])).toBe("accepted");
    expect(await outcome(sent({}, "?token=t"), source, ["t"])).toBe("accepted");
    expect(await outcome(sent({}, "?token=u"), source, ["t"])).toBe("no-match");
    expect(await outcome(sent({}), source, ["t"])).toBe("missing-token");
  });

  test("names its submission", async () => {
    expect(await onlyEvent(sent({ "x-webhook-token": "t" }), source, ["t"])).toMatchObject({
      id: "abc",
      type: "form.submitted",
      subject: "iTLe3rk7dKus",
      time: "2026-11-23T09:19:00.000Z",
      dedupeKey: "abc",
    });
  });
});

// HubSpot's three signatures, against its own library, which signs and verifies. Fixed clock, no network.
import { Signature } from "@hubspot/api-client";
import { afterEach, describe, expect, test, vi } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import { describeSender, type Headers, JSON_HEADERS, onlyEvent, received, type Sender } from "./known-answers.ts";

const URL = "https://hooks.example.com/in/hubspot?tenant=7";
const SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";

const EVENTS = [
  {
    eventId: 3816279340,
    subscriptionId: 25,
    portalId: 33,
    appId: 1160452,
    occurredAt: 1795425590000,
    subscriptionType: "contact.propertyChange",
    attemptNumber: 0,
    objectId: 1246965,
    propertyName: "lifecyclestage",
    propertyValue: "subscriber",
    changeSource: "ACADEMY",
  },
  {
    eventId: 3816279480,
    subscriptionId: 22,
    portalId: 33,
    appId: 1160452,
    occurredAt: 1795425590916,
    subscriptionType: "contact.associationChange",
    attemptNumber: 0,
    fromObjectId: 1,
    toObjectId: 2,
  },
];
const BODY = JSON.stringify(EVENTS);
const MEANT = [
  {
    id: "3816279340",
    type: "contact.propertyChange",
    subject: "1246965",
    time: "2026-11-23T09:19:50.000Z",
    dedupeKey: "25:3816279340:1246965:1795425590000",
  },
  {
    id: "3816279480",
    type: "contact.associationChange",
    subject: "1",
    dedupeKey: "22:3816279480:1795425590916",
  },
];

afterEach(() => {
  vi.useRealTimers();
});

/** HubSpot's library reads the clock itself, and throws for a time that is too old. */
function isHubspots(version: string, signature: string | undefined, options: object): boolean {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  const shared = { signatureVersion: version, signature: signature ?? "", method: "POST", url: URL };
  try {
    return Signature.isValid({ ...shared, ...options } as Parameters<typeof Signature.isValid>[0]);
  } catch {
    return false;
  }
}

function signedV3(requestBody: string, clientSecret: string, timestamp: number): Headers {
  const signature = Signature.getSignature("POST", "v3", {
    clientSecret,
    requestBody,
    url: URL,
    timestamp,
    signature: "",
  });
  return { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": String(timestamp) };
}

const V3: Sender = {
  preset: "hubspot",
  config: { publicUrl: URL },
  secret: SECRET,
  otherSecret: "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz",
  signatureHeader: "x-hubspot-signature-v3",
  toleranceSeconds: 300,
  body: BODY,
  sign: signedV3,
  isGenuine: (requestBody, headers, clientSecret) =>
    isHubspots("v3", headers["x-hubspot-signature-v3"], {
      requestBody,
      clientSecret,
      timestamp: Number(headers["x-hubspot-request-timestamp"]),
    }),
  events: MEANT,
};

const V1: Sender = {
  preset: "hubspot-v1",
  secret: SECRET,
  otherSecret: "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz",
  signatureHeader: "x-hubspot-signature",
  body: BODY,
  sign: (requestBody, clientSecret) => ({
    "x-hubspot-signature": Signature.getSignature("POST", "v1", { clientSecret, requestBody, signature: "" }),
  }),
  isGenuine: (requestBody, headers, clientSecret) =>
    isHubspots("v1", headers["x-hubspot-signature"], { requestBody, clientSecret }),
  events: MEANT,
};

const V2: Sender = {
  preset: "hubspot-v2",
  config: { publicUrl: URL },
  secret: SECRET,
  otherSecret: "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz",
  signatureHeader: "x-hubspot-signature",
  unsigned: { "x-hubspot-signature-version": "v2" },
  body: JSON.stringify({ portalId: 33, objectType: "CONTACT", objectId: 1246965, properties: {} }),
  sign: (requestBody, clientSecret) => ({
    "x-hubspot-signature": Signature.getSignature("POST", "v2", { clientSecret, requestBody, url: URL, signature: "" }),
  }),
  isGenuine: (requestBody, headers, clientSecret) =>
    isHubspots("v2", headers["x-hubspot-signature"], { requestBody, clientSecret }),
  events: [{ type: "workflow", subject: "1246965", dedupeKey: expect.stringMatching(/^[0-9a-f]{64}$/) }],
};

for (const sender of [V3, V1, V2]) describeSender(sender);

describe("the examples that HubSpot publishes", () => {
  test("are accepted: v1", async () => {
    const body =
      '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';
    const signature = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de";
    const inbound = request({ ...JSON_HEADERS, "x-hubspot-signature": signature }, body);
    const source = sourceOf({ preset: "hubspot-v1", secrets: ["S"] });
    expect(await onlyEvent(inbound, source, [SECRET])).toMatchObject({ id: "1", type: "contact.creation" });
  });

  test("are accepted: v2", async () => {
    const signature = "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900";
    const inbound = request({ ...JSON_HEADERS, "x-hubspot-signature": signature }, '{"example_field":"example_value"}');
    const config = { preset: "hubspot-v2", secrets: ["S"], publicUrl: "https://www.example.com/webhook_uri" };
    expect(await outcome(inbound, sourceOf(config), [SECRET])).toBe("accepted");
    const elsewhere = { ...config, publicUrl: "https://www.example.com/webhook_uri/" };
    expect(await outcome(inbound, sourceOf(elsewhere), [SECRET])).toBe("no-match");
  });
});

describe("HubSpot v3", () => {
  const source = sourceOf({ preset: "hubspot", secrets: ["S"], publicUrl: URL });
  const genuine = () => request({ ...JSON_HEADERS, ...signedV3(BODY, SECRET, NOW) }, BODY);

  test("covers the URL that is registered, whatever the request was sent to", async () => {
    expect(await outcome({ ...genuine(), url: "http://10.0.0.1/in/hubspot" }, source, [SECRET])).toBe("accepted");
    const elsewhere = sourceOf({ preset: "hubspot", secrets: ["S"], publicUrl: "https://hooks.example.com/in/other" });
    expect(await outcome(genuine(), elsewhere, [SECRET])).toBe("no-match");
  });

  test("covers the method", async () => {
    expect(await outcome({ ...genuine(), method: "PUT" }, source, [SECRET])).toBe("no-match");
  });

  test("cannot be taken down to v1: the old header alone is not read", async () => {
    const old = V1.sign(BODY, SECRET, NOW);
    expect(await outcome(request({ ...JSON_HEADERS, ...old }, BODY), source, [SECRET])).toBe("missing-signature");
  });

  test("counts an event once though its attempt is another", async () => {
    const again = JSON.stringify(EVENTS.map((event) => ({ ...event, attemptNumber: 1 })));
    const events = await received(request({ ...JSON_HEADERS, ...signedV3(again, SECRET, NOW) }, again), source, [
      SECRET,
    ]);
    expect(events.map(({ dedupeKey }) => dedupeKey)).toEqual(MEANT.map(({ dedupeKey }) => dedupeKey));
  });

  test("of the future is refused, though HubSpot's library accepts it", async () => {
    const later = NOW + 3_600_000;
    const headers = signedV3(BODY, SECRET, later);
    expect(await V3.isGenuine?.(BODY, headers, SECRET)).toBe(true);
    expect(await outcome(request({ ...JSON_HEADERS, ...headers }, BODY), source, [SECRET])).toBe("future");
  });
});

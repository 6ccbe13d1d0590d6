// POST /in/:source with what is not let in: every refusal, in problem JSON.
import { describe, it } from "vitest";
import { err } from "../../src/core/result.ts";
import { http, NOW, SECRETS, stripeBody, stripeSignature } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

const JSON_TYPE = { "content-type": "application/json" };

async function signed(body: string): Promise<RequestInit> {
  return { method: "POST", body, headers: { ...JSON_TYPE, "stripe-signature": await stripeSignature(body) } };
}

describe("an address that takes no webhook", () => {
  it.for(["/in/unknown", "/in/constructor", "/in/__proto__", "/in/STRIPE", "/in/%E0%A4%A"])(
    "%s is an unknown source",
    async (path, { expect }) => {
      const response = await http().fetch(path, { method: "POST", body: "{}", headers: JSON_TYPE });
      expect((await problemIn(response, 404, expect)).type).toBe("unknown-source");
    },
  );

  it.for(["/", "/in", "/in/", "/in/stripe/more", "/elsewhere", "/.env"])("%s is nothing", async (path, { expect }) => {
    const response = await http().fetch(path, { method: "POST", body: "{}", headers: JSON_TYPE });
    expect((await problemIn(response, 404, expect)).type).toBe("not-found");
  });

  it.for(["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "takes no %s, and says what it takes",
    async (method, { expect }) => {
      const response = await http().fetch("/in/stripe", { method });
      expect(response.headers.get("allow")).toBe("POST");
      expect((await problemIn(response, 405, expect)).detail).toBe("This address takes POST only.");
    },
  );

  it("takes no HEAD, which has no body", async ({ expect }) => {
    const response = await http().fetch("/in/stripe", { method: "HEAD" });
    expect([response.status, response.headers.get("allow"), await response.text()]).toEqual([405, "POST", ""]);
  });
});

describe("a proven webhook whose body cannot be read", () => {
  const post = (body: string, type: string | null = "application/json"): RequestInit => ({
    method: "POST",
    body: new TextEncoder().encode(body),
    headers: { "x-webhook-token": SECRETS.PARTNER_TOKEN ?? "", ...(type === null ? {} : { "content-type": type }) },
  });

  it.for(["text/plain", "application/xml", "multipart/form-data; boundary=x", "", null])(
    "is unsupported as %s, and is told what is",
    async (type, { expect }) => {
      const problem = await problemIn(await http().fetch("/in/partner", post("{}", type)), 415, expect);
      expect(problem.type).toBe("unsupported-content-type");
      expect(problem.detail).toContain("application/json or application/x-www-form-urlencoded");
    },
  );

  it.for([
    ["malformed-json", '{"id": }', "line 1, column 8"],
    ["malformed-json", '{\n"id":"p_1"', "line 2, column 11"],
    ["empty-body", " ", "white space"],
    ["not-utf8", null, "UTF-8"],
    ["too-deep", `${"[".repeat(65)}${"]".repeat(65)}`, "64 levels"],
  ] as const)("is %s: %j", async ([type, body, where], { expect }) => {
    const init = post(body ?? "");
    const bytes = body === null ? { ...init, body: new Uint8Array([0x22, 0xff, 0x22]) } : init;
    const problem = await problemIn(await http().fetch("/in/partner", bytes), 400, expect);
    expect(problem.type).toBe(type);
    expect(problem.detail).toContain(where);
  });

  it("is not quoted in the answer or in the log", async ({ expect }) => {
    const { fetch, lines } = http();
    const problem = await problemIn(
      await fetch("/in/partner", post('{"iban": PL61109010140000071219812874')),
      400,
      expect,
    );
    expect(JSON.stringify([problem, lines])).not.toContain("PL61");
    expect(lines).toEqual([
      { level: "warn", name: "webhook.refused", fields: { source: "partner", reason: "malformed-json" } },
    ]);
  });

  it("is told so for Stripe too, where the signature is right", async ({ expect }) => {
    const response = await http().fetch("/in/stripe", await signed('{"id":'));
    expect((await problemIn(response, 400, expect)).type).toBe("malformed-json");
  });

  it("and names no event, is told what is missing", async ({ expect }) => {
    const response = await http().fetch("/in/stripe", await signed('{"type":"customer.subscription.created"}'));
    const problem = await problemIn(response, 400, expect);
    expect([problem.type, problem.detail]).toEqual(["missing-event-field", expect.stringContaining("event's id")]);
  });
});

describe("a webhook that does not prove its sender", () => {
  const body = stripeBody({ id: "evt_1" });
  const hour = 3_600_000;

  const HEADERS: Readonly<Record<string, () => Promise<Record<string, string>>>> = {
    "missing-signature": async () => ({}),
    "malformed-signature": async () => ({ "stripe-signature": "t=1,v0=aa" }),
    "malformed-timestamp": async () => ({ "stripe-signature": "t=now,v1=aa" }),
    "no-match": async () => ({ "stripe-signature": await stripeSignature(body, "whsec_another") }),
    stale: async () => ({ "stripe-signature": await stripeSignature(body, undefined, NOW - hour) }),
    future: async () => ({ "stripe-signature": await stripeSignature(body, undefined, NOW + hour) }),
  };

  async function refused(headers: Record<string, string>) {
    const { fetch, lines } = http();
    return {
      response: await fetch("/in/stripe", { method: "POST", body, headers: { ...JSON_TYPE, ...headers } }),
      lines,
    };
  }

  it("is told the same for every reason, to the last byte; the log knows which it was", async ({ expect }) => {
    const answers = new Set<string>();
    for (const [reason, headers] of Object.entries(HEADERS)) {
      const { response, lines } = await refused(await headers());
      answers.add(`${response.status} ${JSON.stringify([...response.headers])} ${await response.clone().text()}`);
      expect((await problemIn(response, 401, expect)).type).toBe("not-verified");
      expect(lines).toMatchObject([{ level: "warn", name: "webhook.refused", fields: { source: "stripe", reason } }]);
    }
    expect(answers.size).toBe(1);
  });

  it("is refused before its body is looked at: neither content type nor JSON matter", async ({ expect }) => {
    const init = { method: "POST", body: "not JSON", headers: { "content-type": "text/plain" } };
    expect((await problemIn(await http().fetch("/in/stripe", init), 401, expect)).type).toBe("not-verified");
  });

  it("puts neither signature nor body into the log", async ({ expect }) => {
    const signature = await stripeSignature(body, "whsec_another");
    const { lines } = await refused({ "stripe-signature": signature });
    for (const unwanted of [signature.slice(-64), "cus_1", ...Object.values(SECRETS)]) {
      expect(JSON.stringify(lines)).not.toContain(unwanted);
    }
  });

  it("leaves nothing behind in the ledger", async ({ expect }) => {
    const { fetch, api } = http();
    await fetch("/in/stripe", { method: "POST", body, headers: JSON_TYPE });
    expect(await (await api("/executions")).json()).toEqual({ executions: [], next: null });
  });
});

describe("what is our own fault", () => {
  it("is a 503 for a secret that cannot be used: the sender comes back", async ({ expect }) => {
    const { stripe, lines } = http({ secrets: () => [""] });
    const response = await stripe({ id: "evt_1" });
    expect(response.headers.get("retry-after")).toBe("30");
    expect((await problemIn(response, 503, expect)).detail).toContain("not set up correctly");
    expect(lines).toMatchObject([{ level: "error", name: "webhook.refused", fields: { reason: "bad-secret" } }]);
  });

  it("is a 503 for a configuration that is refused, and says nothing of it", async ({ expect }) => {
    const faults = [{ path: "rules[0].start.locale", message: "something is wrong" }];
    const { fetch } = http({}, { bridge: err({ reason: "misconfigured", faults }) });
    for (const path of ["/in/stripe", "/in/unknown"]) {
      const response = await fetch(path, { method: "POST", body: "{}", headers: JSON_TYPE });
      expect(response.headers.get("retry-after")).toBe("30");
      const { detail } = await problemIn(response, 503, expect);
      expect(detail).not.toMatch(/rules|locale|something/);
    }
  });

  it("is a 503 for an exception that nobody expected, which is logged", async ({ expect }) => {
    const { bridge } = http();
    const thrown = new TypeError("the words of a bug");
    const decide = async () => {
      throw thrown;
    };
    const { stripe, lines } = http({ setup: { ...bridge.setup, rules: { ...bridge.setup.rules, decide } } });
    const response = await stripe({ id: "evt_1" });
    expect(response.headers.get("retry-after")).toBe("30");
    const problem = await problemIn(response, 503, expect);
    expect(problem.detail).toBe("Something went wrong on our side. Nothing was accepted; send it again.");
    expect(lines).toMatchObject([{ level: "error", name: "request.failed", fields: { path: "/in/stripe" } }]);
    expect(problem.detail).not.toContain("the words of a bug");
    expect(JSON.stringify(lines)).not.toContain("    at ");
  });
});

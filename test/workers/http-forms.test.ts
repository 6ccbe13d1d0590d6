// Forms of web pages: urlencoded and multipart, browsers and scripts, and who may read the answer.
import { describe, it } from "vitest";
import { http, type Receipt } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

const PAGE = "https://www.example.com";
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

const FIELDS = { event_id: "f_1", email: "ann@example.com", name: "Ann Źródło", note: "a=b&c" };

function urlencoded(headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body: new URLSearchParams(FIELDS), headers: { origin: PAGE, ...headers } };
}

function multipart(): RequestInit {
  const body = new FormData();
  for (const [name, value] of Object.entries(FIELDS)) body.set(name, value);
  body.set("photo", new File(["the bytes of a photo"], "ann.png", { type: "image/png" }));
  return { method: "POST", body, headers: { origin: PAGE } };
}

describe("a form of an allowed page", () => {
  it("is taken urlencoded, with its fields as the event's data", async ({ expect }) => {
    const { fetch, api } = http();
    const response = await fetch("/in/signup", urlencoded());
    const receipt = await response.json<Receipt>();
    expect([response.status, receipt]).toEqual([
      202,
      {
        events: [{ id: "f_1", type: "form.submitted" }],
        executions: [expect.objectContaining({ rule: "on-signup", outcome: "new" })],
      },
    ]);
    expect(await (await api(`/executions/${receipt.executions[0]?.id}`)).json()).toMatchObject({
      event: { data: FIELDS },
      start: { parameters: { form: FIELDS } },
    });
  });

  it("is taken as multipart, where a file is named and not kept", async ({ expect }) => {
    const { fetch, api } = http();
    const { executions } = await (await fetch("/in/signup", multipart())).json<Receipt>();
    const text = await (await api(`/executions/${executions[0]?.id}`)).text();
    expect(JSON.parse(text)).toMatchObject({
      event: { data: { ...FIELDS, photo: { filename: "ann.png", type: "image/png", size: 20 } } },
    });
    expect(text).not.toContain("the bytes of a photo");
  });

  it("sent twice by a double click counts once, whichever way it is encoded", async ({ expect }) => {
    const { fetch } = http();
    const [first, second] = [await fetch("/in/signup", urlencoded()), await fetch("/in/signup", multipart())];
    const [a, b] = [await first.json<Receipt>(), await second.json<Receipt>()];
    expect([a.executions[0]?.outcome, b.executions[0]?.outcome]).toEqual(["new", "duplicate"]);
    expect(b.executions[0]?.id).toBe(a.executions[0]?.id);
  });

  it("is known by its Referer where there is no Origin", async ({ expect }) => {
    const { body } = urlencoded();
    const init = { method: "POST", body: body ?? "", headers: { referer: `${PAGE}/join?step=2` } };
    expect((await http().fetch("/in/signup", init)).status).toBe(202);
  });
});

describe("a form of another page", () => {
  it.for(["https://evil.example", "https://www.example.com.evil.example", "http://www.example.com", "null", ""])(
    "with the origin %j is not proven",
    async (origin, { expect }) => {
      const response = await http().fetch("/in/signup", urlencoded({ origin }));
      expect(response.headers.has("access-control-allow-origin")).toBe(false);
      expect((await problemIn(response, 401, expect)).type).toBe("not-verified");
    },
  );
});

describe("a browser that posts a form", () => {
  it("is sent on with 303 where the source says where to", async ({ expect }) => {
    const { fetch, api } = http();
    const response = await fetch("/in/landing", urlencoded({ accept: BROWSER }));
    expect([response.status, response.headers.get("location")]).toEqual([303, "https://www.example.com/thanks"]);
    expect(await (await api("/executions")).json()).toMatchObject({ executions: [{ rule: "on-landing" }] });
  });

  it("gets the receipt where the source says nothing", async ({ expect }) => {
    expect((await http().fetch("/in/signup", urlencoded({ accept: BROWSER }))).status).toBe(202);
  });

  it("is told of a refusal, and is not sent on", async ({ expect }) => {
    const response = await http().fetch("/in/landing", urlencoded({ accept: BROWSER, origin: "https://evil.example" }));
    expect(response.headers.has("location")).toBe(false);
    await problemIn(response, 401, expect);
  });

  it("but by script asks for no page, and gets the receipt", async ({ expect }) => {
    expect((await http().fetch("/in/landing", urlencoded({ accept: "*/*" }))).status).toBe(202);
  });
});

describe("the answer may be read by a script", () => {
  it.for([PAGE, "https://example.com"])("of the allowed page %s", async (origin, { expect }) => {
    const response = await http().fetch("/in/signup", urlencoded({ origin }));
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
    expect(response.headers.get("vary")).toBe("origin");
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
  });

  it("of an allowed page when it is a refusal too", async ({ expect }) => {
    const init = { method: "POST", body: "{}", headers: { origin: PAGE, "content-type": "application/json" } };
    const response = await http().fetch("/in/signup", init);
    expect(response.headers.get("access-control-allow-origin")).toBe(PAGE);
    await problemIn(response, 415, expect);
  });

  it("of an allowed page when the form is too large", async ({ expect }) => {
    const init = { method: "POST", body: "x".repeat(1_048_577), headers: { origin: PAGE } };
    const response = await http().fetch("/in/signup", init);
    expect(response.headers.get("access-control-allow-origin")).toBe(PAGE);
    await problemIn(response, 413, expect);
  });

  it("of no page where the sender is no browser", async ({ expect }) => {
    const response = await http().stripe({ id: "evt_1" }, { origin: PAGE });
    expect(response.status).toBe(202);
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
  });
});

// The senders' lists, as their documentation shows them: what is asked, what is read, and what failures mean.
import { describe, expect, it } from "vitest";
import { senderList } from "../../../src/listings/lists.ts";

const TOKEN = "rk_test_the_key";

interface Call {
  readonly url: URL;
  readonly headers: Headers;
}

function deps(...answers: (Response | Error)[]) {
  const calls: Call[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    calls.push({ url: new URL(url), headers: new Headers(init.headers as Record<string, string>) });
    const answer = answers.shift() ?? new Response("{}", { status: 500 });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { calls, given: { policy: { development: false }, token: TOKEN, fetch } };
}

const json = (value: unknown, init: ResponseInit = {}): Response => new Response(JSON.stringify(value), init);

function stripe(given: ReturnType<typeof deps>["given"]) {
  const list = senderList({ preset: "stripe", compare: { token: "T" } as never }, given);
  if (!list) throw new Error("no list");
  return list;
}

function github(given: ReturnType<typeof deps>["given"]) {
  const list = senderList(
    { preset: "github", compare: { token: "T", webhook: "repos/acme/shop/hooks/7" } as never },
    given,
  );
  if (!list) throw new Error("no list");
  return list;
}

describe("Stripe's list", () => {
  it("is asked for a span in whole seconds, page after page, with the key", async () => {
    const event = (id: string) => ({ id, object: "event", created: 1_795_708_801, type: "invoice.paid", data: {} });
    const { calls, given } = deps(
      json({ object: "list", data: [event("evt_2"), event("evt_1")], has_more: true }),
      json({ object: "list", data: [], has_more: false }),
    );
    const first = await stripe(given).page(1_795_708_800_500, 1_795_708_860_999, null);
    if (!first.ok) throw new Error(first.error.detail);
    expect(first.value.next).toBe("evt_1");
    expect(first.value.entries.map(({ at }) => at)).toEqual([1_795_708_801_000, 1_795_708_801_000]);
    const request = await first.value.entries[0]?.request();
    const sent = request?.ok ? request.value : null;
    expect(JSON.parse(new TextDecoder().decode(sent?.body))).toEqual(event("evt_2"));
    expect(sent?.headers.get("content-type")).toBe("application/json");
    expect(await stripe(given).page(0, 1, "evt_1")).toEqual({ ok: true, value: { entries: [], next: null } });
    expect(calls.map(({ url }) => url.href.split("?")[0])).toEqual(Array(2).fill("https://api.stripe.com/v1/events"));
    expect(Object.fromEntries(calls[0]?.url.searchParams ?? [])).toEqual({
      limit: "100",
      "created[gte]": "1795708800",
      "created[lte]": "1795708860",
    });
    expect(calls[1]?.url.searchParams.get("starting_after")).toBe("evt_1");
    expect(calls[0]?.headers.get("authorization")).toBe(`Bearer ${TOKEN}`);
  });

  it.each([
    ["401", json({ error: {} }, { status: 401 }), "refused"],
    ["403", json({ error: {} }, { status: 403 }), "refused"],
    [
      "403 and that it is asked too often",
      json({}, { status: 403, headers: { "x-ratelimit-remaining": "0" } }),
      "unavailable",
    ],
    ["403 and a time to wait", json({}, { status: 403, headers: { "retry-after": "60" } }), "unavailable"],
    ["429", json({ error: {} }, { status: 429 }), "unavailable"],
    ["500", new Response("oops", { status: 500 }), "unavailable"],
    ["a redirect", new Response(null, { status: 302, headers: { location: "https://evil.example" } }), "unavailable"],
    ["404", new Response("", { status: 404 }), "unavailable"],
    ["no JSON", new Response("<html>"), "unavailable"],
    ["no list", json({ object: "event" }), "unavailable"],
    ["null", json(null), "unavailable"],
    ["events that are none", json({ data: [{ id: 7 }], has_more: false }), "unavailable"],
    ["too much", new Response(new Uint8Array(13 * 1024 * 1024)), "unavailable"],
    ["a broken connection", new Error(`cannot send Bearer ${TOKEN}`), "unavailable"],
  ])("that answers with %s tells why, without the key", async (_name, answer, reason) => {
    const { given } = deps(answer);
    const page = await stripe(given).page(0, 1, null);
    expect(page).toMatchObject({ ok: false, error: { reason } });
    expect(JSON.stringify(page)).not.toContain(TOKEN);
  });
});

describe("GitHub's deliveries", () => {
  const delivery = (id: number, guid: string, status_code: number, delivered_at: string) => ({
    id,
    guid,
    delivered_at,
    redelivery: false,
    status: status_code === 200 ? "OK" : "Invalid HTTP Response",
    status_code,
    event: "issues",
    action: "opened",
  });
  const AT = Date.parse("2026-11-23T12:00:00Z");

  it("are the attempts that were not answered with 2xx, each as it was sent, and which deliveries have arrived", async () => {
    const link =
      '<https://api.github.com/x?cursor=v1_0>; rel="prev", <https://api.github.com/x?per_page=100&cursor=v1_9>; rel="next"';
    const { calls, given } = deps(
      json(
        [
          delivery(5, "g-redelivered", 200, "2026-11-23T12:00:03Z"),
          delivery(4, "g-lost", 502, "2026-11-23T12:00:02Z"),
          delivery(3, "g-redelivered", 502, "2026-11-23T12:00:01Z"),
          delivery(2, "g-fine", 202, "2026-11-23T12:00:00Z"),
          delivery(1, "g-unanswered", 0, "2026-11-23T12:00:00Z"),
        ],
        { headers: { link } },
      ),
      json({
        id: 4,
        request: {
          headers: {
            "X-GitHub-Delivery": "g-lost",
            "X-GitHub-Event": "issues",
            "X-Hub-Signature-256": "sha256=0",
            "content-type": "application/x-www-form-urlencoded",
          },
          payload: { action: "opened", number: 7 },
        },
      }),
      new Response("", { status: 404 }),
    );
    const page = await github(given).page(AT, AT + 60_000, null);
    if (!page.ok) throw new Error(page.error.detail);
    expect(page.value.next).toBe("v1_9");
    const [lost, redelivered, unanswered, ...others] = page.value.entries;
    expect(redelivered?.delivery).toBe("g-redelivered");
    expect(page.value.arrived).toEqual(["g-redelivered", "g-fine"]);
    expect(others).toEqual([]);
    const request = await lost?.request();
    if (!request?.ok || !request.value) throw new Error("no request");
    expect(Object.fromEntries(request.value.headers)).toEqual({
      "content-type": "application/json",
      "x-github-delivery": "g-lost",
      "x-github-event": "issues",
    });
    expect(JSON.parse(new TextDecoder().decode(request.value.body))).toEqual({ action: "opened", number: 7 });
    expect(await unanswered?.request()).toEqual({ ok: true, value: null });
    expect(calls.map(({ url }) => url.pathname)).toEqual([
      "/repos/acme/shop/hooks/7/deliveries",
      "/repos/acme/shop/hooks/7/deliveries/4",
      "/repos/acme/shop/hooks/7/deliveries/1",
    ]);
  });

  it("are walked no further than to where something is older", async () => {
    const link = '<https://api.github.com/x?cursor=v1_9>; rel="next"';
    const { given } = deps(
      json([delivery(2, "a", 500, "2026-11-23T12:00:00Z"), delivery(1, "b", 500, "2026-11-23T11:00:00Z")], {
        headers: { link },
      }),
    );
    const page = await github(given).page(AT, AT + 60_000, null);
    expect(page).toMatchObject({ ok: true, value: { entries: [{ at: AT }], next: null } });
  });

  it.each([
    ["a webhook that is not there", new Response("", { status: 404 })],
    ["what is no list", json({ message: "hi" })],
    ["what are no deliveries", json([{ id: 1 }])],
  ])("that are %s are told as such", async (_name, answer) => {
    expect(await github(deps(answer).given).page(0, 1, null)).toMatchObject({
      ok: false,
      error: { reason: "unavailable" },
    });
  });
});

describe("a list", () => {
  it("is never asked for at an address that is not public", async () => {
    const { calls, given } = deps();
    const list = senderList(
      { preset: "github", compare: { token: "T", webhook: "app/hook", url: "https://127.0.0.1/api/v3" } as never },
      given,
    );
    expect(await list?.page(0, 1, null)).toMatchObject({ ok: false, error: { reason: "unavailable" } });
    expect(calls).toEqual([]);
  });
});

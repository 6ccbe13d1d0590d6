// What the API tells of a record, of what has come in, and of what was not let in; over the whole bridge with the real ledger.
import { describe, it } from "vitest";
import { createFakeDesk } from "../fakes/fake-desk.ts";
import { ADMIN, type Http, http, stripeBody, stripeSignature } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

async function json<T>(over: Http, path: string): Promise<T> {
  return (await over.api(path)).json<T>();
}

interface Listed {
  readonly recordId: string;
  readonly states: Record<string, number>;
  readonly executions: { readonly id: string; readonly event: { readonly id: string } }[];
  readonly next: string | null;
}

describe("GET /api/records/:id", () => {
  it("tells everything about a record, by the sender's own id and by the record's", async ({ expect }) => {
    const over = http();
    await over.stripe({ id: "evt_1", ends: "succeeded", customer: "cus_1" });
    await over.stripe({ id: "evt_2", customer: "cus_1" });
    await over.stripe({ id: "evt_3", customer: "cus_2" });
    await over.settled();
    const bySender = await json<Listed>(over, "/records/cus_1");
    expect(bySender.states).toEqual({ running: 1, succeeded: 1 });
    expect(bySender.executions.map(({ event }) => event.id)).toEqual(["evt_2", "evt_1"]);
    expect(await json(over, `/records/${bySender.recordId.toUpperCase()}`)).toEqual(bySender);
    const first = await json<Listed>(over, "/records/cus_1?limit=1");
    const second = await json<Listed>(over, `/records/cus_1?limit=1&cursor=${first.next}`);
    expect([...first.executions, ...second.executions]).toEqual(bySender.executions);
  });

  it("tells nothing of one that nobody knows, and refuses what it does not understand", async ({ expect }) => {
    const over = http();
    expect(await json<Listed>(over, "/records/cus_9")).toMatchObject({ executions: [], states: {}, next: null });
    await problemIn(await over.api("/records/cus_1?limit=0"), 400, expect);
    await problemIn(await over.api("/records/%20"), 400, expect);
  });
});

describe("GET /api/events", () => {
  it("tells what has come in and what became of it, what no rule took included", async ({ expect }) => {
    const over = http();
    await over.stripe({ id: "evt_1", ends: "failed" });
    await over.stripe({ id: "evt_2", type: "invoice.paid" });
    await over.stripe({ id: "evt_1", ends: "failed" });
    await over.settled();
    const { events } = await json<{ events: object[] }>(over, "/events");
    expect(events).toMatchObject([
      { id: "evt_2", source: "stripe", type: "invoice.paid", executions: [{ rule: null, state: "unmatched" }] },
      { id: "evt_1", executions: [{ rule: "kyb-on-subscription", state: "failed" }] },
    ]);
    expect(await json(over, "/events?eventId=evt_2")).toEqual({ events: [events[0]], next: null });
    expect(await json(over, "/events?source=partner")).toEqual({ events: [], next: null });
  });
});

describe("GET /api/refusals", () => {
  it("tells what was not let in of every source, with what to do, the newest first", async ({ expect }) => {
    const over = http({ desk: createFakeDesk() });
    const body = stripeBody({ id: "evt_1" });
    const headers = { "stripe-signature": await stripeSignature(body, "whsec_of_somebody_else") };
    await over.fetch("/in/stripe", { method: "POST", body, headers });
    await over.fetch("/in/partner", { method: "POST", body: "{}" });
    await over.settled();
    const { refusals } = await json<{ refusals: { source: string; reason: string; advice: string }[] }>(
      over,
      "/refusals",
    );
    expect(refusals.map(({ source, reason }) => [source, reason]).toSorted()).toEqual([
      ["partner", "missing-token"],
      ["stripe", "no-match"],
    ]);
    expect(refusals.every(({ advice }) => advice.length > 20)).toBe(true);
    expect(await json(over, "/refusals?reason=no-match")).toMatchObject({
      refusals: [{ source: "stripe" }],
      unreachable: [],
    });
    expect(await json(over, "/refusals?source=signup")).toMatchObject({ refusals: [] });
  });

  it("names the sources of which nobody can say", async ({ expect }) => {
    const desk = { ...createFakeDesk(), record: () => Promise.reject(new Error("away")) };
    expect(await json(http({ desk }), "/refusals?source=stripe")).toEqual({ refusals: [], unreachable: ["stripe"] });
  });
});

describe("GET /metrics", () => {
  it("is what /api/metrics is, for whoever may see that", async ({ expect }) => {
    const { fetch } = http();
    const headers = { authorization: `Bearer ${ADMIN}` };
    const [top, api] = await Promise.all(["/metrics", "/api/metrics"].map((path) => fetch(path, { headers })));
    expect(await top?.text()).toBe(await api?.text());
    await problemIn(await fetch("/metrics"), 401, expect);
  });
});

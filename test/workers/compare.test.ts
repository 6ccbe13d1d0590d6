// The comparison over the whole bridge: Stripe's list in Stripe's form, the real preset, rules and ledger.
import { describe, it } from "vitest";
import { sweep } from "../../src/bridge/sweep.ts";
import { senderList } from "../../src/listings/lists.ts";
import { CONFIG, http, NOW, readDocument, SECRETS, stripeBody } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

const HOUR_MS = 3_600_000;
const compare = { token: "TRANSACTIONLINK_TOKEN", every: "15m", grace: "10m" };

function scene(events: () => unknown[], answer = (list: object) => Response.json(list)) {
  const document = { ...CONFIG, sources: { ...CONFIG.sources, stripe: { ...CONFIG.sources.stripe, compare } } };
  const setup = readDocument(document, 0);
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const clock = { now: NOW };
  const fetch = async () => answer({ object: "list", data: events(), has_more: false });
  return {
    clock,
    ...http({
      setup: setup.value,
      now: () => clock.now,
      listing: (id) => {
        const source = setup.value.config.sources[id];
        return source && senderList(source, { policy: { development: false }, token: "rk_test", fetch });
      },
      secrets: (names) => names.map((name) => SECRETS[name] ?? ""),
    }),
  };
}

describe("POST /api/sources/:id/compare", () => {
  it("starts the event that Stripe lists and nobody has delivered, and takes a late delivery for a duplicate", async ({
    expect,
  }) => {
    const lost = { id: "evt_lost", ends: "succeeded", customer: "cus_9" } as const;
    const event = { ...JSON.parse(stripeBody(lost)), created: NOW / 1_000 + 60 };
    const { clock, api, stripe, bridge, settled } = scene(() => [event, JSON.parse(stripeBody({ id: "evt_1" }))]);
    expect(await (await api("/sources/stripe/compare", {})).json()).toMatchObject({
      missed: 0,
      until: new Date(NOW - 600_000).toISOString(),
    });
    await stripe({ id: "evt_1" });
    clock.now += HOUR_MS;
    expect(await (await api("/sources/stripe/compare", {})).json()).toEqual({
      id: "stripe",
      listed: 2,
      missed: 1,
      until: new Date(NOW + HOUR_MS - 600_000).toISOString(),
      complete: true,
    });
    await sweep(bridge);
    clock.now += 60_000;
    await sweep(bridge);
    const { executions } = await (await api("/executions?record=cus_9")).json<{
      executions: { id: string; state: string }[];
    }>();
    expect(executions).toMatchObject([{ state: "succeeded", event: { id: "evt_lost" } }]);
    clock.now = NOW;
    await stripe(lost);
    await settled();
    const again = await (await api("/executions?record=cus_9")).json<{ executions: object[] }>();
    expect(again.executions).toHaveLength(1);
    expect(await (await api("/sources/stripe")).json()).toMatchObject({
      compared: new Date(NOW + HOUR_MS - 600_000).toISOString(),
    });
  });

  it("says what is in the way: no comparison, no such source, a token that is refused", async ({ expect }) => {
    const { api } = scene(() => []);
    expect((await problemIn(await api("/sources/partner/compare", {}), 409, expect)).detail).toContain("no compare");
    await problemIn(await api("/sources/nobody/compare", {}), 404, expect);
    const { api: refused, clock } = scene(
      () => [],
      () => new Response("{}", { status: 401 }),
    );
    await refused("/sources/stripe/compare", {});
    clock.now += HOUR_MS;
    expect((await problemIn(await refused("/sources/stripe/compare", {}), 503, expect)).detail).toContain(
      "Set a token",
    );
  });
});

describe("a configuration", () => {
  it("that compares what has no list, or does not say which webhook, is refused", ({ expect }) => {
    const faults = (source: object): string[] => {
      const read = readDocument({ ...CONFIG, sources: { ...CONFIG.sources, other: source } } as never, 0);
      return read.ok ? [] : read.error.faults.map(({ path, message }) => `${path}: ${message}`);
    };
    expect(faults({ preset: "shopify", secrets: ["PARTNER_TOKEN"], compare })).toEqual([
      "sources.other.compare: there is a list for the presets stripe and github only",
    ]);
    expect(faults({ preset: "github", secrets: ["PARTNER_TOKEN"], compare })).toEqual([
      "sources.other.compare: webhook says which one it is, such as repos/acme/shop/hooks/123",
    ]);
    expect(
      faults({
        preset: "github",
        secrets: ["PARTNER_TOKEN"],
        compare: { ...compare, webhook: "repos/acme/shop/hooks/1" },
      }),
    ).toEqual([]);
    expect(faults({ preset: "stripe", secrets: ["PARTNER_TOKEN"], compare: { token: "NOT_SET" } })).toEqual([
      expect.stringContaining("sources.other.compare.token: the Worker has no secret named NOT_SET"),
    ]);
  });
});

// GET /api/rules: every rule of the configuration in force, and how its executions stand.
import { describe, it } from "vitest";
import { http, NOW } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

interface Rules {
  readonly revision: number;
  readonly since: string;
  readonly unmatched: number;
  readonly rules: readonly { readonly id: string; readonly counts: Record<string, number> }[];
}

describe("the list of rules", () => {
  it("has every rule in its order, with its executions by state, and counts what no rule took", async ({ expect }) => {
    const bridge = http();
    await bridge.stripe({ id: "evt_1", ends: "succeeded" });
    await bridge.stripe({ id: "evt_2", ends: "succeeded" });
    await bridge.stripe({ id: "evt_3", ends: "rejected" });
    await bridge.stripe({ id: "evt_4", type: "invoice.paid" });
    await bridge.settled();
    const answer = await (await bridge.api("/rules")).json<Rules>();
    expect(answer.rules.map(({ id }) => id)).toEqual(["kyb-on-subscription", "on-partner", "on-signup", "on-landing"]);
    expect(answer.rules[0]).toEqual({
      id: "kyb-on-subscription",
      does: "start",
      source: "stripe",
      on: ["customer.subscription.created"],
      enabled: true,
      shadow: false,
      counts: { succeeded: 2, rejected: 1 },
    });
    expect(answer.rules[1]?.counts).toEqual({});
    expect(answer).toMatchObject({ revision: 0, unmatched: 1, since: new Date(NOW - 86_400_000).toISOString() });
  });

  it("counts since the moment that is asked for, and says what is wrong with another", async ({ expect }) => {
    const bridge = http();
    await bridge.stripe({ id: "evt_1" });
    const later = new Date(NOW + 1).toISOString();
    expect(await (await bridge.api(`/rules?since=${later}`)).json<Rules>()).toMatchObject({
      since: later,
      rules: [{ counts: {} }, {}, {}, {}],
    });
    await problemIn(await bridge.api("/rules?since=yesterday"), 400, expect);
    await problemIn(await bridge.fetch("/api/rules"), 401, expect);
  });
});

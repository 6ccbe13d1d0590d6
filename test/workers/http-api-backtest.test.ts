// POST /api/rules/backtest over the real ledger: of the last thousand events, which would start something else.

import { describe, it } from "vitest";
import { backtest } from "../../src/bridge/backtest.ts";
import { fakeConfigDesk } from "../fakes/fake-config.ts";
import { CONFIG, type Http, http, NOW, readDocument } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

const [KYB, ...OTHER_RULES] = CONFIG.rules;
const EVENTS = 1_000;
const BATCH = 100;

/** Every 83rd customer is a large one: 12 of a thousand. */
const LARGE_ELSEWHERE = {
  ...CONFIG,
  rules: [
    {
      ...KYB,
      start: {
        ...KYB?.start,
        workflowDefinitionId: "{% data.object.total > 100 ? 'enhanced' : '0940b863-eb4e-471a-8ae4-40a24b889e03' %}",
      },
    },
    ...OTHER_RULES,
  ],
};

async function record({ bridge }: Http, count: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const admissions = [];
    for (let each = from; each < Math.min(from + BATCH, count); each++) {
      const id = `evt_${each}`;
      const object = { customer: `cus_${each}`, total: each % 83 === 82 ? 500 : 50 };
      // Each tenth is an event that no rule takes.
      const type = each % 10 === 9 ? "invoice.paid" : "customer.subscription.created";
      const event = { id, source: "stripe", type, time: new Date(NOW).toISOString(), headers: {}, dedupeKey: id };
      admissions.push(...(await bridge.setup.rules.decide({ ...event, data: { object } })));
    }
    const admitted = await bridge.ledger.admit(admissions, NOW + from);
    if (!admitted.ok) throw new Error(admitted.error.detail);
  }
}

/** All large ones are taken by the rule but those whose number ends with 9. */
const LARGE = Array.from({ length: EVENTS }, (_, each) => each).filter((each) => each % 83 === 82);

// biome-ignore lint/suspicious/noExplicitAny: what is answered is checked by the tests, member by member
type Answer = any;

describe("a thousand recorded events", () => {
  it("of which twelve would start something else: these", async ({ expect }) => {
    const bridge = http({ now: () => NOW + EVENTS });
    await record(bridge, EVENTS);
    const taken = LARGE.filter((each) => each % 10 !== 9);
    const config = {
      ...LARGE_ELSEWHERE,
      // The one large order that was an invoice is taken, too, so that there are twelve.
      rules: [
        ...LARGE_ELSEWHERE.rules,
        { ...KYB, id: "large-invoices", on: ["invoice.paid"], when: "data.object.total > 100" },
      ],
    };
    const response = await bridge.api("/rules/backtest", { config });
    expect(response.status).toBe(200);
    const answer: Answer = await response.json();
    const invoices = LARGE.length - taken.length;
    expect(LARGE).toHaveLength(12);
    expect(answer).toMatchObject({
      revision: 0,
      proposed: null,
      events: EVENTS,
      unchanged: EVENTS - 12,
      changed: 12,
      counts: { startsOtherwise: taken.length, ...(invoices === 0 ? {} : { starts: invoices }) },
      complete: true,
      next: null,
    });
    const told = answer.changes.map(({ event }: Answer) => event.id);
    expect(told.toSorted()).toEqual(LARGE.map((each) => `evt_${each}`).toSorted());
    const change = answer.changes.find(({ event }: Answer) => event.id === `evt_${taken[0]}`);
    expect(change).toMatchObject({
      event: {
        source: "stripe",
        type: "customer.subscription.created",
        time: new Date(NOW).toISOString(),
        subject: null,
      },
      differences: [
        {
          rule: "kyb-on-subscription",
          kinds: ["startsOtherwise"],
          from: "start",
          to: "start",
          fields: [
            { path: "start.workflowDefinitionId", from: "0940b863-eb4e-471a-8ae4-40a24b889e03", to: "enhanced" },
          ],
        },
      ],
    });
    const [id] = change.executions;
    expect(await (await bridge.api(`/executions/${id}`)).json()).toMatchObject({ event: { id: change.event.id } });
  }, 60_000);
});

describe("a backtest", () => {
  it("goes on where it stopped, by the value of next", async ({ expect }) => {
    let now = NOW + EVENTS;
    const first = http({ now: () => now });
    await record(first, 70);
    const slow = { ...first.bridge.ledger };
    slow.getAll = async (ids) => {
      now += 20_000;
      return first.bridge.ledger.getAll(ids);
    };
    const bridge = http({ ledger: slow, now: () => now });
    const parts: Answer[] = [];
    for (let cursor: string | null | undefined; cursor !== null; cursor = parts.at(-1).next) {
      const body = { config: { ...CONFIG, rules: [] }, ...(cursor === undefined ? {} : { cursor }) };
      parts.push(await (await bridge.api("/rules/backtest", body)).json());
    }
    expect(parts.map(({ events, complete }) => [events, complete])).toEqual([
      [20, false],
      [20, false],
      [20, false],
      [10, true],
    ]);
    const ids = parts.flatMap(({ changes }) => changes.map(({ event }: Answer) => event.id));
    expect([ids.length, new Set(ids).size]).toEqual([63, 63]);
  });

  it("compares with a revision that is kept, of one source, and since a moment", async ({ expect }) => {
    const config = fakeConfigDesk(readDocument, new Map([[2, { ...CONFIG, rules: [] }]]));
    const bridge = http({ now: () => NOW + EVENTS }, { config });
    await record(bridge, 250);
    const ask = async (body: object): Promise<Answer> => (await bridge.api("/rules/backtest", body)).json();
    expect(await ask({ revision: 2 })).toMatchObject({ proposed: 2, events: 250, counts: { startsNoMore: 225 } });
    expect(await ask({ revision: 2, source: "partner" })).toMatchObject({ events: 0, complete: true });
    const since = new Date(NOW + 200).toISOString();
    expect(await ask({ revision: 2, since })).toMatchObject({ events: 50 });
    expect(await ask({ revision: 0 })).toMatchObject({ proposed: 0, changed: 0 });
    await problemIn(await bridge.api("/rules/backtest", { revision: 9 }), 404, expect);
  });

  it("with another namespace says that every record would be another", async ({ expect }) => {
    const bridge = http({ now: () => NOW + EVENTS });
    await record(bridge, 10);
    const config = { ...CONFIG, recordNamespace: "6ba7b810-9dad-11d1-80b4-00c04fd430c8" };
    const answer: Answer = await (await bridge.api("/rules/backtest", { config })).json();
    expect(answer.counts).toEqual({ startsOtherwise: 9, recordIdChanges: 9 });
  });

  it.each<[string, object, RegExp]>([
    ["nothing to compare with", {}, /either config or revision/],
    ["two configurations", { config: CONFIG, revision: 1 }, /either config or revision/],
    ["too many events", { revision: 1, limit: 2_001 }, /limit/],
    ["a cursor of its own", { revision: 1, cursor: "exe_1_1" }, /cursor: expected the value of next/],
    ["no time", { revision: 1, since: "yesterday" }, /since: expected a time/],
  ])("is refused with %s", async (_, body, detail) => {
    const { expect } = await import("vitest");
    expect((await problemIn(await http().api("/rules/backtest", body), 400, expect)).detail).toMatch(detail);
  });

  it("reads no more of the ledger at a time than it can hold", async ({ expect }) => {
    const bridge = http({ now: () => NOW + EVENTS });
    await record(bridge, 100);
    const asked: number[] = [];
    const { ledger } = bridge.bridge;
    const getAll = (ids: readonly string[]) => {
      asked.push(ids.length);
      return ledger.getAll(ids);
    };
    const { rules } = bridge.bridge.setup;
    await backtest({ ...bridge.bridge, ledger: { ...ledger, getAll } }, rules, { limit: 50 });
    expect(asked).toEqual([20, 20, 10]);
  });
});

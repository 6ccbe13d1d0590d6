// The comparison with GitHub's deliveries as its API lists them: attempts, page by page, of which several may be of one delivery.
import { describe, expect, it } from "vitest";
import { compareSource } from "../../../src/bridge/compare.ts";
import { readSetup } from "../../../src/bridge/setup.ts";
import { senderList } from "../../../src/listings/lists.ts";
import { HOUR_MS, MINUTE_MS, NOW } from "../../fakes/fake-clock.ts";
import { createTestBridge, type TestBridge } from "../../fakes/test-bridge.ts";

const DOCUMENT = {
  engines: { default: { token: "ENGINE_TOKEN" } },
  sources: {
    shop: { preset: "github", secrets: ["S"], compare: { token: "T", webhook: "repos/acme/shop/hooks/7" } },
  },
  rules: [
    {
      id: "issue",
      source: "shop",
      on: ["*"],
      start: { workflowDefinitionId: "definition", recordId: "{% $string(data.issue) %}" },
    },
  ],
};

interface Attempt {
  readonly id: number;
  readonly guid: string;
  readonly status: number;
  /** Minutes after the comparison was first made. */
  readonly after: number;
}

/** GitHub's API over these attempts, two to a page, the newest first. */
function github(attempts: () => readonly Attempt[]) {
  const asked: string[] = [];
  const fetch = async (url: string): Promise<Response> => {
    const { pathname, searchParams } = new URL(url);
    asked.push(pathname.replace("/repos/acme/shop/hooks/7/deliveries", "") + (searchParams.get("cursor") ?? ""));
    const newest = attempts().toSorted((a, b) => b.after - a.after);
    const id = /deliveries\/(\d+)$/.exec(pathname)?.[1];
    if (id !== undefined) {
      const { guid } = newest.find((attempt) => attempt.id === Number(id)) ?? {};
      const headers = { "X-GitHub-Delivery": guid, "X-GitHub-Event": "issues" };
      return Response.json({ id, request: { headers, payload: { action: "opened", issue: guid } } });
    }
    const begin = Number(searchParams.get("cursor") ?? 0);
    const page = newest.slice(begin, begin + 2).map(({ after, status, ...attempt }) => ({
      ...attempt,
      status_code: status,
      delivered_at: new Date(NOW + after * MINUTE_MS).toISOString(),
    }));
    const next = `<https://api.github.com/x?cursor=${begin + 2}>; rel="next"`;
    return Response.json(page, begin + 2 < newest.length ? { headers: { link: next } } : {});
  };
  return { asked, fetch };
}

async function compared(attempts: readonly Attempt[]) {
  const setup = readSetup(DOCUMENT, { development: false, hasSecret: () => true });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const { asked, fetch } = github(() => attempts);
  const source = setup.value.config.sources.shop;
  const listing = () => source && senderList(source, { policy: { development: false }, token: "t", fetch });
  const bridge: TestBridge = Object.assign(createTestBridge(), { setup: setup.value, listing });
  await compareSource(bridge, "shop");
  bridge.clock.advance(2 * HOUR_MS);
  const outcome = await compareSource(bridge, "shop");
  if (!outcome?.ok) throw new Error(JSON.stringify(outcome));
  const { executions } = await bridge.ledger.list({ limit: 100 });
  const whole = await Promise.all(executions.map(({ id }) => bridge.ledger.get(id)));
  return {
    ...outcome.value,
    asked,
    started: whole.map((each) => (each?.event.data as { issue: string } | undefined)?.issue),
  };
}

const others = (from: number, count: number): Attempt[] =>
  Array.from({ length: count }, (_, n) => ({
    id: 100 + from + n,
    guid: `other-${from + n}`,
    status: 200,
    after: from,
  }));

describe("a delivery of which one attempt was answered with 2xx", () => {
  it("has arrived, though its other attempt stands on an older page", async () => {
    const lost = { id: 1, guid: "lost", status: 502, after: 2 };
    const failed = { id: 2, guid: "redelivered", status: 502, after: 1 };
    const redelivered = { id: 3, guid: "redelivered", status: 200, after: 60 };
    const { missed, started, asked } = await compared([failed, lost, ...others(10, 7), redelivered]);
    expect({ missed, started }).toEqual({ missed: 1, started: ["lost"] });
    expect(asked.filter((each) => each.startsWith("/"))).toEqual(["/1"]);
  });

  it("has arrived, though somebody's later attempt failed on a newer page", async () => {
    const arrived = { id: 1, guid: "repeated", status: 202, after: 1 };
    const repeated = { id: 2, guid: "repeated", status: 500, after: 60 };
    expect(await compared([arrived, ...others(10, 7), repeated])).toMatchObject({ missed: 0, started: [] });
  });
});

it("a delivery that failed at every attempt is fetched once", async () => {
  const attempts = [1, 20, 40].map((after, n) => ({ id: n + 1, guid: "lost", status: 500, after }));
  const { missed, started, asked } = await compared([...attempts, ...others(10, 7)]);
  expect({ missed, started }).toEqual({ missed: 1, started: ["lost"] });
  expect(asked.filter((each) => each.startsWith("/"))).toEqual(["/1"]);
});

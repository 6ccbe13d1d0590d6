// Numbers of the bridge: what the ledger really holds, and the text that Prometheus reads.
import { describe, it } from "vitest";
import { http, NOW } from "./http-bridge.ts";

async function busy() {
  const over = http();
  await over.stripe({ id: "evt_1", ends: "succeeded", customer: "cus_1" });
  await over.stripe({ id: "evt_2", ends: "failed", customer: "cus_2" });
  await over.stripe({ id: "evt_3", customer: "cus_3" });
  await over.stripe({ id: "evt_4", ends: "rejected", customer: "cus_4" });
  await over.settled();
  return over;
}

describe("GET /api/stats", () => {
  it("counts what there is, by state and by callback, with rates and times", async ({ expect }) => {
    const { api } = await busy();
    expect(await (await api("/stats")).json()).toMatchObject({
      since: new Date(NOW - 3_600_000).toISOString(),
      looked: 4,
      complete: true,
      states: { succeeded: 1, failed: 1, running: 1, rejected: 1 },
      deliveries: { crm: { delivered: 3 } },
      successRate: 1 / 3,
      webhookToStart: { p50: 0, p95: 0 },
      backlog: 0,
      oldestDueAt: null,
    });
  });

  it("counts nothing before the time that is asked for", async ({ expect }) => {
    const { api } = await busy();
    const since = new Date(NOW + 1).toISOString();
    expect(await (await api(`/stats?since=${since}`)).json()).toMatchObject({
      looked: 0,
      states: {},
      successRate: null,
    });
  });
});

describe("the series of GET /api/stats", () => {
  it("says of each part of the time how many came in it, and what has become of them", async ({ expect }) => {
    const { api } = await busy();
    const since = new Date(NOW - 3_600_000).toISOString();
    const { series } = await (await api(`/stats?since=${since}&parts=4`)).json<{ series: object[] }>();
    expect(series).toEqual([
      { at: new Date(NOW - 3_600_000).toISOString(), admitted: 0, succeeded: 0, failed: 0 },
      { at: new Date(NOW - 2_700_000).toISOString(), admitted: 0, succeeded: 0, failed: 0 },
      { at: new Date(NOW - 1_800_000).toISOString(), admitted: 0, succeeded: 0, failed: 0 },
      { at: new Date(NOW - 900_000).toISOString(), admitted: 4, succeeded: 1, failed: 2 },
    ]);
  });

  it("is refused in more parts than anybody can see", async ({ expect }) => {
    const { api } = await busy();
    expect((await api("/stats?parts=201")).status).toBe(400);
  });
});

describe("GET /api/metrics", () => {
  const FAMILY = /^# TYPE (?<name>hookspan_[a-z_]+) gauge$/;
  const SAMPLE =
    /^(?<name>hookspan_[a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? -?\d+(\.\d+)?(e-?\d+)?$/;

  it("is OpenMetrics: families one after the other, each with its own samples, and an end", async ({ expect }) => {
    const { api } = await busy();
    const answer = await api("/metrics");
    expect(answer.headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    const text = await answer.text();
    expect(text.endsWith("\n# EOF\n")).toBe(true);
    const seen = new Set<string>();
    let family = "";
    for (const line of text.split("\n").slice(0, -2)) {
      const begins = FAMILY.exec(line)?.groups?.name;
      if (begins !== undefined) {
        expect(seen.has(begins)).toBe(false);
        seen.add(begins);
        family = begins;
      } else if (line.startsWith("# UNIT ")) expect(line).toMatch(new RegExp(`^# UNIT ${family} (seconds|bytes)$`));
      else if (line.startsWith("# HELP ")) expect(line.startsWith(`# HELP ${family} `)).toBe(true);
      else expect(SAMPLE.exec(line)?.groups?.name, line).toBe(family);
    }
    expect(text).toContain('hookspan_executions{state="succeeded"} 1\n');
    expect(text).toContain('hookspan_deliveries{callback="crm",state="delivered"} 3\n');
  });
});

describe("GET /api/executions", () => {
  it("finds an event by its own id, by its run, and by the customer as the sender knows it", async ({ expect }) => {
    const { api } = await busy();
    const found = async (query: string) => {
      const { executions } = await (await api(`/executions?${query}`)).json<{
        executions: { event: { id: string } }[];
      }>();
      return executions.map(({ event }) => event.id);
    };
    expect(await found("eventId=evt_2")).toEqual(["evt_2"]);
    expect(await found("record=cus_3")).toEqual(["evt_3"]);
    expect(await found("record=%20cus_3%20")).toEqual(["evt_3"]);
    expect(await found("runId=run_1")).toEqual(["evt_1"]);
    expect(await found("runId=run_99")).toEqual([]);
    expect(await found("eventId=evt_2&state=succeeded")).toEqual([]);
  });
});

describe("GET /api/shards", () => {
  it("tells how full each is", async ({ expect }) => {
    const { api } = await busy();
    const { limitBytes, shards } = await (await api("/shards")).json<{
      limitBytes: number;
      shards: { bytes: number; state: string }[];
    }>();
    expect(limitBytes).toBe(10_000_000_000);
    expect(shards).toHaveLength(4);
    for (const { bytes, state } of shards) {
      expect(bytes).toBeGreaterThan(0);
      expect(state).toBe("ok");
    }
  });
});

// Bulk work that goes on by itself: over real objects, with whoever works on it lost in between.

import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { follow } from "../../src/bridge/advance.ts";
import { createJob, workOnJobs } from "../../src/bridge/jobs.ts";
import type { Jobs } from "../../src/bridge/ports.ts";
import { sweep } from "../../src/bridge/sweep.ts";
import { ok } from "../../src/core/result.ts";
import { createJobs } from "../../src/jobs/jobs-client.ts";
import type { JobsObject } from "../../src/jobs/jobs-object.ts";
import { DELIVERED, refused } from "../fakes/fake-callbacks.ts";
import { MINUTE_MS, SECOND_MS } from "../fakes/fake-clock.ts";
import { finished } from "../fakes/fake-engine.ts";
import { createTestBridge, ruleWith, type TestBridge } from "../fakes/test-bridge.ts";
import { http } from "./http-bridge.ts";

let opened = 0;

function openJobs() {
  const name = `room ${opened++}/jobs`;
  const stub = (): DurableObjectStub<JobsObject> => env.JOBS.getByName(name);
  const jobs: Jobs = createJobs({
    namespace: { getByName: stub } as unknown as DurableObjectNamespace<JobsObject>,
  });
  return { jobs, stub };
}

/** So many dead letters, and a receiver that works again. */
async function withDeadLetters(count: number) {
  const room = openJobs();
  const bridge: TestBridge = { ...createTestBridge({ rules: [ruleWith({})], shards: 2 }), jobs: room.jobs };
  bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? ""));
  bridge.callbacks.otherwise = () => refused(410, { final: true });
  for (let n = 0; n < count; n++) await follow(bridge, await bridge.admitOne());
  bridge.callbacks.otherwise = () => DELIVERED;
  bridge.clock.advance(MINUTE_MS);
  const dead = async () => (await bridge.ledger.list({ limit: 1_000, delivery: "exhausted" })).executions.length;
  return { bridge, dead, ...room };
}

const RESEND = { intent: "resend", callback: null } as const;
const DEAD = { delivery: "exhausted" } as const;

describe("a job", () => {
  it("that is ordered again under the same key is the one that there is, however far it has come", async ({
    expect,
  }) => {
    const { bridge, jobs } = await withDeadLetters(3);
    const order = { request: RESEND, filter: DEAD, by: "anna", key: "outage-of-monday" };
    const { id } = await createJob(bridge, order);
    await workOnJobs(bridge, bridge.now() + 50 * SECOND_MS, id);
    expect(await createJob(bridge, order)).toMatchObject({ id, state: "done", counts: { resent: 3 } });
    expect(await jobs.list()).toHaveLength(1);
    expect(await createJob(bridge, { ...order, key: "another" })).toMatchObject({ state: "running", counts: {} });
  });

  it("does everything that the filter means, portion after portion, and says what came of it", async ({ expect }) => {
    const { bridge, dead, jobs } = await withDeadLetters(130);
    expect(await dead()).toBe(130);
    const { id } = await createJob(bridge, { request: RESEND, filter: DEAD, by: "anna", key: bridge.token() });
    await workOnJobs(bridge, bridge.now() + 50 * SECOND_MS, id);
    for (let minute = 0; minute < 5; minute++) {
      bridge.clock.advance(MINUTE_MS);
      await sweep(bridge);
    }
    expect(await dead()).toBe(0);
    expect(await jobs.get(id)).toMatchObject({
      state: "done",
      createdBy: "anna",
      counts: { resent: 130 },
      failures: [],
    });
  });

  it("goes on by the sweeps where whoever began it is lost, and nothing is left out", async ({ expect }) => {
    const { bridge, dead, jobs, stub } = await withDeadLetters(120);
    const { id } = await createJob(bridge, { request: RESEND, filter: DEAD, by: "anna", key: bridge.token() });
    await jobs.claim(bridge.now(), id);
    await evictDurableObject(stub());
    for (let minute = 0; minute < 6; minute++) {
      bridge.clock.advance(MINUTE_MS);
      await sweep(bridge);
    }
    expect(await jobs.get(id)).toMatchObject({ state: "done" });
    expect(await dead()).toBe(0);
  });

  it("is worked on by one at a time", async ({ expect }) => {
    const { bridge, jobs } = await withDeadLetters(1);
    const { id } = await createJob(bridge, { request: RESEND, filter: DEAD, by: "anna", key: bridge.token() });
    expect((await jobs.claim(bridge.now(), null))?.id).toBe(id);
    expect(await jobs.claim(bridge.now(), null)).toBeNull();
    expect(await jobs.claim(bridge.now(), id)).toBeNull();
    bridge.clock.advance(2 * MINUTE_MS);
    expect((await jobs.claim(bridge.now(), null))?.id).toBe(id);
  });

  it("that is stopped does nothing more, and what it has done stays done", async ({ expect }) => {
    const { bridge, dead, jobs } = await withDeadLetters(120);
    const { id } = await createJob(bridge, { request: RESEND, filter: DEAD, by: "anna", key: bridge.token() });
    const stopping: TestBridge = {
      ...bridge,
      jobs: {
        ...jobs,
        async save(job, from) {
          const goesOn = await jobs.save(job, from);
          await jobs.cancel(id, bridge.now());
          return goesOn && (await jobs.get(id))?.state === "running";
        },
      },
    };
    await workOnJobs(stopping, bridge.now() + 50 * SECOND_MS, id);
    expect((await jobs.get(id))?.state).toBe("canceled");
    const left = await dead();
    expect(left).toBe(70);
    for (let minute = 0; minute < 5; minute++) {
      bridge.clock.advance(MINUTE_MS);
      await sweep(bridge);
    }
    expect(await dead()).toBe(left);
  });

  it("never takes up what comes in after it was asked for", async ({ expect }) => {
    const { bridge, jobs } = await withDeadLetters(2);
    const { id } = await createJob(bridge, { request: RESEND, filter: {}, by: "anna", key: bridge.token() });
    bridge.clock.advance(MINUTE_MS);
    await follow(bridge, await bridge.admitOne());
    await workOnJobs(bridge, bridge.now() + MINUTE_MS, id);
    expect((await jobs.get(id))?.counts).toEqual({ resent: 2 });
  });

  it("keeps no progress of somebody who has been overtaken", async ({ expect }) => {
    const { bridge, jobs } = await withDeadLetters(1);
    const job = await createJob(bridge, { request: RESEND, filter: DEAD, by: "anna", key: bridge.token() });
    expect(await jobs.save({ ...job, cursor: "exe_0_2", updatedAt: 2 }, null)).toBe(true);
    expect(await jobs.save({ ...job, cursor: "exe_0_2", updatedAt: 2 }, null), "the same call once more").toBe(true);
    expect(await jobs.save({ ...job, cursor: "exe_0_9", updatedAt: 3 }, null)).toBe(false);
    expect((await jobs.get(job.id))?.cursor).toBe("exe_0_2");
  });
});

describe("/api/jobs", () => {
  it("begins one, tells how far it has come, and stops it", async ({ expect }) => {
    const { jobs } = openJobs();
    const over = http({ jobs });
    await over.stripe({ id: "evt_1", ends: "succeeded" });
    await over.settled();
    const filter = { since: "2026-11-23T11:00:00Z", until: "2026-11-23T13:00:00Z" };
    const begun = await over.api("/jobs", { intent: "resend", callback: "crm", filter });
    const { id } = await begun.json<{ id: string }>();
    expect(begun.status).toBe(202);
    await over.settled();
    expect(await (await over.api(`/jobs/${id}`)).json()).toMatchObject({
      intent: "resend",
      callback: "crm",
      createdBy: "ADMIN_TOKEN",
      filter: { since: "2026-11-23T11:00:00.000Z", until: "2026-11-23T12:00:00.000Z" },
    });
    expect((await over.api(`/jobs/${id}/cancel`, {})).status).toBe(200);
    expect((await (await over.api("/jobs")).json<{ jobs: unknown[] }>()).jobs).toHaveLength(1);
    expect(await (await over.api("/jobs")).json()).toMatchObject({ jobs: [{ id }] });
    expect((await over.api("/jobs/nobody")).status).toBe(404);
    expect((await over.api("/jobs", { intent: "resend", filter: {} })).status).toBe(400);
  });
});

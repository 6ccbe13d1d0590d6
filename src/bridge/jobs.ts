// Replays of everything that a filter means, portion after portion, until they are done or somebody stops them. A job is kept
// elsewhere with how far it has come, so whoever works on it may be lost: the portion under way is then done again under the same
// key, which starts nothing twice.
import type { ReplayRequest } from "../core/replay.ts";
import { takeUp } from "./fast-path.ts";
import type { Bridge, Job } from "./ports.ts";
import { type ReplayFilter, replayPortion } from "./replay-bulk.ts";

/** Small enough to be done long before the job's lease ends. */
const PORTION = 50;

const FAILURES_KEPT = 20;

export interface JobOrder {
  readonly request: ReplayRequest;
  readonly filter: ReplayFilter;
  /** Who asks, in words. */
  readonly by: string;
  /** Names the order: given again, it is the job that there is. */
  readonly key: string;
}

/** @returns the job, as it stands where the same order has begun it before */
export async function createJob(bridge: Bridge, { request, filter, by, key }: JobOrder): Promise<Job> {
  const now = bridge.now();
  const id = `job-${key}`;
  const job: Job = {
    id,
    createdAt: now,
    createdBy: by,
    request,
    // What comes in while it runs is not meant: it would never end.
    filter: { ...filter, until: Math.min(filter.until ?? now, now) },
    key: id,
    state: "running",
    cursor: null,
    counts: {},
    failures: [],
    updatedAt: now,
  };
  await bridge.jobs.create(job);
  return (await bridge.jobs.get(id)) ?? job;
}

/** Works on what there is to be done until the time is over. @param id of the job; null: whichever is the oldest */
export async function workOnJobs(bridge: Bridge, until: number, id: string | null = null): Promise<void> {
  try {
    while (bridge.now() < until) {
      const job = await bridge.jobs.claim(bridge.now(), id);
      if (!job) return;
      if (!(await workOn(bridge, job, until))) return;
    }
  } catch (thrown) {
    bridge.log("error", "job.failed", { job: id, error: String(thrown) });
  }
}

/** @returns false where the time is over */
async function workOn(bridge: Bridge, job: Job, until: number): Promise<boolean> {
  let current = job;
  while (bridge.now() < until) {
    const after = await portion(bridge, current);
    const goesOn = await bridge.jobs.save(after, current.cursor);
    if (after.state === "done") {
      bridge.log("info", "job.done", { job: job.id, intent: job.request.intent, ...after.counts });
    }
    if (!goesOn) return true;
    current = after;
  }
  return false;
}

async function portion(bridge: Bridge, job: Job): Promise<Job> {
  const before = job.cursor === null ? {} : { before: job.cursor };
  const { replayed, next } = await replayPortion(
    bridge,
    job.request,
    { ...job.filter, ...before, limit: PORTION },
    job.key,
  );
  for (const { followUps } of replayed) for (const execution of followUps) await takeUp(bridge, execution);
  const counts: Record<string, number> = { ...job.counts };
  for (const { outcome } of replayed) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const bad = replayed.filter(({ outcome }) => outcome === "refused" || outcome === "unavailable");
  return {
    ...job,
    state: next === null ? "done" : "running",
    cursor: next ?? job.cursor,
    counts,
    failures: [...job.failures, ...bad.map(({ of, detail }) => ({ of, detail }))].slice(0, FAILURES_KEPT),
    updatedAt: bridge.now(),
  };
}

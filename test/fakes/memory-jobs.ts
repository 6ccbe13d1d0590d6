// Jobs in memory, with the semantics of their Durable Object.
import type { Job, Jobs } from "../../src/bridge/ports.ts";

const LEASE_MS = 90_000;

export function createMemoryJobs(): Jobs {
  const jobs = new Map<string, { job: Job; leasedUntil: number }>();
  return {
    async create(job) {
      if (!jobs.has(job.id)) jobs.set(job.id, { job, leasedUntil: 0 });
    },
    get: async (id) => jobs.get(id)?.job ?? null,
    list: async () => [...jobs.values()].map(({ job }) => job).reverse(),
    async claim(now, id) {
      const free = [...jobs.values()].find(
        ({ job, leasedUntil }) => job.state === "running" && leasedUntil <= now && (id === null || job.id === id),
      );
      if (!free) return null;
      free.leasedUntil = now + LEASE_MS;
      return free.job;
    },
    async save(job, from) {
      const stored = jobs.get(job.id);
      if (stored?.job.state !== "running" || stored.job.cursor !== from) return false;
      stored.job = job;
      return job.state === "running";
    },
    async cancel(id, now) {
      const stored = jobs.get(id);
      if (stored?.job.state === "running") stored.job = { ...stored.job, state: "canceled", updatedAt: now };
      return stored?.job ?? null;
    },
  };
}

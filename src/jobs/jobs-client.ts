// Bulk work as the use cases see it: finds the one object that keeps it. Keeps nothing itself.
import type { Job, Jobs } from "../bridge/ports.ts";
import { callWithin } from "../durable/call.ts";
import type { JobsObject } from "./jobs-object.ts";

const CALL_TIMEOUT_MS = 5_000;

export interface JobsDeps {
  readonly namespace: DurableObjectNamespace<JobsObject>;
}

export function createJobs({ namespace }: JobsDeps): Jobs {
  function call<T>(method: (stub: DurableObjectStub<JobsObject>) => Promise<T>): Promise<T> {
    return callWithin(CALL_TIMEOUT_MS, () => namespace.getByName("jobs"), method);
  }
  const read = (text: string | null): Job | null => (text === null ? null : JSON.parse(text));
  return {
    create: (job) => call(async (object) => object.create(job.id, job.createdAt, JSON.stringify(job))),
    get: async (id) => read(await call(async (object) => object.get(id))),
    list: async () => (await call(async (object) => object.list())).map((text) => JSON.parse(text)),
    claim: async (now, id) => read(await call(async (object) => object.claim(now, id))),
    save: (job, from) => call(async (object) => object.save(job.id, JSON.stringify(job), from, job.updatedAt)),
    cancel: async (id, now) => read(await call(async (object) => object.cancel(id, now))),
  };
}

// hookspan replay and jobs: executions once more, by id or by filter. What would be done is told first; then somebody must agree.
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type Command, Option } from "commander";
import { INTENTS } from "../../src/core/replay.ts";
import type { JobFacts } from "../../src/http/api-jobs.ts";
import { ask, Stop } from "../bridge.ts";
import { filterOf, type Shared, withBridge, withFilter } from "../options.ts";
import { bar, confirm, counted, print, progress, run, say, untilInterrupted } from "../terminal.ts";
import { forEach } from "./executions.ts";

const POLL_MS = 1_000;

interface Wanted extends Shared {
  readonly intent: string;
  readonly revision?: string;
  readonly only?: string;
  readonly key?: string;
  readonly preview?: boolean;
  readonly yes?: boolean;
  readonly wait: boolean;
}

/** What would be done with one, or was. */
interface One {
  readonly of: string;
  readonly outcome?: string;
  readonly would?: string;
  readonly detail: string | null;
  readonly executions: readonly { readonly id?: string; readonly rule: string }[];
}

interface Estimate {
  readonly looked: number;
  readonly complete: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, { readonly count: number; readonly example: { readonly detail: string } }>>;
}

export function replayCommands(hookspan: Command): void {
  withFilter(
    withBridge(
      hookspan
        .command("replay")
        .description("do executions once more, by id or by filter; tells first what would be done, and asks"),
    ),
  )
    .argument("[id...]", "executions' ids; or name at least one filter")
    .addOption(new Option("--intent <intent>", "what is to be done").choices(INTENTS).makeOptionMandatory())
    .addOption(
      new Option("--revision <which>", "re-evaluate: by the rules of today or of then").choices(["today", "then"]),
    )
    .option("--only <callback>", "resend: to this callback and no other")
    .option("--key <key>", "names this request: given again, it starts nothing twice")
    .option("--preview", "only tell what would be done")
    .option("-y, --yes", "do not ask")
    .option("--no-wait", "by filter: do not wait for the end of the job")
    .action((ids: string[], options: Wanted) =>
      run(async () => {
        const filter = filterOf({ ...options });
        const filters = Object.keys(filter).length > 0;
        if (filters === ids.length > 0)
          throw new Stop(2, "Name the executions by their ids, or by a filter, such as --delivery exhausted.");
        if (filters) await byFilter(options, filter);
        else await byId(options, ids);
      }),
    );
  withBridge(hookspan.command("jobs").description("replays by filter, the newest first; or one"))
    .argument("[id]", "a job's id")
    .option("--cancel", "stop it; what it has done stays done")
    .action((id: string | undefined, options: Shared & { cancel?: boolean }) =>
      run(async () => {
        if (id === undefined && options.cancel) throw new Stop(2, "Which job? hookspan jobs lists them.");
        const path = `/jobs/${encodeURIComponent(id ?? "")}`;
        const jobs =
          id === undefined
            ? (await ask<{ jobs: JobFacts[] }>(options, "GET", "/jobs")).jobs
            : [await ask<JobFacts>(options, options.cancel ? "POST" : "GET", options.cancel ? `${path}/cancel` : path)];
        if (options.json) return print(JSON.stringify(id === undefined ? { jobs } : jobs[0]));
        for (const job of jobs) print(jobLine(job));
      }),
    );
}

function requestOf({ intent, revision, only: callback }: Wanted) {
  return { intent, ...(revision ? { revision } : {}), ...(callback ? { callback } : {}) };
}

/** Told, so that what breaks on the way can be asked for again. */
function keyOf({ key = randomUUID() }: Wanted): string {
  say(`With --key ${key} the same can be asked for again, and starts nothing twice.`);
  return key;
}

/** @throws Stop 1 once all are done, where any could not be */
async function byId(options: Wanted, ids: readonly string[]): Promise<void> {
  const request = requestOf(options);
  const path = (id: string): string => `/executions/${encodeURIComponent(id)}/replay`;
  let possible = 0;
  const unknown = await forEach(ids, async (id) => {
    const one = await ask<One>(options, "POST", path(id), { body: { ...request, preview: true } });
    if (one.would !== "be-refused") possible++;
    if (options.preview && options.json) print(JSON.stringify(one));
    else (options.preview ? print : say)(`${id}  ${foreseen(one)}`);
  });
  if (options.preview) {
    if (unknown > 0) process.exitCode = 1;
    return;
  }
  if (possible === 0) throw new Stop(1, "There is nothing that can be done; nothing was.");
  await confirm(`${options.intent}: ${possible} of ${ids.length}. Go on?`, options.yes);
  const key = keyOf(options);
  const refused = await forEach(ids, async (id) => {
    const one = await ask<One>(options, "POST", path(id), { body: request, headers: { "idempotency-key": key } });
    print(options.json ? JSON.stringify(one) : `${id}  ${[one.outcome, ...newOf(one)].join(" ")}`);
  });
  if (refused > 0) process.exitCode = 1;
}

function foreseen({ would, detail }: One): string {
  if (would === "be-refused") return `would be refused: ${detail}`;
  return detail ?? `would ${would}`;
}

function newOf({ executions }: One): string[] {
  return executions.flatMap(({ id }) => (id === undefined ? [] : [id]));
}

async function byFilter(options: Wanted, filter: object): Promise<void> {
  const request = { ...requestOf(options), filter };
  const estimate = await ask<Estimate>(options, "POST", "/replays", { body: { ...request, preview: true } });
  if (options.preview && options.json) return print(JSON.stringify(estimate));
  (options.preview ? print : say)(estimateLines(options.intent, estimate));
  if (options.preview) return;
  if (estimate.complete && estimate.looked === 0) throw new Stop(1, "The filter means no execution; nothing was done.");
  await confirm("Go on?", options.yes);
  const key = keyOf(options);
  const job = await ask<JobFacts>(options, "POST", "/jobs", { body: request, headers: { "idempotency-key": key } });
  const end = options.wait ? await followed(options, job, estimate) : job;
  print(options.json ? JSON.stringify(end) : jobLine(end));
  for (const { of, detail } of options.json ? [] : end.failures) say(`${of}  ${detail}`);
  if (end.failures.length > 0 || end.state === "canceled") process.exitCode = 1;
}

function estimateLines(intent: string, { looked, complete, counts, reasons }: Estimate): string {
  const obstacles = Object.entries(reasons).map(
    ([reason, { count, example }]) => `  ${count} ${reason}, such as: ${example.detail}`,
  );
  const { "be-refused": refused = 0, ...done } = counts;
  const all = complete ? `all ${looked}` : `the newest ${looked} of more`;
  return [`${intent}, of ${all}: would ${counted({ ...done, refused: refused })}`, ...obstacles].join("\n");
}

/** Until the job is over. It does not need whoever waits for it. */
async function followed(options: Wanted, job: JobFacts, { looked, complete }: Estimate): Promise<JobFacts> {
  const interrupted = untilInterrupted();
  const line = progress();
  let now = job;
  while (now.state === "running" && !interrupted.aborted) {
    line.tell(`${bar(now.looked, complete ? looked : null)}  ${counted(now.counts)}`);
    await wait(POLL_MS, undefined, { signal: interrupted }).catch(() => undefined);
    if (!interrupted.aborted) now = await ask<JobFacts>(options, "GET", `/jobs/${now.id}`);
  }
  line.end();
  if (now.state === "running")
    say(`It goes on without you; hookspan jobs ${now.id} tells how far, and --cancel stops it.`);
  return now;
}

function jobLine({ id, state, intent, createdAt, createdBy, filter, looked, counts }: JobFacts): string {
  const meant = Object.entries(filter).map(([name, value]) => `${name}=${value}`);
  return [
    createdAt,
    state.padEnd(8),
    id,
    intent,
    meant.join(" "),
    `${looked} looked at: ${counted(counts)}`,
    `by ${createdBy}`,
  ].join("  ");
}

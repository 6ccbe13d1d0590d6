// Gathers the evidence from each side by itself: what the senders were answered, what passed the tap, what the engine
// has really run, what the receiver was sent, and at last what the bridge believes.
import { readFileSync } from "node:fs";
import type { Killer } from "./killer.ts";
import type { Load, SentEvent } from "./load.ts";
import type { ReceivedLine } from "./receiver-process.ts";
import type { StartCall } from "./tap.ts";
import type { World } from "./world.ts";

/** A run that the engine has started, whether or not anybody was told. */
export interface EngineRun {
  readonly id: string;
  readonly event: string;
}

/** An execution as the bridge's operations API lists it. */
export interface ListedExecution {
  readonly id: string;
  readonly state: string;
  readonly event: { readonly id: string };
  readonly uncertainStarts: number;
  readonly deliveries: readonly { readonly state: string }[];
}

export interface Evidence {
  readonly sent: readonly SentEvent[];
  readonly calls: readonly StartCall[];
  readonly runs: readonly EngineRun[];
  readonly messages: readonly ReceivedLine[];
  readonly executions: readonly ListedExecution[];
  /** When each life of the bridge was ended, ms since the epoch; the last one's is missing. */
  readonly bridgeKills: readonly number[];
}

export async function gather(world: World, load: Load, { kills }: Killer): Promise<Evidence> {
  return {
    sent: load.sent,
    calls: world.tap.calls,
    runs: await engineRuns(world),
    messages: receivedLines(world),
    executions: await everyExecution(world),
    bridgeKills: kills.filter(({ victim }) => victim === "bridge").map(({ at }) => at),
  };
}

/** States from which something follows. Of an ended or a held execution nothing does but its callbacks. */
const UNFINISHED = ["queued", "starting", "running"];

/** What the bridge has left to do, by its own account. */
export async function remaining(world: World): Promise<"steps" | "callbacks" | "nothing"> {
  for (const state of UNFINISHED) {
    for await (const _ of listed(world, `state=${state}`)) return "steps";
  }
  for await (const execution of listed(world, "delivery=due")) if (isDue(execution)) return "callbacks";
  return "nothing";
}

/** Whether something is still owed: a step, or a callback of what has ended. */
export function isDue({ state, deliveries }: ListedExecution): boolean {
  if (UNFINISHED.includes(state)) return true;
  return state !== "held" && deliveries.some((delivery) => delivery.state === "due");
}

interface Page {
  readonly executions: readonly ListedExecution[];
  readonly next: string | null;
}

async function* listed(world: World, filter: string): AsyncGenerator<ListedExecution> {
  let cursor = "";
  do {
    const page = await world.api<Page>(`/executions?limit=200&${filter}${cursor && `&cursor=${cursor}`}`);
    if (!page) throw new Error("the bridge does not list its executions");
    yield* page.executions;
    cursor = page.next ?? "";
  } while (cursor !== "");
}

async function everyExecution(world: World): Promise<ListedExecution[]> {
  const all: ListedExecution[] = [];
  for await (const execution of listed(world, "")) all.push(execution);
  return all;
}

async function engineRuns({ simulatorUrl }: World): Promise<EngineRun[]> {
  const all: EngineRun[] = [];
  let since: number | null = 0;
  while (since !== null) {
    const answer = await fetch(`${simulatorUrl}/_control/executions?limit=5000&since=${since}`);
    const page = (await answer.json()) as {
      executions: { id: string; parameters: { event: string } }[];
      next: number | null;
    };
    all.push(...page.executions.map(({ id, parameters }) => ({ id, event: parameters.event })));
    since = page.next;
  }
  return all;
}

function receivedLines({ receiverLog }: World): ReceivedLine[] {
  const lines = readFileSync(receiverLog, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

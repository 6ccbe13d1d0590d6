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
  /** When the bridge was killed, ms since the epoch. */
  readonly bridgeKills: readonly number[];
}

export async function gather(world: World, load: Load, { kills }: Killer): Promise<Evidence> {
  return {
    sent: load.sent,
    calls: world.tap.calls,
    runs: await engineRuns(world),
    messages: receivedLines(world),
    executions: await listedExecutions(world),
    bridgeKills: kills.filter(({ victim }) => victim === "bridge").map(({ at }) => at),
  };
}

/** States from which something follows. Of an ended or a held execution nothing does but its callbacks. */
const UNFINISHED = ["queued", "starting", "running"];

/** Whether the bridge has nothing left to do, by its own account. */
export async function isIdle(world: World): Promise<boolean> {
  for (const state of UNFINISHED) {
    const page = await world.api<Page>(`/executions?state=${state}&limit=1`);
    if (!page || page.executions.length > 0) return false;
  }
  return !(await listedExecutions(world)).some(isDue);
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

async function listedExecutions(world: World): Promise<ListedExecution[]> {
  const all: ListedExecution[] = [];
  let cursor = "";
  do {
    const page = await world.api<Page>(`/executions?limit=200${cursor && `&cursor=${cursor}`}`);
    if (!page) throw new Error("the bridge does not list its executions");
    all.push(...page.executions);
    cursor = page.next ?? "";
  } while (cursor !== "");
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

// Does with executions once more what a person asks for: decide the event anew, start again, fetch the result again, send the
// end again. A request that is repeated under the same key starts nothing new.
import type { Execution } from "../core/execution.ts";
import type { Bridge } from "./ports.ts";
import { refetch, resend } from "./replay-end.ts";
import type { Replayed, ReplayOrder } from "./replay-outcome.ts";
import { startAgain } from "./replay-start.ts";

/** At a time. Each waits for an engine or the ledger, and a Worker holds six connections that wait. */
const CONCURRENCY = 6;

export async function replayAll(
  bridge: Bridge,
  executions: readonly Execution[],
  order: ReplayOrder,
): Promise<Replayed[]> {
  const { request, followable } = order;
  switch (request.intent) {
    case "re-evaluate":
    case "restart":
      return startAgain(bridge, executions, { ...order, request });
    case "refetch":
      return each(executions, (execution) => refetch(bridge, execution));
    case "resend":
      return each(executions, (execution, i) => resend(bridge, execution, request.callback, i >= followable));
  }
}

async function each(
  executions: readonly Execution[],
  replay: (execution: Execution, index: number) => Promise<Replayed>,
): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  const rest = executions.entries();
  const work = async (): Promise<void> => {
    for (const [index, execution] of rest) replayed[index] = await replay(execution, index);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return replayed;
}

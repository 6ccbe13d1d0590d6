// An engine's push: that something has happened to a run. It is believed in nothing but that: the engine is asked. So a
// push that is forged changes nothing, and one that is repeated costs at most another question.
import type { InboundRequest } from "../core/event.ts";
import type { Execution } from "../core/execution.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type EnginePush, runIdsIn } from "../sources/engine-push.ts";
import { verify } from "../sources/verify.ts";
import { advance } from "./advance.ts";
import type { Bridge } from "./ports.ts";
import type { Refusal } from "./refusal.ts";

export interface Pushed {
  /** `kept`: no execution has this run (yet). `ignored`: nothing in it looks like a run. */
  readonly outcome: "known" | "kept" | "ignored";
  /** To be advanced now, leased to the caller. */
  readonly executions: readonly Execution[];
}

/** @throws where a shard of the ledger cannot be asked: the engine is to push again */
export async function receivePush(
  bridge: Bridge,
  engine: string,
  push: EnginePush,
  request: InboundRequest,
): Promise<Result<Pushed, Refusal>> {
  const now = bridge.now();
  const verified = await verify(request, push.source, { secrets: [], now, keys: bridge.keys });
  if (!verified.ok) return err({ stage: "verify", failure: verified.error });
  const runIds = runIdsIn(push, verified.value.body);
  if (runIds.length === 0) return ok({ outcome: "ignored", executions: [] });
  // In this order: whoever has just started the run saves it first and asks the gate then, so one of us sees the other.
  await bridge.gate.keepPush(engine, runIds);
  const { known, executions } = await bridge.ledger.claimRuns(engine, runIds, now);
  return ok({ outcome: known ? "known" : "kept", executions });
}

export async function advancePushed(bridge: Bridge, { executions }: Pushed): Promise<void> {
  for (const execution of executions) {
    try {
      await advance(bridge, execution);
    } catch (thrown) {
      bridge.log("error", "push.advance-failed", { execution: execution.id, error: String(thrown) });
    }
  }
}

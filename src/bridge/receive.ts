// The way in, as a recipe:
//   verify → normalise → match (record ids, dedupe keys) → admit to the ledger → receipt
// Nothing is started here. Admission is durable, and what follows it can be repeated; so this answers as soon as the
// ledger has, and never later.
import type { Event, InboundRequest } from "../core/event.ts";
import type { Execution } from "../core/execution.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type BodyFault, normalise } from "../sources/normalise.ts";
import type { Source } from "../sources/source.ts";
import { type VerificationFailure, verify } from "../sources/verify.ts";
import type { Admitted, Bridge, LedgerUnavailable } from "./ports.ts";

/** Why a webhook was not accepted. */
export type Refusal =
  | { readonly stage: "verify"; readonly failure: VerificationFailure }
  | { readonly stage: "normalise"; readonly fault: BodyFault }
  | { readonly stage: "admit"; readonly unavailable: LedgerUnavailable };

export interface Receipt {
  readonly event: Event;
  /** One for each rule that matched; none is an answer too. */
  readonly admitted: readonly Admitted[];
}

export async function receive(
  bridge: Bridge,
  source: Source,
  request: InboundRequest,
): Promise<Result<Receipt, Refusal>> {
  const now = bridge.now();
  const verified = await verify(request, source, bridge.secrets(source.secrets), now);
  if (!verified.ok) return err({ stage: "verify", failure: verified.error });

  const event = await normalise(verified.value, source);
  if (!event.ok) return err({ stage: "normalise", fault: event.error });

  const admissions = await bridge.setup.rules.decide(event.value);
  const admitted = await bridge.ledger.admit(admissions, now);
  if (!admitted.ok) return err({ stage: "admit", unavailable: admitted.error });

  return ok({ event: event.value, admitted: admitted.value });
}

/** The executions that this webhook brought into being, for the fast path. */
export function fresh(receipt: Receipt): Execution[] {
  return receipt.admitted.flatMap((each) => (each.outcome === "new" ? [each.execution] : []));
}

// The way in, as a recipe:
//   handshake → verify → handshake of a proven sender → normalise → match (record ids, dedupe keys) → admit → receipt
// Nothing is started here. Admission is durable, and what follows it can be repeated; so this answers as soon as the
// ledger has, and never later. All events of a request are admitted together, or the sender repeats all of it.
import type { Event, InboundRequest, VerifiedRequest } from "../core/event.ts";
import type { Admission, Execution } from "../core/execution.ts";
import { err, ok, type Result } from "../core/result.ts";
import { normalise } from "../sources/normalise.ts";
import type { Source } from "../sources/source.ts";
import { verify } from "../sources/verify.ts";
import { isTakenUp } from "./fast-path.ts";
import { type AnsweredHandshake, answerHandshake, type Standing, secretsOf } from "./handshake.ts";
import type { Admitted, Bridge } from "./ports.ts";
import type { Refusal } from "./refusal.ts";

/**
 * Of a large batch only so many are started at once: the platform gives 30 seconds and a number of calls, and to run out of
 * them between a start and its save is what must not happen. The sweep takes the others.
 */
const MAX_FOLLOWED = 100;

/** What one request has brought. */
export interface Receipt {
  readonly kind: "receipt";
  readonly events: readonly Event[];
  /** One for each event and rule that took it; none is an answer too. */
  readonly admitted: readonly (Admitted & { readonly event: Event })[];
  /** Which of the source's secrets proved the sender; null where none was used. */
  readonly secretIndex: number | null;
}

export async function receive(
  bridge: Bridge,
  source: Source,
  request: InboundRequest,
): Promise<Result<Receipt | AnsweredHandshake, Refusal>> {
  if (source.state === "paused") return err({ stage: "state", reason: "paused" });

  const greeted = await answerHandshake(bridge, source, request, strangerOf(bridge, source));
  if (greeted !== null) return greeted;

  const now = bridge.now();
  const secrets = await secretsOf(bridge, source);
  if (!secrets.ok) return secrets;
  const verified = await verify(request, source, { secrets: secrets.value, now, keys: bridge.keys });
  if (!verified.ok) return err({ stage: "verify", failure: verified.error });

  const challenged = await answerHandshake(bridge, source, request, provenBy(verified.value, secrets.value));
  if (challenged !== null) return challenged;
  if (request.method !== "POST") return err({ stage: "handshake", reason: "not-a-handshake" });

  const events = await normalise(verified.value, source);
  if (!events.ok) return err({ stage: "normalise", fault: events.error });

  const admissions: Admission[] = [];
  for (const event of events.value) {
    for (const admission of await bridge.setup.rules.decide(event)) {
      // One that could not be started now is born waiting: to put it back would be another write.
      const shut = !bridge.gate.slipIn(admission.engine).open;
      admissions.push({ ...admission, deferred: shut || admissions.length >= MAX_FOLLOWED });
    }
  }
  const admitted = await bridge.ledger.admit(admissions, now);
  if (!admitted.ok) return err({ stage: "admit", unavailable: admitted.error });

  const { secretIndex } = verified.value;
  return ok({ kind: "receipt", events: events.value, admitted: withEvents(admitted.value, admissions), secretIndex });
}

/** What this webhook brought into being and the fast path takes up: what is leased to it, and the cancels to be carried out. */
export function fresh({ admitted }: Receipt): Execution[] {
  return admitted.flatMap((each) => {
    if (each.outcome !== "new") return [];
    return isTakenUp(each.execution, each.execution.admittedAt) ? [each.execution] : [];
  });
}

function strangerOf(bridge: Bridge, source: Source): Standing {
  return { verified: false, secret: bridge.secrets(source.secrets)[0] ?? null };
}

/** While the sender's secret is rotated, its challenge wants the one by which it has signed. */
function provenBy({ secretIndex }: VerifiedRequest, secrets: readonly string[]): Standing {
  return { verified: true, secret: secretIndex === null ? null : (secrets[secretIndex] ?? null) };
}

/** The ledger answers in the order of the admissions. */
function withEvents(admitted: readonly Admitted[], admissions: readonly Admission[]): Receipt["admitted"] {
  return admitted.flatMap((each, i) => {
    const admission = admissions[i];
    // That no rule took an event is recorded, and nothing to tell the sender of.
    return admission === undefined || admission.rule === "" ? [] : [{ ...each, event: admission.event }];
  });
}

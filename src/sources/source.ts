// A source as the bridge uses it: preset and overrides merged, templates and selectors compiled, nothing left out.
// Types only. `resolveSource` makes these once per configuration revision.
import type { BodyKind, Payload, PresetName, SourceState } from "../core/source.ts";
import type { SourceAnswers } from "./answer.ts";
import type { Assertion } from "./event/assertion.ts";
import type { EventPlan, PathStep } from "./event/plan.ts";
import type { Scheme } from "./families/scheme.ts";
import type { HandshakePlan } from "./handshake/plan.ts";

export interface Source {
  readonly id: string;
  /** The preset it was made from; null when everything was spelled out. */
  readonly preset: PresetName | null;
  readonly scheme: Scheme;
  /** The names of the Worker secrets; empty where the scheme has none. */
  readonly secrets: readonly string[];
  /** The URL as it is registered with the sender; null where the sender signs none. */
  readonly publicUrl: string | null;
  /** What certain places of the request must hold, once its body is read. */
  readonly assertions: readonly Assertion[];
  readonly state: SourceState;
  /** The names of the Worker secrets that handshakes compare with. */
  readonly handshakeSecrets: readonly string[];
  /** In the order in which they are tried. */
  readonly handshakes: readonly HandshakePlan[];
  readonly answers: SourceAnswers;
  readonly accept: readonly BodyKind[];
  /** How a body is read whose content type names none of the accepted kinds; null: not at all. */
  readonly assume: BodyKind | null;
  /** The form field that holds the event; null when a form is the event. */
  readonly payload: Payload | null;
  /** Where the items of a batch stand; null when the body is one event. */
  readonly split: readonly PathStep[] | null;
  /** What is removed from the body before anything reads it. */
  readonly redact: readonly (readonly PathStep[])[];
  readonly maxBodyBytes: number;
  readonly event: EventPlan;
  /** Lower-case names of the request headers that expressions may see. */
  readonly headers: readonly string[];
  readonly redirectTo: string | null;
}

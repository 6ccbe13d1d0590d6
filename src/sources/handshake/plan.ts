// Handshakes, compiled. Types only. `compile.ts` makes these from the configuration; `recognise.ts` and `reply.ts` read
// requests by them.
import type { Place } from "../families/place.ts";

export interface HandshakePlan {
  readonly method: HandshakeMethod;
  readonly conditions: readonly Condition[];
  /** Whether it is answered only to a proven sender. */
  readonly verified: boolean;
  /** Where the secret stands that is to be kept; null where none is. */
  readonly capture: Place | null;
  readonly answer: AnswerPlan;
  /** Whether the answer needs the source's secret. */
  readonly signs: boolean;
}

export type HandshakeMethod = "GET" | "HEAD" | "POST" | "OPTIONS";

export interface Condition {
  readonly from: Place;
  readonly must: Demand;
}

export type Demand =
  | { readonly kind: "given" | "absent" | "hex" | "secret" }
  | { readonly kind: "equals"; readonly text: string };

export interface AnswerPlan {
  readonly status: number;
  readonly type: "text/plain" | "application/json";
  /** Empty for an empty body. */
  readonly body: Template;
  readonly headers: readonly (readonly [name: string, template: Template])[];
}

export type Template = readonly TemplatePart[];

export type TemplatePart =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "hmac"; readonly encoding: "hex" | "base64"; readonly place: Place }
  | { readonly kind: "public-key" }
  | { readonly kind: "body" };

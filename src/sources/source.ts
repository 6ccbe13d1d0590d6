// A source as the bridge uses it: preset and overrides merged, templates and selectors compiled, nothing left out.
// Types only. `resolveSource` makes these once per configuration revision.
import type { BodyKind, HmacVerification, PresetName } from "../core/source.ts";
import type { ContentPart } from "./content.ts";
import type { Selector } from "./selector.ts";

export interface Source {
  readonly id: string;
  /** The preset it was made from; null when everything was spelled out. */
  readonly preset: PresetName | null;
  readonly scheme: Scheme;
  /** The names of the Worker secrets; empty where the scheme has none. */
  readonly secrets: readonly string[];
  readonly accept: readonly BodyKind[];
  /** The form field that holds the event as JSON; null when a form is the event. */
  readonly jsonField: string | null;
  readonly maxBodyBytes: number;
  readonly event: EventPlan;
  /** Lower-case names of the request headers that expressions may see. */
  readonly headers: readonly string[];
  readonly redirectTo: string | null;
}

/** How a request is proven, one shape per family. A new family is a new member here and a new case in `verify`. */
export type Scheme = HmacScheme | TokenScheme | BrowserFormScheme | { readonly family: "none" };

export interface HmacScheme {
  readonly family: "hmac";
  readonly hash: "SHA-1" | "SHA-256" | "SHA-512";
  readonly encoding: "hex" | "base64";
  readonly signature: SignatureLayout;
  readonly timestamp: TimestampLayout | null;
  readonly content: readonly ContentPart[];
  readonly key: { readonly encoding: "utf8" | "hex" | "base64"; readonly strip: string };
  /** Lower-case names of headers that must not be empty, those in `content` included. */
  readonly require: readonly string[];
}

export interface SignatureLayout {
  readonly header: string;
  readonly split: string | null;
  /** Entries are pairs of name and value, and those of this name are signatures; null for bare entries. */
  readonly pairs: { readonly separator: string; readonly key: string } | null;
  readonly prefix: string;
  readonly prefixOptional: boolean;
}

export interface TimestampLayout {
  readonly from:
    | { readonly kind: "signature"; readonly key: string }
    | { readonly kind: "header"; readonly name: string };
  readonly unit: NonNullable<HmacVerification["timestamp"]>["unit"];
  readonly toleranceSeconds: number;
}

export interface TokenScheme {
  readonly family: "token";
  readonly at: { readonly kind: "bearer" } | { readonly kind: "header"; readonly name: string };
}

export interface BrowserFormScheme {
  readonly family: "browser-form";
  readonly allowOrigins: readonly string[];
}

/** The compiled `event` part. Each list holds alternatives: the first that gives something is used. */
export interface EventPlan {
  readonly id: readonly Selector[];
  readonly type: TypePlan;
  readonly subject: readonly Selector[];
  readonly time: { readonly from: readonly Selector[]; readonly unit: "s" | "ms" | "iso" } | null;
  readonly data: readonly (readonly PathStep[])[];
  readonly dedupeKey: readonly Selector[];
}

export type TypePlan =
  | { readonly kind: "first"; readonly of: readonly Selector[] }
  | { readonly kind: "join"; readonly parts: readonly Selector[]; readonly separator: string };

/** A property name or an index into an array. */
export type PathStep = string | number;

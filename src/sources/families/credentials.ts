// Where a request carries what proves it: tokens, and signatures that are as good as one until they are too old. None of it
// may become part of an event, which is stored and sent on. Pure.
import type { Place } from "./place.ts";
import type { Scheme, SingleScheme } from "./scheme.ts";

const AUTHORIZATION: Place = { kind: "header", name: "authorization" };

export function credentialPlaces(scheme: Scheme): readonly Place[] {
  switch (scheme.family) {
    case "none":
    case "browser-form":
      return [];
    case "any":
      return scheme.of.flatMap(placesOf);
    default:
      return placesOf(scheme);
  }
}

function placesOf(scheme: SingleScheme): readonly Place[] {
  switch (scheme.family) {
    case "hmac":
    case "digest":
    case "pubkey":
      return scheme.signature.from;
    case "jwt":
      return [scheme.from.kind === "bearer" ? AUTHORIZATION : scheme.from];
    case "token":
      return scheme.at.map((place) => (place.kind === "bearer" || place.kind === "basic" ? AUTHORIZATION : place));
    case "jws-detached":
      return [{ kind: "header", name: scheme.header }];
    case "twilio":
      return [{ kind: "header", name: "x-twilio-signature" }];
    case "paypal":
      return [{ kind: "header", name: "paypal-transmission-sig" }];
    case "braintree":
      return [{ kind: "form", name: "bt_signature" }];
    case "adyen-standard":
      return [];
  }
}

/** Those that stand in the body, as paths into it: they are removed from it before anything else reads it. */
export function credentialPaths(scheme: Scheme): readonly (readonly (string | number)[])[] {
  return credentialPlaces(scheme).flatMap((place) => {
    if (place.kind === "path") return [place.steps];
    return place.kind === "form" ? [[place.name]] : [];
  });
}

// What a scheme's proof covers, as far as dedupe keys are concerned. Pure. Where it is not sure it says no: the key is
// then a hash of the body, which is always right and only tells less.
import type { Scheme } from "../families/scheme.ts";
import { partsOf, type Selector } from "./selector.ts";

/** Whether the proof covers the body: then a captured request can be sent again, but not changed. */
export function isBound(scheme: Scheme): boolean {
  switch (scheme.family) {
    case "none":
    case "token":
    case "browser-form":
      return false;
    case "jwt":
      return scheme.bodyHash !== null;
    case "any":
      return scheme.of.some(isBound);
    default:
      return true;
  }
}

/** Whether nobody but the sender can change what the selector reads. Everything in the body counts as signed. */
export function isSigned(selector: Selector, scheme: Scheme): boolean {
  return partsOf(selector).every((part) => {
    if (part.kind === "query") return false;
    return part.kind !== "header" || coversHeader(scheme, part.name);
  });
}

/** Of several names of one header the first that is there is signed; the others prove nothing beside it. */
function coversHeader(scheme: Scheme, name: string): boolean {
  switch (scheme.family) {
    case "hmac":
    case "digest":
    case "pubkey":
      return scheme.content.some((part) => part.kind === "header" && part.names[0] === name);
    case "any":
      return scheme.of.every((each) => coversHeader(each, name));
    default:
      return false;
  }
}

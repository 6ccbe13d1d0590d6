// The entry of a bundle that holds `src/sources` and nothing else of the bridge, to weigh it.
export { normalise } from "../src/sources/normalise.ts";
export { resolveSource } from "../src/sources/presets.ts";
export { verify } from "../src/sources/verify.ts";

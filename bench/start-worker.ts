// The bridge as a module, and nothing done with it: what remains is what the platform does before a first request. For the benchmark
// only.
export * from "../src/index.ts";

export default {
  fetch(): Response {
    return new Response("up");
  },
};

// The sender's trace goes on to the engine and to the callbacks, and nowhere else.
import { describe, it } from "vitest";
import { ok } from "../../src/core/result.ts";
import { http } from "./http-bridge.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async function carried(traceparent: string | undefined) {
  const starts: (string | undefined)[] = [];
  const messages: (string | undefined)[] = [];
  const plain = http().bridge;
  const engine = plain.engine("default");
  if (!engine) throw new Error("no engine");
  const over = http({
    engine: () => ({
      ...engine,
      start: async (call) => {
        starts.push(call.traceparent);
        return engine.start(call);
      },
      get: async (runId) => ok({ runId, status: "succeeded", expiresAt: null }),
    }),
    callbacks: {
      async send({ traceparent: sent, body }) {
        messages.push(sent);
        if (body.includes("0af7651916cd")) throw new Error("the body has it as well");
        return { delivered: true, status: 204, durationMs: 1 };
      },
    },
  });
  await over.stripe({ id: "evt_1" }, traceparent === undefined ? {} : { traceparent });
  await over.settled();
  return { starts, messages };
}

describe("a trace", () => {
  it("that the sender names is carried on", async ({ expect }) => {
    expect(await carried(TRACE)).toEqual({ starts: [TRACE], messages: [TRACE] });
  });

  it.for([
    undefined,
    "",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    `${TRACE}-more`,
    TRACE.toUpperCase(),
    "x",
  ])("that is none (%s) is not", async (traceparent, { expect }) => {
    expect(await carried(traceparent)).toEqual({ starts: [undefined], messages: [undefined] });
  });
});

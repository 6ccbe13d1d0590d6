// Pausing and resuming by hand what stands behind a gate, be it an engine or a callback: the same operation for both.
import type { Context } from "hono";
import type * as z from "zod";
import type { Bridge, EngineGate } from "../bridge/ports.ts";
import { bridgeOf } from "./api-context.ts";
import type { HttpEnv } from "./context.ts";
import type { Operations } from "./operation.ts";
import { type Problem, problemResponse, unavailable } from "./problem.ts";

export interface Gated {
  readonly kind: "engine" | "callback";
  gateOf(bridge: Bridge): EngineGate;
  isConfigured(bridge: Bridge, id: string): boolean;
  unknown(): Problem;
  /** How it stands, as the API shows it. */
  viewOf(bridge: Bridge, id: string): Promise<object>;
}

export async function turn(c: Context<HttpEnv>, gated: Gated, way: "pause" | "resume"): Promise<Response> {
  const bridge = bridgeOf(c);
  const id = c.req.param("id") ?? "";
  if (!gated.isConfigured(bridge, id)) return problemResponse(gated.unknown());
  try {
    await gated.gateOf(bridge)[way](id);
  } catch (thrown) {
    bridge.log("error", "gate.unreachable", { [gated.kind]: id, error: String(thrown) });
    const detail = `The ${gated.kind} could not be ${way}d: its gate does not answer.`;
    return problemResponse(unavailable(detail, { advice: "Try again." }));
  }
  return c.json(await gated.viewOf(bridge, id));
}

/** @param told what the operation says of itself, and of an id that is not there */
export function turnOperation(
  told: { readonly summary: string; readonly description: string; readonly unknown: string },
  path: z.ZodObject,
  schema: z.ZodType,
): Operations[string] {
  const { unknown, ...words } = told;
  const answers = { 200: { description: "How it stands now.", schema } };
  return { post: { ...words, role: "operator", path, answers, refusals: { 404: unknown } } };
}

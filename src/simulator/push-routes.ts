// Pushes over HTTP: the public key by its id, as the vendor publishes it, and the sending of a push on demand, which is a
// part of the control API.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { presentMoment } from "./ambient.ts";
import { JsonDocument } from "./behaviour.ts";
import type { SimulatorEnv } from "./env.ts";
import { createPushKey, type PushKey, signPush } from "./push.ts";
import { simulatorState } from "./state-stub.ts";
import { errorBody } from "./wire.ts";

type SimulatorContext = Context<{ Bindings: SimulatorEnv }>;

const PUSH_TIMEOUT_MS = 10_000;

/** Where a push goes, and what it says in place of the execution as the engine shows it. */
export const Push = z.strictObject({ url: z.url({ protocol: /^https?$/ }), body: JsonDocument.optional() });

export const pushKeyRoutes = new Hono<{ Bindings: SimulatorEnv }>().get("/:kid", async (c) => {
  const key = await pushKey(c);
  if (c.req.param("kid") !== key.kid) return c.json(errorBody(404, "There is no such key."), 404);
  return c.text(c.req.query("pem") === "true" ? key.publicPem : key.publicPem.replace(/-----[A-Z ]+-----|\n/g, ""));
});

/** Sends one push about an execution. @returns null where it does not exist */
export async function sendPush(
  c: SimulatorContext,
  id: string,
  { url, body }: z.infer<typeof Push>,
): Promise<{ status: number; body: string } | null> {
  const view = await simulatorState(c.env).view(id, presentMoment());
  if (view === null) return null;
  const text =
    body === undefined ? JSON.stringify({ event: "workflow.updated", ...JSON.parse(view) }) : JSON.stringify(body);
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "JWS-SIGNATURE": await signPush(await pushKey(c), text) },
    body: text,
    signal: AbortSignal.timeout(PUSH_TIMEOUT_MS),
  });
  return { status: answer.status, body: await answer.text() };
}

/** Made when it is first needed; of two that are made at once the first is kept. */
async function pushKey(c: SimulatorContext): Promise<PushKey> {
  const state = simulatorState(c.env);
  return (await state.pushKey()) ?? state.keepPushKey(await createPushKey(presentMoment().id));
}

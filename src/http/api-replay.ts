// POST /api/executions/:id/replay and POST /api/replays: one execution, or all that a filter means, once more. With preview,
// what would be done is told and nothing is.
import { type Context, Hono } from "hono";
import { takeUp } from "../bridge/fast-path.ts";
import type { Bridge } from "../bridge/ports.ts";
import { replayAll } from "../bridge/replay.ts";
import { counted, estimate, FOLLOWED_MAX, replayPortion, type Tally } from "../bridge/replay-bulk.ts";
import type { Replayed } from "../bridge/replay-outcome.ts";
import { foreseeOne } from "../bridge/replay-preview.ts";
import { DEDUPE, type Intent } from "../core/replay.ts";
import { bridgeOf } from "./api-context.ts";
import { filterOf } from "./api-filter.ts";
import type { HttpEnv } from "./context.ts";
import { readBody } from "./json-body.ts";
import { conflict, methodNotAllowed, noSuchExecution, problemResponse, unavailable } from "./problem.ts";
import { BulkReplay, keyOf, OneReplay, REPLAY_EXAMPLE, requestOf } from "./replay-request.ts";
import { foreseenView, replayedView } from "./replay-view.ts";

export const replays = new Hono<HttpEnv>()
  .post("/:id/replay", async (c) => {
    const bridge = bridgeOf(c);
    const body = await readBody(c.req.raw, OneReplay, REPLAY_EXAMPLE);
    if (!body.ok) return problemResponse(body.error);
    const key = keyOf(c.req.raw, bridge.token);
    if (!key.ok) return problemResponse(key.error);
    const execution = await bridge.ledger.get(c.req.param("id"));
    if (!execution) return problemResponse(noSuchExecution());

    const request = requestOf(body.value);
    const { intent } = request;
    if (body.value.preview) {
      c.set("looked", true);
      return c.json({ intent, dedupe: DEDUPE[intent], ...foreseenView(await foreseeOne(bridge, execution, request)) });
    }
    const [replayed] = await replayAll(bridge, [execution], { request, key: key.value, followable: FOLLOWED_MAX });
    if (!replayed) throw new Error("a replay without an outcome");
    goOn(c, bridge, intent, [replayed]);
    const { outcome, reason, detail } = replayed;
    if (outcome === "unavailable") {
      return problemResponse(unavailable(detail, { advice: "Ask again, with the same Idempotency-Key." }));
    }
    if (reason !== null) return problemResponse(conflict(reason, detail));
    const again = { dedupe: DEDUPE[intent], idempotencyKey: key.value };
    return c.json({ intent, ...replayedView(replayed), ...again }, isUnderWay(replayed) ? 202 : 200);
  })
  .all("/:id/replay", () => problemResponse(methodNotAllowed("POST")));

export const bulkReplays = new Hono<HttpEnv>()
  .post("/", async (c) => {
    const bridge = bridgeOf(c);
    const body = await readBody(c.req.raw, BulkReplay, REPLAY_EXAMPLE);
    if (!body.ok) return problemResponse(body.error);
    const key = keyOf(c.req.raw, bridge.token);
    if (!key.ok) return problemResponse(key.error);

    const request = requestOf(body.value);
    const { intent } = request;
    const filter = filterOf(body.value.filter, bridge.setup.config.recordNamespace);
    if (body.value.preview) {
      c.set("looked", true);
      const { sample, ...sums } = await estimate(bridge, request, filter);
      return c.json({ intent, dedupe: DEDUPE[intent], ...sums, sample: sample.map(foreseenView) });
    }
    const { cursor, limit } = body.value;
    const before = cursor === undefined ? {} : { before: cursor };
    const { replayed, next } = await replayPortion(bridge, request, { ...filter, ...before, limit }, key.value);
    goOn(c, bridge, intent, replayed);
    return c.json(
      {
        intent,
        dedupe: DEDUPE[intent],
        idempotencyKey: key.value,
        ...countsOf(replayed),
        replayed: replayed.map(replayedView),
        next,
      },
      replayed.some(isUnderWay) ? 202 : 200,
    );
  })
  .all("/", () => problemResponse(methodNotAllowed("POST")));

function isUnderWay({ outcome }: Replayed): boolean {
  return outcome === "started" || outcome === "resent";
}

/** After the answer, like a webhook: starts and callbacks at once. */
function goOn(c: Context<HttpEnv>, bridge: Bridge, intent: Intent, replayed: readonly Replayed[]): void {
  for (const { followUps } of replayed) {
    for (const execution of followUps) c.env.defer(takeUp(bridge, execution));
  }
  const [first] = replayed;
  bridge.log("info", "replay.asked", {
    intent,
    ...countsOf(replayed).counts,
    ...(replayed.length === 1 ? { execution: first?.of, reason: first?.reason } : {}),
  });
}

function countsOf(replayed: readonly Replayed[]) {
  const counts: Record<Replayed["outcome"], number> = {
    started: 0,
    repeated: 0,
    refetched: 0,
    resent: 0,
    refused: 0,
    unavailable: 0,
  };
  const reasons: Partial<Record<NonNullable<Replayed["reason"]>, Tally>> = {};
  for (const each of replayed) {
    counts[each.outcome]++;
    if (each.reason !== null) reasons[each.reason] = counted(reasons[each.reason], each);
  }
  return { counts, reasons };
}

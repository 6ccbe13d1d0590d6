// POST /api/erasures: erases what the ledger keeps about one record, because a person wants it. What goes on is left alone.
import { Hono } from "hono";
import * as z from "zod";
import { deriveRecordId } from "../core/record-id.ts";
import { bridgeOf } from "./api-context.ts";
import type { HttpEnv } from "./context.ts";
import { readBody } from "./json-body.ts";
import type { Operations } from "./operation.ts";
import { badRequest, methodNotAllowed, problemResponse } from "./problem.ts";

const Body = z
  .strictObject({
    recordId: z.uuid().toLowerCase().optional(),
    record: z.string().min(1).max(1_000).optional().describe("What the record id is derived from."),
  })
  .refine(({ recordId, record }) => (recordId === undefined) !== (record === undefined), {
    error: "has either recordId or record",
  });

export const erasureOperations: Operations = {
  "/erasures": {
    post: {
      summary: "Erase what is kept about a record",
      description:
        "Payloads, results, what is said of events, and words in timelines. Dedupe keys stay as hashes, so that an event sent again starts nothing. What still goes on is left: cancel it, and ask again.",
      role: "admin",
      body: Body,
      answers: {
        200: {
          description: "What was erased, and how many executions are left.",
          schema: z.object({ recordId: z.string(), erased: z.int(), left: z.int() }),
        },
      },
      refusals: { 400: "The body says something that is not understood.", 413: "The body is too large." },
    },
  },
};

export const erasures = new Hono<HttpEnv>()
  .post("/", async (c) => {
    const bridge = bridgeOf(c);
    const body = await readBody(c.req.raw, Body, '{"record": "cus_42"}');
    if (!body.ok) return problemResponse(body.error);
    const { record = "", recordId = deriveRecordId(bridge.setup.config.recordNamespace, record) } = body.value;
    if (recordId === undefined) return problemResponse(badRequest("record: is empty"));
    const done = await bridge.ledger.erase(recordId);
    c.set("change", { after: { recordId, ...done } });
    bridge.log("info", "record.erased", { recordId, ...done });
    return c.json({ recordId, ...done });
  })
  .all("/", () => problemResponse(methodNotAllowed("POST")));

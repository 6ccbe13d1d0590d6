// The executions, the newest first: filtered by the address, found by record, run or event, acted on in bulk.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Executions", section: "executions" } as const;

export const executions = new Hono<UiEnv>().get("/executions", (c) => page(c, FRAME, <h1>Executions</h1>));

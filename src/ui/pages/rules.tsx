// The rules, what came of each, and the playground where one is tried.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Rules", section: "rules" } as const;

export const rules = new Hono<UiEnv>().get("/rules", (c) => page(c, FRAME, <h1>Rules</h1>));

// The engines: whether each may be called now and why not; pause, resume.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Engines", section: "engines" } as const;

export const engines = new Hono<UiEnv>().get("/engines", (c) => page(c, FRAME, <h1>Engines</h1>));

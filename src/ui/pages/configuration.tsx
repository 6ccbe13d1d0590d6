// The configuration: edited, checked, compared, restored.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Configuration", section: "configuration" } as const;

export const configuration = new Hono<UiEnv>().get("/configuration", (c) => page(c, FRAME, <h1>Configuration</h1>));

// The overview: how the bridge stands, at a glance.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Overview", section: "overview" } as const;

export const overview = new Hono<UiEnv>().get("/", (c) => page(c, FRAME, <h1>Overview</h1>));

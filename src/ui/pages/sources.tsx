// The senders: how each is set up, when it was last heard, what was refused and why.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Sources", section: "sources" } as const;

export const sources = new Hono<UiEnv>().get("/sources", (c) => page(c, FRAME, <h1>Sources</h1>));

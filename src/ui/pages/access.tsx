// Who may use the bridge, and who has changed what.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Access", section: "access" } as const;

export const access = new Hono<UiEnv>().get("/access", (c) => page(c, FRAME, <h1>Access</h1>));

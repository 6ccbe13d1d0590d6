// Where ends are sent: whether each is called now and why not; pause, resume, test.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Callbacks", section: "callbacks" } as const;

export const callbacks = new Hono<UiEnv>().get("/callbacks", (c) => page(c, FRAME, <h1>Callbacks</h1>));

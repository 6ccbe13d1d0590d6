// The ends that no callback has taken, and sending them again.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Dead letters", section: "dead-letters" } as const;

export const deadLetters = new Hono<UiEnv>().get("/dead-letters", (c) => page(c, FRAME, <h1>Dead letters</h1>));

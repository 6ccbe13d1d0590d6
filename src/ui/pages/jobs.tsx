// Bulk work: what was asked for and how far it has come.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Jobs", section: "jobs" } as const;

export const jobs = new Hono<UiEnv>().get("/jobs", (c) => page(c, FRAME, <h1>Jobs</h1>));

// Everything that happened to one record.
import { Hono } from "hono";
import type { UiEnv } from "../context.ts";
import { page } from "../page.tsx";

const FRAME = { title: "Records", section: "records" } as const;

export const records = new Hono<UiEnv>().get("/records", (c) => page(c, FRAME, <h1>Records</h1>));

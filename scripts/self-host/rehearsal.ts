// A start in which engines and callbacks are played by stand-ins on this machine: for tests of the bridge itself and for
// `npm run chaos`. The Worker is then in development, which loosens checks; so it is asked for by a file that names both stand-ins,
// never by the environment, and can neither be reached from elsewhere nor call anybody elsewhere.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { isLoopback } from "../../src/core/url-policy.ts";

const standIn = z.url().refine((url) => isLoopback(new URL(url).hostname), "must be an address of this machine");

/** What a rehearsal changes; times in ms. What it does not say is as in production. */
const RehearsalSchema = z.strictObject({
  /** Takes the place of every engine. */
  engineUrl: standIn,
  /** Takes the place of every callback, with the callback's name appended. */
  callbackUrl: standIn,
  /** How often the supervisor asks for a sweep; null: never. */
  tickEveryMs: z.int().positive().nullable().optional(),
  /** How workerd's health is watched. */
  watch: z
    .strictObject({
      everyMs: z.int().positive(),
      deadlineMs: z.int().positive(),
      failures: z.int().positive(),
      startMs: z.int().positive(),
    })
    .optional(),
  /** Where the sources of another version are. */
  sources: z.string().optional(),
});
export type Rehearsal = z.infer<typeof RehearsalSchema>;

/** @throws with words for whoever has written the file */
export function readRehearsal(file: string): Rehearsal {
  const read = RehearsalSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!read.success) throw new Error(`${file} is refused:\n${z.prettifyError(read.error)}`);
  return read.data;
}

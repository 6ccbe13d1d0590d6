// How a simulated workflow behaves, and the simulator's own settings: the schemas are the types. Pure: no I/O, no clock.
import * as z from "zod";

/** The longest run, result delay and latency of any rule: as long as an execution can live at all. */
const MAX_DURATION_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_CLOCK_OFFSET_MS = 10 * 365 * 24 * 60 * 60 * 1000;
const MAX_REQUEST_LOG = 1_000_000;

/** How statuses end; `RUNNING` is the only one that the vendor documents. */
export const FINAL_STATUSES = ["COMPLETED", "FAILED", "CANCELLED", "EXPIRED"] as const;
export const FinalStatus = z.enum(FINAL_STATUSES);
export type FinalStatus = z.infer<typeof FinalStatus>;

export const DurationMs = z.int().min(0).max(MAX_DURATION_MS);
export const JsonDocument = z.record(z.string(), z.json());
/** Any UUID, whatever its version and variant bits. */
export const Uuid = z.guid();

/** What one execution does. Each part may be left out; the simulator's defaults fill it in. */
export const Behaviour = z.strictObject({
  /** How long it is RUNNING, in ms. */
  runsForMs: DurationMs.optional(),
  /** What it ends as. Default COMPLETED. */
  status: FinalStatus.optional(),
  /** Its result, for COMPLETED and FAILED. Default: an echo for COMPLETED, none for FAILED. */
  result: JsonDocument.optional(),
  /** How long the result stays unavailable after the end, in ms. Default 0. */
  resultDelayMs: DurationMs.optional(),
});
export type Behaviour = z.infer<typeof Behaviour>;

/** A registered workflow definition. */
export const Definition = Behaviour.extend({
  /** The name that the engine shows. */
  name: z.string().min(1).optional(),
  /** False: the token lacks the `can_run` permission, so that a start is refused with 403. Default true. */
  canRun: z.boolean().optional(),
});
export type Definition = z.infer<typeof Definition>;

/** How an execution is ended by hand. */
export const Finish = Behaviour.omit({ runsForMs: true });
export type Finish = z.infer<typeof Finish>;

/** The simulator's settings. */
export const Settings = z.strictObject({
  /** The only credential to accept, without "Bearer"; null accepts every well-formed one. */
  token: z.string().min(1).nullable(),
  /** True: only registered definitions are known. False: every UUID is. */
  strict: z.boolean(),
  /** How long an execution runs by default, in ms. */
  runsForMs: DurationMs,
  /** How many requests the log keeps at least. */
  requestLogLimit: z.int().min(1).max(MAX_REQUEST_LOG),
  /** What is added to the real clock, in ms. */
  clockOffsetMs: z.int().min(-MAX_CLOCK_OFFSET_MS).max(MAX_CLOCK_OFFSET_MS),
});
export type Settings = z.infer<typeof Settings>;

/** Some of the settings; those left out keep their value. */
export type SettingsPatch = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };
export const SettingsChange = Settings.omit({ clockOffsetMs: true }).partial();
export const ClockChange = z.strictObject({ offsetMs: Settings.shape.clockOffsetMs });

export const DEFAULT_SETTINGS: Settings = {
  token: null,
  strict: false,
  runsForMs: 2000,
  requestLogLimit: 10_000,
  clockOffsetMs: 0,
};

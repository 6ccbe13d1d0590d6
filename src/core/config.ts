// The configuration document, bridge.config.json, as one schema: what is written here is what editors complete (the
// JSON Schema is generated from it) and what the bridge accepts. Pure. Cross-references are checked in check-config.ts.
import * as z from "zod";
import { AccessConfig } from "./access-config.ts";
import { CallbackConfig } from "./callback-config.ts";
import { durationBetween } from "./duration.ts";
import { EngineConfig } from "./engine-config.ts";
import { Id } from "./id.ts";
import { LinksConfig } from "./links-config.ts";
import { DEFAULT_RECORD_NAMESPACE } from "./record-id.ts";
import { RuleConfig } from "./rule-config.ts";
import { RUN_ENDS } from "./run-state.ts";
import { ScheduleConfig } from "./schedule-config.ts";
import { SourceConfig } from "./source.ts";

export const LedgerSettings = z
  .strictObject({
    shards: z.int().min(1).max(256).default(8).describe("How many Durable Objects hold the ledger."),
    formerShards: z
      .array(z.int().min(1).max(256))
      .max(3)
      .default([])
      .describe(
        "The numbers of shards that there were before, the latest first. Named when the number is changed, so that no dedupe " +
          "key is forgotten; may go once every window of that time has passed and nothing of it is kept any more.",
      ),
    sweepInvocations: z
      .int()
      .min(1)
      .max(30)
      .default(4)
      .describe(
        "How many invocations of the Worker share a sweep, each with six connections of its own; never more than there are shards.",
      ),
    jurisdiction: z
      .enum(["eu", "us", "fedramp"])
      .optional()
      .describe(
        "Where the ledger is stored and runs, by law. Set before the first event: another jurisdiction is another, empty ledger.",
      ),
    locationHint: z
      .enum(["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"])
      .optional()
      .describe("The region that the ledger is to be near, as a wish. Counts for shards that have not been used yet."),
    retention: durationBetween("1d", "365d")
      .default("30d")
      .describe("How long an ended execution is kept. Its dedupe key lives at least as long as its window."),
    retentionOf: z
      .partialRecord(z.enum([...RUN_ENDS, "shadow", "unmatched"]), durationBetween("1d", "365d"))
      .default({})
      .describe(
        'Retentions that differ by the state it ended in, such as {"failed": "90d"}. unmatched: 7d if left out.',
      ),
    keepPayloads: z
      .boolean()
      .default(true)
      .describe(
        "false: the event's data, the start request and the result are dropped as soon as an execution is over and every callback has its end. Rules may say otherwise.",
      ),
  })
  .describe("Where executions are tracked.");

export type LedgerSettings = z.infer<typeof LedgerSettings>;

export const BridgeConfig = z
  .strictObject({
    $schema: z.string().optional(),
    recordNamespace: z
      .uuid()
      .default(DEFAULT_RECORD_NAMESPACE)
      .describe("Namespace (a UUID) for record ids derived by UUIDv5. Changing it changes every derived record id."),
    engines: z.record(Id, EngineConfig),
    sources: z.record(Id, SourceConfig),
    callbacks: z.record(Id, CallbackConfig).default({}),
    rules: z.array(RuleConfig).default([]),
    schedules: z.array(ScheduleConfig).default([]),
    ledger: LedgerSettings.prefault({}),
    access: AccessConfig.optional(),
    links: LinksConfig.optional(),
    alerts: z
      .strictObject({ callbacks: z.array(Id).min(1).max(5).describe("Names of callbacks.") })
      .optional()
      .describe("Who is told what a person must know: messages of type bridge.alert.…, each with what to do."),
  })
  .describe("The configuration of a Hookspan bridge.");
export type BridgeConfig = z.infer<typeof BridgeConfig>;

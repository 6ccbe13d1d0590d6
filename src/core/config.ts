// The configuration document, bridge.config.json, as one schema: what is written here is what editors complete (the
// JSON Schema is generated from it) and what the bridge accepts. Pure. Cross-references are checked in check-config.ts.
import * as z from "zod";
import { Duration, durationBetween } from "./duration.ts";
import { EngineConfig } from "./engine-config.ts";
import { DEFAULT_RECORD_NAMESPACE } from "./record-id.ts";
import { SecretNames } from "./secret-name.ts";
import { SourceConfig } from "./source.ts";

/** Ids stand in URLs, message ids and logs, so they are kept plain. */
const Id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected lower-case letters, digits and dashes, at most 63")
  .describe("Lower-case letters, digits and dashes.");

const Expression = z.string().min(1);

const Start = z
  .strictObject({
    workflowDefinitionId: z.string().min(1).describe("Which workflow definition to execute. May be an expression."),
    locale: z.string().min(1).default("en").describe('Language of the execution, such as "en". May be an expression.'),
    parameters: z
      .record(z.string(), z.json())
      .default({})
      .describe(
        "What the workflow is given. Strings wrapped in {% … %} are JSONata over the event; the rest is literal.",
      ),
    recordId: z
      .string()
      .min(1)
      .optional()
      .describe(
        "The record that the execution is about: a UUID as it is, anything else by UUIDv5. May be an expression.",
      ),
    expiresIn: Duration.optional().describe(
      "How long the execution may take; resolved at the start call and kept within the engine's 30 minutes to 30 days.",
    ),
  })
  .describe("The start-execution call.");

const Dedupe = z
  .strictObject({
    key: Expression.optional().describe("One execution is started per key. Default: the event's own key."),
    window: durationBetween("1m", "365d").default("30d").describe("How long a key is remembered."),
    onDuplicate: z
      .enum(["skip"])
      .default("skip")
      .describe("What a repeated key does. skip: nothing, within the window."),
  })
  .describe("What counts as the same event delivered again.");

export const RuleConfig = z
  .strictObject({
    id: Id,
    description: z.string().optional().describe("For people."),
    enabled: z.boolean().default(true).describe("false: the rule is checked and otherwise left alone."),
    source: Id.describe("The source whose events this rule looks at."),
    on: z
      .array(z.string().min(1))
      .min(1)
      .describe('Event types: exact, or with a trailing *, such as "customer.subscription.*". "*" is every type.'),
    when: Expression.optional().describe("A JSONata predicate over the event; the rule matches where it gives true."),
    engine: Id.default("default").describe("The engine to start on."),
    start: Start,
    dedupe: Dedupe.prefault({}),
    onUncertainStart: z
      .enum(["retry", "hold"])
      .default("retry")
      .describe(
        "After a start call whose outcome cannot be known. retry: repeat it with the same record id. hold: park it for a person.",
      ),
    callbacks: z.array(Id).max(8).default([]).describe("Where the end of the execution is sent."),
  })
  .describe("Which events start an execution, and how.");
export type RuleConfig = z.infer<typeof RuleConfig>;

const CallbackConfig = z
  .strictObject({
    url: z.string().describe("Where the end is POSTed. https and a public name, except in development."),
    secrets: SecretNames.describe("Names of the signing secrets (whsec_…); the message carries a signature by each."),
    timeout: durationBetween("1s", "25s").default("15s").describe("How long one attempt may take."),
  })
  .describe("An address that receives the ends of executions, signed as Standard Webhooks.");
export type CallbackConfig = z.infer<typeof CallbackConfig>;

export const LedgerSettings = z
  .strictObject({
    shards: z.int().min(1).max(256).default(8).describe("How many Durable Objects hold the ledger."),
    retention: durationBetween("1d", "365d")
      .default("30d")
      .describe("How long an ended execution is kept. Its dedupe key lives at least as long as its window."),
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
    ledger: LedgerSettings.prefault({}),
  })
  .describe("The configuration of a Hookspan bridge.");
export type BridgeConfig = z.infer<typeof BridgeConfig>;

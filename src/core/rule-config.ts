// The configuration of a rule: which events, and what follows from them. Pure data; what the parts of several rules say
// of each other is checked in check-rules.ts.
import * as z from "zod";
import { DUPLICATE_POLICIES } from "./dedupe.ts";
import { Duration, durationBetween } from "./duration.ts";
import { Id } from "./id.ts";

const Expression = z.string().min(1);

const RecordId = z
  .string()
  .min(1)
  .optional()
  .describe("The record that the execution is about: a UUID as it is, anything else by UUIDv5. May be an expression.");

export const Start = z
  .strictObject({
    workflowDefinitionId: z.string().min(1).describe("Which workflow definition to execute. May be an expression."),
    locale: z.string().min(1).default("en").describe('Language of the execution, such as "en". May be an expression.'),
    parameters: z
      .record(z.string(), z.json())
      .default({})
      .describe(
        "What the workflow is given. Strings wrapped in {% … %} are JSONata over the event; the rest is literal.",
      ),
    recordId: RecordId,
    expiresIn: Duration.optional().describe(
      "How long the execution may take; resolved at the start call and kept within the engine's 30 minutes to 30 days.",
    ),
  })
  .describe("The start-execution call.");
export type Start = z.infer<typeof Start>;

const Cancel = z
  .strictObject({
    rule: Id.describe("The rule whose executions are canceled."),
    recordId: RecordId.describe(
      "The record whose executions are canceled. Left out: the start.recordId of that rule, applied to this rule's event.",
    ),
    key: Expression.optional().describe(
      "The dedupe key of the execution to cancel. Left out: every active execution of that rule for the record. May be an " +
        "expression.",
    ),
  })
  .describe("Which executions are canceled.");
export type Cancel = z.infer<typeof Cancel>;

const Dedupe = z
  .strictObject({
    key: Expression.optional().describe("One execution is started per key. Default: the event's own key."),
    window: durationBetween("1m", "365d").default("30d").describe("How long a key is remembered."),
    onDuplicate: z
      .enum(DUPLICATE_POLICIES)
      .default("skip")
      .describe(
        "What an event does whose key has an execution within the window. skip: nothing. skip-while-active: nothing while " +
          "that execution goes on, a new one once it is over. retry-failed: a new one if that one is over and has not " +
          "succeeded. replace: cancels the one that goes on and starts a new one. The same event delivered again starts " +
          "nothing new, but under retry-failed.",
      ),
  })
  .describe("What counts as the same, and what happens then.");

export const OnUncertainStart = z
  .enum(["retry", "hold"])
  .default("retry")
  .describe(
    "After a start call whose outcome cannot be known. retry: repeat it with the same record id. hold: park it for a person.",
  );

export const CallbackIds = z.array(Id).max(8).default([]).describe("Where the end of the execution is sent.");

export const RuleConfig = z
  .strictObject({
    id: Id,
    description: z.string().optional().describe("For people."),
    enabled: z.boolean().default(true).describe("false: the rule is checked and otherwise left alone."),
    shadow: z
      .boolean()
      .default(false)
      .describe("true: what the rule would start (or cancel) is recorded and counted, and nothing is started."),
    source: Id.describe("The source whose events this rule looks at."),
    on: z
      .array(z.string().min(1))
      .min(1)
      .describe('Event types: exact, or with a trailing *, such as "customer.subscription.*". "*" is every type.'),
    when: Expression.optional().describe("A JSONata predicate over the event; the rule matches where it gives true."),
    engine: Id.default("default").describe("The engine to start on."),
    start: Start.optional(),
    cancel: Cancel.optional(),
    dedupe: Dedupe.prefault({}),
    onUncertainStart: OnUncertainStart,
    callbacks: CallbackIds,
    keepPayloads: z
      .boolean()
      .optional()
      .describe(
        "Whether payloads are kept once an execution is over and delivered; as ledger.keepPayloads says, if left out.",
      ),
  })
  .describe("Which events start or cancel an execution, and how. Has either start or cancel.")
  .meta({ oneOf: [{ required: ["start"] }, { required: ["cancel"] }] });
export type RuleConfig = z.infer<typeof RuleConfig>;

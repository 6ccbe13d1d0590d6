// The operations on what the bridge is set up with (sources, rules, configuration), as the OpenAPI document describes them.
import * as z from "zod";
import { DiffQuery, PageQuery } from "./api-config-revisions.ts";
import { ListQuery } from "./api-rules.ts";
import { BacktestBody, TestBody } from "./api-rules-body.ts";
import { TimeView } from "./execution-view.ts";
import type { Operations } from "./operation.ts";

const NOT_UNDERSTOOD = "The request says something that is not understood.";
const TOO_LARGE = "The body is too large.";
const TOO_SLOW = "The body did not come in time.";

const NoteView = z.object({ at: TimeView, reason: z.string(), detail: z.string() });

export const SourceSummaryView = z.object({
  id: z.string(),
  preset: z.string().nullable(),
  state: z.string(),
  path: z.string().describe("Where the sender is to post to."),
  lastEventAt: TimeView.nullable(),
  silentSince: TimeView.nullable(),
  captured: z.boolean().nullable().describe("Whether a handshake has captured its secret; null where nobody can say."),
  notes: z.object({ refused: z.int(), unmatched: z.int() }).nullable(),
});
export type SourceSummary = z.infer<typeof SourceSummaryView>;

export const SourceView = SourceSummaryView.extend({
  expectEvery: z.string().nullable(),
  secrets: z.array(z.string()).describe("Their names."),
  setup: z.unknown().describe("How the sender is set up, step by step."),
  refused: z.array(NoteView.extend({ advice: z.string() })).nullable(),
  unmatched: z.array(NoteView).nullable(),
}).meta({ id: "Source" });
export type SourceFacts = z.infer<typeof SourceView>;

const SourceId = z.object({ id: z.string().describe("The source's name in the configuration.") });
const NO_SOURCE = "No source of this name is configured.";

export const sourceOperations: Operations = {
  "/sources": {
    get: {
      summary: "Which senders are heard, and which are silent",
      role: "viewer",
      answers: { 200: { description: "All of them.", schema: z.object({ sources: z.array(SourceSummaryView) }) } },
    },
  },
  "/sources/{id}": {
    get: {
      summary: "One sender: how it is set up, and why requests were refused",
      role: "viewer",
      path: SourceId,
      answers: { 200: { description: "The source.", schema: SourceView } },
      refusals: { 404: NO_SOURCE },
    },
  },
  "/sources/{id}/release": {
    post: {
      summary: "Forget the secret that a handshake captured",
      role: "operator",
      path: SourceId,
      answers: {
        200: { description: "It is forgotten.", schema: z.object({ id: z.string(), captured: z.literal(false) }) },
      },
      refusals: { 404: NO_SOURCE },
    },
  },
};

export const RuleView = z.object({
  id: z.string(),
  does: z.enum(["start", "cancel"]),
  source: z.string(),
  on: z.array(z.string()),
  enabled: z.boolean(),
  shadow: z.boolean(),
  counts: z.record(z.string(), z.int()).describe("Executions by state."),
});
export type RuleFacts = z.infer<typeof RuleView>;

export const ruleOperations: Operations = {
  "/rules": {
    get: {
      summary: "Every rule, with how many executions of it stand in which state",
      role: "viewer",
      query: ListQuery,
      answers: {
        200: {
          description: "All of them, in the order of the configuration.",
          schema: z.object({ revision: z.int(), since: TimeView, rules: z.array(RuleView), unmatched: z.int() }),
        },
      },
      refusals: { 400: NOT_UNDERSTOOD },
    },
  },
  "/rules/test": {
    post: {
      summary: "What the rules would do about one event, and why",
      description: "Nothing is started or written.",
      role: "operator",
      body: TestBody,
      answers: {
        200: {
          description: "What would be done.",
          schema: z.looseObject({ revision: z.int().nullable(), events: z.array(z.unknown()), moreEvents: z.int() }),
        },
      },
      refusals: {
        400: NOT_UNDERSTOOD,
        404: "No such execution or revision.",
        408: TOO_SLOW,
        413: TOO_LARGE,
        422: "The configuration is refused.",
      },
    },
  },
  "/rules/backtest": {
    post: {
      summary: "What another configuration would do about the events of the last days",
      description: "Nothing is started or written. Ask again with cursor until next is null.",
      role: "operator",
      body: BacktestBody,
      answers: {
        200: {
          description: "What would differ.",
          schema: z.looseObject({ revision: z.int(), proposed: z.int().nullable(), next: z.string().nullable() }),
        },
      },
      refusals: {
        400: NOT_UNDERSTOOD,
        404: "No such revision.",
        408: TOO_SLOW,
        413: TOO_LARGE,
        422: "The configuration is refused.",
      },
    },
  },
};

const DifferenceView = z
  .object({
    path: z.string().describe("Where, such as rules[kyb-on-subscription].start.locale."),
    kind: z.enum(["added", "removed", "changed", "moved"]),
    from: z.unknown().optional(),
    to: z.unknown().optional(),
  })
  .meta({ id: "Difference" });
export type DifferenceFacts = z.infer<typeof DifferenceView>;

const RevisionView = z.looseObject({
  revision: z.int(),
  at: TimeView,
  author: z.string(),
  note: z.string().nullable(),
  madeFrom: z.looseObject({ kind: z.enum(["bundled", "put", "restore"]) }),
});
export type RevisionFactsView = z.infer<typeof RevisionView>;

const Fault = z.object({ path: z.string(), message: z.string() });
const RevisionNumber = z.object({ number: z.string().describe("A revision's number.") });
const IfMatch = z.object({
  "if-match": z.string().describe('The revision that you have seen, as the etag of GET /config tells it: "12".'),
});
const Note = z.object({ note: z.string().max(500).optional().describe("Why it is changed.") });
const Document = z.looseObject({}).describe("A configuration, as bridge.schema.json describes it.");
const ChangedView = z.looseObject({ revision: z.int() });

const CHANGE_REFUSALS = {
  400: NOT_UNDERSTOOD,
  408: TOO_SLOW,
  412: "The configuration has changed meanwhile.",
  413: TOO_LARGE,
  422: "The configuration is refused; faults lists why.",
  428: "If-Match is missing.",
};

export const configOperations: Operations = {
  "/config": {
    get: {
      summary: "The configuration, and what is in force",
      role: "viewer",
      answers: {
        200: {
          description: "The newest revision.",
          schema: z.looseObject({
            revision: z.int(),
            inForce: z.int().nullable(),
            faults: z.array(Fault),
            document: z.unknown(),
          }),
        },
      },
    },
    put: {
      summary: "Put another configuration in force",
      role: "admin",
      headers: IfMatch,
      query: Note,
      body: Document,
      answers: { 200: { description: "The revision that it has become.", schema: ChangedView } },
      refusals: CHANGE_REFUSALS,
    },
  },
  "/config/check": {
    post: {
      summary: "What is wrong with a configuration",
      role: "operator",
      body: Document,
      answers: {
        200: {
          description: "Nothing; and what it would change.",
          schema: z.object({ faults: z.array(Fault).max(0), differences: z.array(DifferenceView) }),
        },
      },
      refusals: { 400: NOT_UNDERSTOOD, 408: TOO_SLOW, 413: TOO_LARGE, 422: "It has faults; faults lists them." },
    },
  },
  "/config/revisions": {
    get: {
      summary: "The revisions that there were, the newest first",
      role: "viewer",
      query: PageQuery,
      answers: {
        200: {
          description: "A page.",
          schema: z.object({ revisions: z.array(RevisionView), next: z.int().nullable() }),
        },
      },
      refusals: { 400: NOT_UNDERSTOOD },
    },
  },
  "/config/revisions/{number}": {
    get: {
      summary: "One revision, with its document",
      role: "viewer",
      path: RevisionNumber,
      answers: { 200: { description: "The revision.", schema: RevisionView.extend({ document: z.unknown() }) } },
      refusals: { 404: "There is no such revision." },
    },
  },
  "/config/revisions/{number}/restore": {
    post: {
      summary: "Put a revision in force again",
      role: "admin",
      path: RevisionNumber,
      headers: IfMatch,
      query: Note,
      answers: { 200: { description: "The revision that it has become.", schema: ChangedView } },
      refusals: { ...CHANGE_REFUSALS, 404: "There is no such revision." },
    },
  },
  "/config/diff": {
    get: {
      summary: "What is different between two revisions",
      role: "viewer",
      query: DiffQuery,
      answers: { 200: { description: "The differences.", schema: z.object({ differences: z.array(DifferenceView) }) } },
      refusals: { 400: NOT_UNDERSTOOD, 404: "There is no such revision." },
    },
  },
};

// Faults on demand: what a rule may say, which rule meets a request, and what it does to the answer. Pure: no I/O, no
// clock, no randomness of its own.
import * as z from "zod";
import { DurationMs } from "./behaviour.ts";
import { type Answer, emptyAnswer, errorAnswer, OPERATIONS, type Operation } from "./wire.ts";

const DEFAULT_ERROR_STATUS = 500;
const DEFAULT_RETRY_AFTER = "1";
const THROTTLED_STATUS = 429;

const FAULTS = ["latency", "throttle", "error-before", "error-after", "reset-before", "reset-after", "stuck"] as const;

const Rule = z.strictObject({
  /** Which operation it meets. */
  operation: z.enum([...OPERATIONS, "*"]),
  fault: z.enum(FAULTS),
  /** How many requests it meets before it is spent. Default: without end. */
  times: z.int().min(1).optional(),
  /** The probability with which it meets a request. Default 1. */
  probability: z.number().gt(0).max(1).optional(),
  /** How long the answer (or the reset) is held back, in ms. Every fault may have it. */
  ms: DurationMs.optional(),
  /** The status of `error-before` and `error-after`. Default 500. */
  status: z.int().min(500).max(599).optional(),
  /** The Retry-After header, in seconds or as an HTTP date. Default 1 for `throttle`, none for `error-*`. */
  retryAfter: z.string().min(1).optional(),
  /** Where `reset-*` cuts. Default: before the headers where the path allows it, in the body elsewhere. */
  cut: z.enum(["before-headers", "in-body"]).optional(),
});

type RuleFields = z.infer<typeof Rule>;

/** A fault rule, checked for parts that its fault does not have. */
export const FaultRule = Rule.superRefine((rule, context) => {
  for (const problem of describeMisfits(rule)) {
    context.addIssue({ code: "custom", message: problem.message, path: [problem.field] });
  }
});
export type FaultRule = RuleFields;

export const FaultRules = z.array(FaultRule).min(1);

function describeMisfits(rule: RuleFields): { field: string; message: string }[] {
  const isError = rule.fault === "error-before" || rule.fault === "error-after";
  const isReset = rule.fault === "reset-before" || rule.fault === "reset-after";
  return [
    rule.fault === "latency" && rule.ms === undefined && { field: "ms", message: "latency needs ms" },
    rule.fault === "stuck" &&
      rule.operation !== "start" &&
      rule.operation !== "*" && { field: "operation", message: "stuck is a fault of start" },
    rule.status !== undefined &&
      !isError && { field: "status", message: "status belongs to error-before, error-after" },
    rule.retryAfter !== undefined &&
      !isError &&
      rule.fault !== "throttle" && { field: "retryAfter", message: "retryAfter belongs to throttle, error-*" },
    rule.cut !== undefined && !isReset && { field: "cut", message: "cut belongs to reset-before, reset-after" },
  ].filter((misfit) => misfit !== false);
}

/**
 * The first rule that meets a request.
 *
 * @param roll a random number in [0, 1); what is left of it after one rule decides on the next
 */
export function pickRule<R extends FaultRule>(
  rules: readonly R[],
  operation: Operation | null,
  roll: number,
): R | undefined {
  let rest = roll;
  for (const rule of rules) {
    if (!concerns(rule, operation)) {
      continue;
    }
    const probability = rule.probability ?? 1;
    if (rest < probability) {
      return rule;
    }
    rest = (rest - probability) / (1 - probability);
  }
  return undefined;
}

function concerns(rule: FaultRule, operation: Operation | null): boolean {
  if (operation === null || (rule.fault === "stuck" && operation !== "start")) {
    return false;
  }
  return rule.operation === "*" || rule.operation === operation;
}

/**
 * Lays a fault around the engine's work.
 *
 * @param rule the rule that met the request, if any
 * @param work does what the request asks for; not called by faults that come before it
 */
export function applyFault(rule: FaultRule | undefined, work: (stuck: boolean) => Answer): Answer {
  if (rule === undefined) {
    return work(false);
  }
  return { ...answerUnder(rule, work), delayMs: rule.ms ?? 0 };
}

function answerUnder(rule: FaultRule, work: (stuck: boolean) => Answer): Answer {
  switch (rule.fault) {
    case "latency":
      return work(false);
    case "stuck":
      return work(true);
    case "throttle":
      return failure(THROTTLED_STATUS, rule, rule.retryAfter ?? DEFAULT_RETRY_AFTER);
    case "error-after":
      work(false);
      return failure(rule.status ?? DEFAULT_ERROR_STATUS, rule, rule.retryAfter);
    case "error-before":
      return failure(rule.status ?? DEFAULT_ERROR_STATUS, rule, rule.retryAfter);
    case "reset-after":
      work(false);
      return { ...emptyAnswer(200), cut: rule.cut ?? "hardest" };
    case "reset-before":
      return { ...emptyAnswer(200), cut: rule.cut ?? "hardest" };
  }
}

function failure(status: number, rule: FaultRule, retryAfter: string | undefined): Answer {
  const answer = errorAnswer(status, `Simulated fault: ${rule.fault}.`);
  return retryAfter === undefined ? answer : { ...answer, headers: { ...answer.headers, "retry-after": retryAfter } };
}

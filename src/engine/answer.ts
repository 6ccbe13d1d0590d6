// What an engine's answer says: the run, the result, or why there is neither. Pure; goes by the places that the engine's
// definition names.

import type { EngineFailure, Run } from "../bridge/ports.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { type PathStep, valueAt } from "../core/path.ts";
import { type FailedAnswer, failureOfAnswer } from "./failure.ts";
import type { EngineDefinition, Operation } from "./presets.ts";

/** The most that is kept of an engine's own words about an error. */
const MAX_DETAIL_CHARS = 300;

/** Ids become part of a path. Real ones are UUIDs; dots alone would walk up the path. */
const RUN_ID = /^(?!\.+$)[\x21-\x7e]{1,200}$/;

export function parsedJson(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes)) as Json;
  } catch {
    return undefined;
  }
}

/** @param asked the run that was asked for: an answer that holds a status is about it, whether or not it repeats its id */
export function runIn(
  { answers, statuses }: EngineDefinition,
  answer: Json | undefined,
  asked: string,
): Run | undefined {
  if (!isJsonObject(answer)) return undefined;
  const status = valueAt(answer, answers.status);
  const runId = idIn(answer, answers.runId) ?? (asked !== "" && typeof status === "string" ? asked : undefined);
  if (runId === undefined || !RUN_ID.test(runId)) return undefined;
  const expiry = valueAt(answer, answers.expiresAt);
  // Date.parse makes a year of a small number: nothing but text is a time.
  const expiresAt = typeof expiry === "string" ? Date.parse(expiry) : Number.NaN;
  return {
    runId,
    // A word that nobody has explained means "not finished": the run's expiry bounds the mistake.
    status: (typeof status === "string" && Object.hasOwn(statuses, status) && statuses[status]) || "running",
    expiresAt: Number.isNaN(expiresAt) ? null : expiresAt,
  };
}

/** @returns undefined where the answer holds no result; null may be one */
export function resultIn({ answers }: EngineDefinition, answer: Json): Json | undefined {
  const found = answers.result.map((place) => valueAt(answer, place)).filter((value) => value !== undefined);
  return found.find((value) => value !== null) ?? found[0];
}

export interface Refusal {
  readonly operation: Operation;
  /** Of the operation, for the words about it. */
  readonly name: string;
  readonly status: number;
  readonly body: Json | undefined;
  /** Sent with the call: cut out of the engine's words, should it repeat it. */
  readonly token: string;
  readonly retryAfterMs: number | undefined;
}

/** @returns why, or that what was to be started is there already */
export function refusalIn(definition: EngineDefinition, refusal: Refusal): EngineFailure | "exists" {
  const { operation, name, status, body, token, retryAfterMs } = refusal;
  const words = wordsIn(definition, body, token);
  const detail = `${name}: HTTP ${status}${words ? `: ${words}` : ""}`;
  const answer: FailedAnswer = { status, detail, retryAfterMs };
  const code = idIn(body ?? null, [definition.answers.code]);
  const meaning = meaningIn(operation.onCode, code) ?? meaningIn(operation.onStatus, String(status));
  switch (meaning) {
    case undefined:
      // A 2xx that holds an error: nobody has said what it means.
      return status < 300 ? { reason: "uncertain", detail } : failureOfAnswer(answer);
    case "exists":
      return "exists";
    case "missing":
      return { reason: "rejected", status: 404, detail };
    case "rejected":
      return { reason: "rejected", status, detail };
    case "throttled":
    case "unavailable":
      return { reason: meaning, detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    default:
      return { reason: meaning, detail };
  }
}

/** Whether an answer with a good status tells of an error that the engine's description knows. */
export function isKnownError({ answers }: EngineDefinition, { onCode }: Operation, body: Json | undefined): boolean {
  return meaningIn(onCode, idIn(body ?? null, [answers.code])) !== undefined;
}

function meaningIn<Meaning>(table: Readonly<Record<string, Meaning>>, key: string | undefined): Meaning | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The first of the places that holds text or a whole number. */
function idIn(answer: Json, places: readonly (readonly PathStep[])[]): string | undefined {
  for (const place of places) {
    const value = valueAt(answer, place);
    if (typeof value === "string") return value;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return String(value);
  }
  return undefined;
}

/** The engine's own words about an error, where it gives them as JSON, without the token should it repeat it. */
function wordsIn({ answers }: EngineDefinition, body: Json | undefined, token: string): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const words = valueAt(body, answers.message) ?? body.message ?? body.detail ?? body.error;
  return typeof words === "string" ? words.replaceAll(token, "(the token)").slice(0, MAX_DETAIL_CHARS) : undefined;
}

// An engine's own webhooks, as a source of no events: proven like those of the preset of the same name, with the keys of
// the engine's own base URL, and read for nothing but the id of the run that they are about. Pure.
import { isJsonObject } from "../core/json.ts";
import { compilePath, type PathStep, valueAt } from "../core/path.ts";
import { decodeUtf8, parseJson } from "./body/json-body.ts";
import { resolveSource } from "./presets.ts";
import type { Source } from "./source.ts";

export interface EnginePush {
  readonly source: Source;
  /** Where the id of the run may stand. */
  readonly runId: readonly (readonly PathStep[])[];
}

/** Ids are UUIDs; what is longer is none. */
const MAX_RUN_ID_CHARS = 200;

/** @param runId paths such as $.id */
export function enginePush(engine: string, baseUrl: string, runId: readonly string[]): EnginePush {
  const url = `${baseUrl}/auth/webhooks/key/{kid}?pem=true`;
  const source = resolveSource(engine, {
    preset: "transactionlink",
    verify: {
      family: "jws-detached",
      from: "header:jws-signature",
      algorithms: ["RS256"],
      keys: { from: "by-kid", url, method: "GET", headers: {}, at: "$" },
    },
  });
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  return { source: source.value, runId: runId.map(compilePath) };
}

/** Every id that stands where one may stand: which of them is a run's is found out by asking the ledger. */
export function runIdsIn(push: EnginePush, body: Uint8Array): string[] {
  const text = decodeUtf8(body);
  const json = text === null ? null : parseJson(text);
  if (!json?.ok || !isJsonObject(json.value)) return [];
  const root = json.value;
  const found = push.runId.map((path) => valueAt(root, path));
  return [...new Set(found.filter((value) => typeof value === "string" && value !== ""))]
    .map(String)
    .filter(({ length }) => length <= MAX_RUN_ID_CHARS);
}

// What one kept execution takes on disk: the ledger's own schema in Node's SQLite, filled with executions of the usual shape, pages
// counted. The object's SQLite is the same library; its metadata is not in it.
import { DatabaseSync } from "node:sqlite";
import { migrate } from "../src/ledger/migrations.ts";
import * as statements from "../src/ledger/statements.ts";
import { TRAFFIC } from "./assumed.ts";
import { randomUuid } from "./placing.ts";
import { seeded } from "./seeded.ts";

const ROWS = 20_000;
const AT = 1_795_000_000_000;
/** As much as an engine's answer about a check of a business. */
const RESULT_BYTES = 1_000;

/**
 * @param keepPayloads as in the configuration: false leaves neither data nor result of what is over
 * @returns bytes, unique index included
 */
export function storedBytesOfOne(keepPayloads = true): number {
  const database = new DatabaseSync(":memory:");
  try {
    migrate(storageOver(database) as never);
    const insert = database.prepare(statements.INSERT);
    const before = size(database);
    const random = seeded(1);
    database.exec("BEGIN");
    for (let n = 0; n < ROWS; n++) insert.run(...valuesOf(n, randomUuid(random), keepPayloads));
    database.exec("COMMIT");
    return (size(database) - before) / ROWS;
  } finally {
    database.close();
  }
}

function size(database: DatabaseSync): number {
  const pages = database.prepare("PRAGMA page_count").get() as { page_count: number };
  const bytes = database.prepare("PRAGMA page_size").get() as { page_size: number };
  return pages.page_count * bytes.page_size;
}

/** As much of an object's storage as migrations use. */
function storageOver(database: DatabaseSync) {
  return {
    transactionSync: (run: () => void) => run(),
    sql: {
      exec(sql: string, ...values: (string | number)[]) {
        if (values.length > 0) database.prepare(sql).run(...values);
        else if (!sql.startsWith("SELECT")) database.exec(sql);
        return { one: () => database.prepare(sql).get() };
      },
    },
  };
}

/** In the order of the ledger's INSERT, as an execution stands once its end is delivered. */
function valuesOf(n: number, recordId: string, keepPayloads: boolean): (string | number | null)[] {
  const key = `evt_${1_000_000_000 + n}`;
  const event = { id: key, source: "stripe", type: "customer.subscription.created", subject: `cus_${n}` };
  const attributes = {
    revision: 1,
    engine: "default",
    windowMs: 2_592_000_000,
    onDuplicate: "skip",
    onUncertainStart: "retry",
    admittedAt: AT,
    cancel: null,
    event: { ...event, time: "2026-11-26T12:00:00.000Z", headers: {}, dedupeKey: key },
  };
  const payload = keepPayloads
    ? { data: { filled: "x".repeat(TRAFFIC.payloadBytes) }, start: { workflowDefinitionId: recordId } }
    : { data: null, start: null };
  const result = keepPayloads ? JSON.stringify({ filled: "x".repeat(RESULT_BYTES) }) : null;
  const step = (name: string) => ({
    at: AT,
    step: name,
    outcome: "delivered",
    callback: "crm",
    attempt: 1,
    durationMs: 80,
  });
  const progress = {
    runId: recordId,
    reason: null,
    startAttempts: 1,
    uncertainStarts: 0,
    expiresAt: null,
    finishedAt: AT,
    endedAt: AT,
    deliveries: [{ callback: "crm", state: "delivered", attempts: 1, nextAt: null }],
    timeline: ["admitted", "start", "ended", "callback"].map(step),
  };
  const texts = [attributes, payload, progress].map((each) => JSON.stringify(each));
  return [
    ...[AT * 1_000 + n, "kyb-on-subscription", "stripe", recordId, key, AT, "succeeded", "delivered"],
    ...[null, AT, AT, recordId, ...texts, result],
  ];
}

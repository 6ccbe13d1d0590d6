// The ledger as the use cases see it: finds the shard, turns executions into rows and back, and deals with what can go
// wrong between a Worker and a Durable Object. Every call carries a token of its own, so that repeating it is harmless.
import type { Admitted, ExecutionFilter, ExecutionPage, Ledger, LedgerUnavailable } from "../bridge/ports.ts";
import type { LedgerSettings } from "../core/config.ts";
import { durationMs } from "../core/duration.ts";
import { type Admission, admitted, type Execution } from "../core/execution.ts";
import { err, ok } from "../core/result.ts";
import { callObject } from "../durable/call.ts";
import type { AdmittedRow, LedgerShard, PageColumn } from "./ledger-shard.ts";
import { type AdmissionRow, toAdmissionRow, toExecution, toProgressRow, toSummary } from "./row.ts";
import { addressOf, publicId, shardOf } from "./shard.ts";

/** A call to a Durable Object holds 32 MiB; admissions beyond this go in a call of their own. */
const ADMIT_MAX_CHARS = 4 * 1024 * 1024;

export interface LedgerDeps {
  readonly namespace: DurableObjectNamespace<LedgerShard>;
  readonly settings: LedgerSettings;
  /** A token that no one else has. */
  token(): string;
}

type Stub = DurableObjectStub<LedgerShard>;

export function createLedger({ namespace, settings, token }: LedgerDeps): Ledger {
  const { shards } = settings;
  const retentionMs = durationMs(settings.retention);

  const stub = (shard: number): Stub => namespace.getByName(`ledger/${shard}`);

  function call<T>(shard: number, method: (stub: Stub) => Promise<T>): Promise<T> {
    return callObject(() => stub(shard), method);
  }

  async function admitTo(shard: number, entries: readonly Entry[], now: number): Promise<Placed[]> {
    const once = token();
    const rows = entries.map(({ row }) => row);
    const answers: AdmittedRow[] = await call(shard, async (object) => object.admit(rows, now, once));
    return answers.flatMap((answer, index) => {
      const entry = entries[index];
      return entry ? [{ position: entry.position, admitted: toAdmitted(answer, entry.execution, shard) }] : [];
    });
  }

  return {
    shards,

    async admit(admissions, now) {
      const calls = batches(admissions, shards, retentionMs, now);
      try {
        const placed = await Promise.all(calls.map(({ shard, entries }) => admitTo(shard, entries, now)));
        return ok(inOrder(placed.flat()));
      } catch (thrown) {
        return err({ reason: "ledger-unavailable", detail: String(thrown) } satisfies LedgerUnavailable);
      }
    },

    async claim(shard, now, after, shut = []) {
      const { rows, next } = await call(shard, async (object) => object.claim(now, after, shut));
      return { executions: rows.map((row) => toExecution(row, shard)), next };
    },

    async save(execution) {
      const address = addressOf(execution.id);
      if (!address) throw new Error(`not an execution id: ${execution.id}`);
      const once = token();
      const row = toProgressRow(execution, retentionMs);
      return call(address.shard, async (object) => object.save(address.row, execution.version, row, once));
    },

    async reserve({ id, version }, now) {
      const address = addressOf(id);
      if (!address) throw new Error(`not an execution id: ${id}`);
      const once = token();
      return call(address.shard, async (object) => object.reserve(address.row, version, now, once));
    },

    async claimRuns(engine, runIds, now) {
      const claims = range(shards).map(async (shard) => {
        const { known, rows } = await call(shard, async (object) => object.claimRuns(engine, runIds, now));
        return { known, executions: rows.map((row) => toExecution(row, shard)) };
      });
      const claimed = await Promise.all(claims);
      return {
        known: claimed.some(({ known }) => known),
        executions: claimed.flatMap(({ executions }) => executions),
      };
    },

    async get(id) {
      const address = addressOf(id);
      if (!address) return null;
      const row = await call(address.shard, async (object) => object.find(address.row));
      return row && toExecution(row, address.shard);
    },

    async list(filter) {
      const all =
        filter.recordId === undefined ? range(shards) : [shardOf({ ...NOWHERE, recordId: filter.recordId }, shards)];
      const pages = await Promise.all(all.map((shard) => page(shard, filter)));
      return newestFirst(pages.flat(), filter.limit);
    },

    async purge(shard, now) {
      return call(shard, async (object) => object.purge(now));
    },
  };

  async function page(shard: number, filter: ExecutionFilter): Promise<PageEntry[]> {
    const before = filter.before === undefined ? undefined : addressOf(filter.before);
    // Rows of several shards may have the same number: the shard decides between them.
    const below = before ? before.row + (shard < before.shard ? 1 : 0) : Number.MAX_SAFE_INTEGER;
    const rows = await call(shard, async (object) =>
      object.list({ below, limit: filter.limit + 1, equal: equalities(filter) }),
    );
    return rows.map((row) => ({ row: row.id, shard, summary: toSummary(row, shard) }));
  }
}

interface Entry {
  readonly position: number;
  readonly execution: Execution;
  readonly row: AdmissionRow;
}

interface Placed {
  readonly position: number;
  readonly admitted: Admitted;
}

interface PageEntry {
  readonly row: number;
  readonly shard: number;
  readonly summary: ExecutionPage["executions"][number];
}

const NOWHERE = { rule: "", dedupeKey: "" };

/** One call per shard, or several where the payloads are large. */
function batches(admissions: readonly Admission[], shards: number, retentionMs: number, now: number) {
  const calls: { shard: number; chars: number; entries: Entry[] }[] = [];
  for (const [position, admission] of admissions.entries()) {
    const shard = shardOf(admission, shards);
    const execution = admitted("", admission, now);
    const row = toAdmissionRow(execution, retentionMs);
    const chars = row.payload?.length ?? 0;
    const open = calls.find((each) => each.shard === shard && each.chars + chars <= ADMIT_MAX_CHARS);
    const target = open ?? { shard, chars: 0, entries: [] };
    if (!open) calls.push(target);
    target.entries.push({ position, execution, row });
    target.chars += chars;
  }
  return calls;
}

function toAdmitted(answer: AdmittedRow, execution: Execution, shard: number): Admitted {
  return answer.outcome === "new"
    ? { outcome: "new", execution: { ...execution, id: publicId({ shard, row: answer.id }) } }
    : { outcome: "duplicate", execution: toSummary(answer.row, shard) };
}

function inOrder(placed: readonly Placed[]): Admitted[] {
  return placed.toSorted((a, b) => a.position - b.position).map(({ admitted: each }) => each);
}

function newestFirst(entries: readonly PageEntry[], limit: number): ExecutionPage {
  const sorted = entries.toSorted((a, b) => b.row - a.row || b.shard - a.shard).map(({ summary }) => summary);
  const executions = sorted.slice(0, limit);
  return { executions, next: sorted.length > limit ? (executions.at(-1)?.id ?? null) : null };
}

function equalities(filter: ExecutionFilter): (readonly [PageColumn, string])[] {
  const wanted: (readonly [PageColumn, string | undefined])[] = [
    ["record_id", filter.recordId],
    ["run", filter.state],
    ["delivery", filter.delivery],
    ["rule", filter.rule],
    ["source", filter.source],
  ];
  return wanted.flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]));
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

// The ledger as the use cases see it: finds the shard, turns executions into rows and back, and deals with what can go
// wrong between a Worker and a Durable Object. Every call carries a token of its own, so that repeating it is harmless.
import type { ExecutionFilter, Ledger, LedgerUnavailable, Target } from "../bridge/ports.ts";
import type { LedgerSettings } from "../core/config.ts";
import type { Admission, Execution } from "../core/execution.ts";
import { asKept } from "../core/kept-payload.ts";
import { err, ok } from "../core/result.ts";
import { retentionMs } from "../core/retention.ts";
import { callObject } from "../durable/call.ts";
import { batches, type Entry, inOrder, livesQuery, NOWHERE, type Placed, toAdmitted } from "./admission-calls.ts";
import type { LedgerShard } from "./ledger-shard.ts";
import { newestFirst, type PageEntry, pageQuery, summed } from "./pages.ts";
import type { TargetRow } from "./query.ts";
import { toExecution, toProgressRow, toSummary } from "./row.ts";
import { addressOf, homesOf, IDS_PER_MS, publicId, shardsInUse } from "./shard.ts";
import { mergedStats } from "./stats.ts";

/** Rows that one shard looks at for statistics. */
const STATS_ROWS = 5_000;

/** The marks of work that concerns no shard in particular. */
const MARKS_SHARD = 0;

export interface LedgerDeps {
  readonly namespace: DurableObjectNamespace<LedgerShard>;
  readonly settings: LedgerSettings;
  /** Of the configuration that the settings are from. */
  readonly revision: number;
  /** A token that no one else has. */
  token(): string;
}

type Stub = DurableObjectStub<LedgerShard>;

export function createLedger({ namespace, settings, revision, token }: LedgerDeps): Ledger {
  const { jurisdiction, locationHint } = settings;
  const objects = jurisdiction === undefined ? namespace : namespace.jurisdiction(jurisdiction);
  const stub = (shard: number): Stub =>
    objects.getByName(`ledger/${shard}`, locationHint === undefined ? {} : { locationHint });

  function call<T>(shard: number, method: (stub: Stub) => Promise<T>): Promise<T> {
    return callObject(() => stub(shard), method);
  }

  async function admitTo(shard: number, entries: readonly Entry[], now: number): Promise<Placed[]> {
    const once = token();
    const candidates = entries.map(({ candidate }) => candidate);
    const answers = await call(shard, async (object) => object.admit(candidates, now, once, revision));
    if (answers === null) throw new Error("the configuration was changed in this moment, and shards with it");
    return answers.flatMap((answer, index) => {
      const entry = entries[index];
      return entry ? [{ position: entry.position, admitted: toAdmitted(answer, entry.execution, shard) }] : [];
    });
  }

  /** The shard of each: where it lives already, should that be a former home, else the one of today. */
  async function placesOf(admissions: readonly Admission[], now: number): Promise<number[]> {
    const homes = admissions.map((admission) => homesOf(admission, settings));
    const questions = homes.flatMap(([, ...former], index) => former.map((shard) => ({ shard, index })));
    if (questions.length === 0) return homes.map(([today]) => today);
    const found = homes.map(() => new Set<number>());
    const byShard = Map.groupBy(questions, ({ shard }) => shard);
    await Promise.all(
      [...byShard].map(async ([shard, asked]) => {
        const these = asked.map(({ index }) => livesQuery(admissions[index]));
        const answers = await call(shard, async (object) => object.lives(these, now, revision));
        for (const [at, { index }] of asked.entries()) if (answers[at]) found[index]?.add(shard);
      }),
    );
    return homes.map(([today, ...former], index) => former.find((shard) => found[index]?.has(shard)) ?? today);
  }

  return {
    shards: shardsInUse(settings),

    async admit(admissions, now) {
      try {
        const calls = batches(admissions, await placesOf(admissions, now), settings, now);
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
      const row = toProgressRow(asKept(execution), retentionMs(settings, execution.run));
      return call(address.shard, async (object) => object.save(address.row, execution.version, row, once));
    },

    async reserve({ id, version }, now) {
      const address = addressOf(id);
      if (!address) throw new Error(`not an execution id: ${id}`);
      const once = token();
      return call(address.shard, async (object) => object.reserve(address.row, version, now, once));
    },

    async claimRuns(engine, runIds, now) {
      const claims = range(shardsInUse(settings)).map(async (shard) => {
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

    async getAll(ids) {
      const found = new Map<string, Execution>();
      const byShard = Map.groupBy(
        ids.flatMap((id) => addressOf(id) ?? []),
        ({ shard }) => shard,
      );
      await Promise.all(
        [...byShard].map(([shard, addresses]) =>
          readAll(
            shard,
            addresses.map(({ row }) => row),
            found,
          ),
        ),
      );
      return ids.flatMap((id) => found.get(id) ?? []);
    },

    async requestCancel(id, by, now) {
      const address = addressOf(id);
      if (!address) return "unknown";
      return call(address.shard, async (object) => object.requestCancel(address.row, by, now));
    },

    async list(filter) {
      const all =
        filter.recordId === undefined
          ? range(shardsInUse(settings))
          : homesOf({ ...NOWHERE, recordId: filter.recordId }, settings);
      const pages = await Promise.all(all.map((shard) => page(shard, filter)));
      return newestFirst(pages.flat(), filter.limit);
    },

    async counts(since) {
      const all = await Promise.all(
        range(shardsInUse(settings)).map((shard) => call(shard, async (object) => object.counts(since * IDS_PER_MS))),
      );
      return summed(all.flat());
    },

    async stats(since, now, parts) {
      const all = await Promise.all(
        range(shardsInUse(settings)).map((shard) =>
          call(shard, async (object) => object.stats(since, now, STATS_ROWS, parts)),
        ),
      );
      return mergedStats(all);
    },

    async goingOn(targets) {
      const found = targets.map((): PageEntry[] => []);
      const homes = targets.flatMap((target, index) =>
        homesOf({ ...target, dedupeKey: target.dedupeKey ?? "" }, settings).map((shard) => ({ shard, index })),
      );
      await Promise.all(
        [...Map.groupBy(homes, ({ shard }) => shard)].map(async ([shard, own]) => {
          const rows = own.flatMap(({ index }) => targetRow(targets[index]));
          const answers = await call(shard, async (object) => object.goingOn(rows));
          for (const [i, { index }] of own.entries()) {
            for (const row of answers[i] ?? [])
              found[index]?.push({ row: row.id, shard, summary: toSummary(row, shard) });
          }
        }),
      );
      return found.map((entries) => newestFirst(entries, entries.length).executions.slice());
    },

    async owedBefore({ id, recordId, endedAt }, callback) {
      const address = addressOf(id);
      if (!address || recordId === null || endedAt === null) return false;
      return call(address.shard, async (object) => object.owedBefore(recordId, address.row, endedAt, callback));
    },

    async erase(recordId) {
      const homes = homesOf({ ...NOWHERE, recordId }, settings);
      const done = await Promise.all(
        [...new Set(homes)].map((shard) => call(shard, async (object) => object.erase(recordId))),
      );
      return { erased: sumOf(done.map(({ erased }) => erased)), left: sumOf(done.map(({ left }) => left)) };
    },

    async purge(shard, now) {
      return call(shard, async (object) => object.purge(now));
    },

    async sizes() {
      return Promise.all(range(shardsInUse(settings)).map((shard) => call(shard, async (object) => object.size())));
    },

    async marks(beginning) {
      const rows = await call(MARKS_SHARD, async (object) => object.marks(beginning));
      return new Map(rows.map(({ name, value }) => [name, value]));
    },

    async setMarks(marks) {
      if (marks.size > 0) await call(MARKS_SHARD, async (object) => object.setMarks([...marks]));
    },
  };

  /** In as many calls as their size takes. */
  async function readAll(shard: number, rows: readonly number[], found: Map<string, Execution>): Promise<void> {
    for (let rest = rows; rest.length > 0; ) {
      const wanted = rest;
      const part = await call(shard, async (object) => object.findAll(wanted));
      for (const row of part) found.set(publicId({ shard, row: row.id }), toExecution(row, shard));
      const last = part.at(-1)?.id;
      rest = last === undefined ? [] : rest.slice(rest.indexOf(last) + 1);
    }
  }

  async function page(shard: number, filter: ExecutionFilter): Promise<PageEntry[]> {
    const rows = await call(shard, async (object) => object.list(pageQuery(filter, shard)));
    return rows.map((row) => ({ row: row.id, shard, summary: toSummary(row, shard) }));
  }
}

function targetRow(target: Target | undefined): TargetRow[] {
  return target ? [[target.recordId ?? "", target.rule, target.dedupeKey]] : [];
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

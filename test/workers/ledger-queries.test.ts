// The ledger's SQL: what runs often uses an index, and decides what the code beside it decides.
import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { beforeAll, describe, it } from "vitest";
import { isPollMinute } from "../../src/core/retry.ts";
import * as sql from "../../src/ledger/statements.ts";
import { DAY_MS, MINUTE_MS, NOW } from "../contract/ledger/executions.ts";
import { openShard, type ShardStub } from "./ledger-objects.ts";

describe("query plans", () => {
  const plans: [string, string, number, string[]][] = [
    [
      "what is due walks the partial index",
      sql.SELECT_DUE,
      5,
      [
        "SEARCH executions USING INDEX due (due_at>? AND due_at<?)",
        // The engines that are shut: a list of a few names.
        ...["LIST SUBQUERY 1", "SCAN json_each VIRTUAL TABLE INDEX 1:", "CREATE BLOOM FILTER"],
      ],
    ],
    [
      "a key is looked up in its index",
      sql.SELECT_BY_KEY,
      3,
      ["SEARCH executions USING INDEX one_per_key (record_id=? AND rule=? AND dedupe_key=? AND released=?)"],
    ],
    [
      "the executions of a record are found by its id, and sorted among themselves",
      sql.selectPage(["record_id"]),
      3,
      ["SEARCH executions USING INDEX one_per_key (record_id=?)", "USE TEMP B-TREE FOR ORDER BY"],
    ],
    [
      "those of a record and a state too",
      sql.selectPage(["record_id", "run"]),
      4,
      ["SEARCH executions USING INDEX one_per_key (record_id=?)", "USE TEMP B-TREE FOR ORDER BY"],
    ],
    [
      "a page walks the table backwards",
      sql.selectPage([]),
      2,
      ["SEARCH executions USING INTEGER PRIMARY KEY (rowid<?)"],
    ],
    [
      "a page of a time walks no more of the table than that",
      sql.selectPage(["run"], true),
      4,
      ["SEARCH executions USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
    ],
    [
      "those of a record and a time are found by the record",
      sql.selectPage(["record_id"], true),
      4,
      ["SEARCH executions USING INDEX one_per_key (record_id=?)", "USE TEMP B-TREE FOR ORDER BY"],
    ],
    [
      "what stands in a replay's way is looked up by its key",
      sql.SELECT_IN_REPLAYS_WAY,
      4,
      [
        "SEARCH executions USING INDEX one_per_key (record_id=? AND rule=? AND dedupe_key=?)",
        "USE TEMP B-TREE FOR ORDER BY",
      ],
    ],
    [
      "what goes on of a rule's executions of a record is found by both",
      sql.SELECT_GOING_ON,
      3,
      ["SEARCH executions USING INDEX one_per_key (record_id=? AND rule=?)", "USE TEMP B-TREE FOR ORDER BY"],
    ],
    ["the purge walks the table", sql.SELECT_OLDEST, 2, ["SEARCH executions USING INTEGER PRIMARY KEY (rowid>?)"]],
    [
      "one execution is read by its id",
      sql.SELECT_SUMMARY,
      1,
      ["SEARCH executions USING INTEGER PRIMARY KEY (rowid=?)"],
    ],
    ["a write looks one row up", sql.UPDATE_DUE, 11, ["SEARCH executions USING INTEGER PRIMARY KEY (rowid=?)"]],
    ["the next id is read off the end", sql.INSERT, 16, ["SCALAR SUBQUERY 1", "SEARCH executions"]],
  ];

  it.for(plans)("%s", async ([, statement, parameters, expected], { expect }) => {
    const values = Array.from({ length: parameters }, () => 1);
    const plan = await runInDurableObject(openShard().shard, (_object, { storage }) =>
      storage.sql.exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement}`, ...values).toArray(),
    );
    expect(plan.map(({ detail }) => detail)).toEqual(expected);
  });
});

describe("the poll minute", () => {
  let shard: ShardStub;
  beforeAll(() => {
    shard = openShard().shard;
  });

  const inMinute = fc.oneof(fc.integer({ min: 0, max: 59_999 }), fc.integer({ min: 59_980, max: 60_020 }));
  const now = fc
    .tuple(fc.integer({ min: 0, max: 100_000 }), inMinute)
    .map(([minutes, ms]) => NOW + minutes * MINUTE_MS + ms);
  const step = fc.tuple(fc.integer({ min: 0, max: 70 }), fc.integer({ min: -20, max: 20 }));
  const age = fc.oneof(
    fc.integer({ min: -5 * MINUTE_MS, max: 40 * DAY_MS }),
    fc.integer({ min: 0, max: 11 * 60 * MINUTE_MS }),
    step.map(([tens, ms]) => tens * 10 * MINUTE_MS + ms),
  );
  const admittedAgo = fc.integer({ min: 0, max: 3 * DAY_MS });
  const sequence = fc.integer({ min: 0, max: 999 });

  it("is the same in SQL and in core/retry.ts", async ({ expect }) => {
    let polled = 0;
    let passed = 0;
    await runInDurableObject(shard, (_object, { storage }) => {
      fc.assert(
        fc.property(now, age, admittedAgo, sequence, (at, ageMs, ago, n) => {
          const startedAt = at - ageMs;
          const id = (startedAt - ago) * 1_000 + n;
          const expected = isPollMinute(at, startedAt, Math.floor(id / 1_000));
          if (expected) polled++;
          else passed++;
          return isDueInSql(storage.sql, at, startedAt, id) === expected;
        }),
        { numRuns: 5_000 },
      );
    });
    expect(polled).toBeGreaterThan(100);
    expect(passed).toBeGreaterThan(100);
  });

  it("does not begin in the last milliseconds of the minute before", async ({ expect }) => {
    const startedAt = NOW - 10 * 60 * MINUTE_MS;
    const slot = 60 - ((NOW / MINUTE_MS + 1) % 60);
    const id = (startedAt - (startedAt % 60) + slot) * 1_000;
    const seen = await runInDurableObject(shard, (_object, { storage }) =>
      [0, 59_990, 59_993, 59_999, 60_000, 119_999, 120_000].map((ms) =>
        isDueInSql(storage.sql, NOW + ms, startedAt + ms, id),
      ),
    );
    expect(seen).toEqual([false, false, false, false, true, true, false]);
  });
});

/** Whether SELECT_DUE finds a running execution of this id and age; leaves nothing behind. */
function isDueInSql(storage: SqlStorage, now: number, startedAt: number, id: number): boolean {
  const [rule, source, record, key] = ["rule", "source", "", "key"];
  storage
    .exec(
      sql.INSERT,
      id,
      rule,
      source,
      record,
      key,
      0,
      "running",
      "none",
      1,
      startedAt,
      null,
      "",
      "{}",
      "{}",
      "{}",
      null,
    )
    .toArray();
  const found = storage.exec(sql.SELECT_DUE, now, 0, 0, 2, "[]").toArray();
  storage.exec(sql.DELETE, id);
  return found.length === 1;
}

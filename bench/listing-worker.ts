// The Worker of the benchmarks of listings and growth: the ledger as it is, over shards that can be filled at once. For the
// benchmarks only.

import type { Ledger } from "../src/bridge/ports.ts";
import type { Admission } from "../src/core/admission.ts";
import { createLedger } from "../src/ledger/ledger-client.ts";
import { LedgerShard } from "../src/ledger/ledger-shard.ts";

const FILL = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
  INSERT INTO executions (id, rule, source, record_id, dedupe_key, window_ends_at, run, delivery, due_at, started_at, purge_at,
    version, write_token, attributes, payload, progress, result)
  SELECT ?2 + i * 1000, 'rule-' || (i % 50), 'stripe', printf('%08x-0000-4000-8000-%012x', i / 4, ?3), 'evt_' || i, ?4,
    CASE i % 20 WHEN 0 THEN 'failed' ELSE 'succeeded' END, 'delivered', NULL, ?4, ?4, 3, 't',
    json_object('revision', 1, 'engine', 'default', 'windowMs', 2592000000, 'onDuplicate', 'skip', 'onUncertainStart', 'retry',
      'admittedAt', ?4, 'cancel', NULL, 'event', json_object('id', 'evt_' || i, 'source', 'stripe', 'type', 'customer.created',
      'time', '2026-11-23T12:00:00.000Z', 'headers', json('{}'), 'dedupeKey', 'evt_' || i)),
    json_object('data', json_object('customer', 'cus_' || i, 'note', printf('%.*c', 300, 'x')), 'start', NULL),
    json_object('runId', 'run_' || i, 'reason', NULL, 'startAttempts', 1, 'uncertainStarts', 0, 'expiresAt', NULL, 'finishedAt', ?4,
      'endedAt', ?4, 'deliveries', json('[{"callback":"crm","state":"delivered","attempts":1,"nextAt":null}]'),
      'timeline', json('[{"at":1,"step":"admitted","outcome":"new"},{"at":2,"step":"start","outcome":"running"},{"at":3,"step":"ended","outcome":"succeeded"},{"at":4,"step":"callback","outcome":"delivered","callback":"crm","attempt":1,"durationMs":80}]')),
    NULL FROM n`;

export class BenchShard extends LedgerShard {
  fill(rows: number, shard: number, now: number): void {
    this.ctx.storage.sql.exec(FILL, rows, (now - rows) * 1_000, shard, now);
  }
}

interface Bindings {
  readonly LEDGER: DurableObjectNamespace<BenchShard>;
}

export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const shards = Number(searchParams.get("shards"));
    const now = Number(searchParams.get("now"));
    if (pathname === "/fill") {
      const rows = Number(searchParams.get("rows"));
      const part = Number(searchParams.get("part") ?? 0);
      for (let shard = 0; shard < shards; shard++)
        await env.LEDGER.getByName(`ledger/${shard}`).fill(rows, shard + part, now);
      return new Response("filled");
    }
    const ledger = createLedger({
      namespace: env.LEDGER as unknown as DurableObjectNamespace<LedgerShard>,
      settings: {
        shards,
        formerShards: [],
        sweepInvocations: 1,
        retention: "30d",
        retentionOf: {},
        keepPayloads: true,
      },
      revision: 0,
      token: () => crypto.randomUUID(),
    });
    if (pathname === "/newest") return Response.json((await ledger.list({ limit: 50 })).executions.length);
    if (pathname === "/record") {
      const recordId = "00000064-0000-4000-8000-000000000000";
      return Response.json((await ledger.list({ limit: 50, recordId })).executions.length);
    }
    const round = searchParams.get("round") ?? "";
    if (pathname === "/admit") {
      for (let n = 0; n < 20; n++) await admit(ledger, [admission(`${round}_${n}`, false)], now);
      return new Response("admitted");
    }
    if (pathname === "/claim") {
      const due = Array.from({ length: 12 }, (_, n) => admission(`${round}_${n}`, true));
      await admit(ledger, due, now);
      const { executions } = await ledger.claim(0, now, null);
      if (executions.length !== due.length) throw new Error(`${executions.length} were claimed`);
      return new Response("claimed");
    }
    return Response.json((await ledger.stats(now - 3_600_000, now, 60)).looked);
  },
};

async function admit(ledger: Ledger, admissions: readonly Admission[], now: number): Promise<void> {
  const admitted = await ledger.admit(admissions, now);
  if (!admitted.ok) throw new Error(admitted.error.detail);
  if (admitted.value.some(({ outcome }) => outcome !== "new")) throw new Error("something was there already");
}

/** @param deferred due at once, and nobody's */
function admission(name: string, deferred: boolean): Admission {
  const id = `evt_${name}`;
  const time = "2026-11-23T12:00:00.000Z";
  const data = { customer: `cus_${name}`, note: "x".repeat(300) };
  return {
    rule: "rule-1",
    revision: 1,
    engine: "default",
    event: { id, source: "stripe", type: "customer.created", time, headers: {}, dedupeKey: id, data },
    recordId: crypto.randomUUID(),
    dedupeKey: id,
    windowMs: 2_592_000_000,
    onDuplicate: "skip",
    onUncertainStart: "retry",
    callbacks: ["crm"],
    start: { workflowDefinitionId: "onboarding", locale: "en", parameters: data, expiresInMs: null },
    cancel: null,
    over: null,
    deferred,
  };
}

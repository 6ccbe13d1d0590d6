// The Worker of the benchmark of pages: the bridge as it is, over shards that can be filled at once. For the benchmark only.
import worker from "../src/index.ts";
import { BenchShard } from "./listing-worker.ts";

export {
  AccessObject,
  ConfigObject,
  EngineGateObject,
  JobsObject,
  SourceDeskObject,
  SweepShare,
} from "../src/index.ts";
export { BenchShard as LedgerShard };

export default {
  ...worker,
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/bench/fill") return worker.fetch(request, env, ctx);
    const [shards, rows, now] = ["shards", "rows", "now"].map((name) => Number(searchParams.get(name)));
    const ledger = env.LEDGER as unknown as DurableObjectNamespace<BenchShard>;
    for (let shard = 0; shard < (shards ?? 0); shard++) {
      await ledger.getByName(`ledger/${shard}`).fill(rows ?? 0, shard, now ?? 0);
    }
    return new Response("filled");
  },
} satisfies ExportedHandler<Env>;

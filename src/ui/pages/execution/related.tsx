// What else there is about the record of an execution, the newest first.
import type { Context } from "hono";
import type { ExecutionFacts, ExecutionSummaryFacts } from "../../../http/execution-view.ts";
import type { UiEnv } from "../../context.ts";
import { ExecutionTable } from "../../parts/execution-table.tsx";

const SHOWN = 6;

interface RelatedProps {
  readonly c: Context<UiEnv>;
  readonly execution: ExecutionFacts;
}

export async function Related({ c, execution: { id, recordId } }: RelatedProps) {
  if (recordId === null || c.req.header("hx-request")) return null;
  const record = encodeURIComponent(recordId);
  const found = await c.var.api.get<{ executions: ExecutionSummaryFacts[] }>(
    `/executions?recordId=${record}&limit=${SHOWN}`,
  );
  const others = found.ok ? found.value.executions.filter((each) => each.id !== id) : [];
  if (others.length === 0) return null;
  return (
    <>
      <div class="head">
        <h2>Others of this record</h2>
        <a href={`/ui/records?record=${record}`}>Everything about it</a>
      </div>
      <ExecutionTable executions={others} now={c.env.now()} label="Others of this record" />
    </>
  );
}

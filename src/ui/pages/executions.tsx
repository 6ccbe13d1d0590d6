// The executions, the newest first: filtered by the address, found by whatever id somebody has, acted on in bulk.
import { type Context, Hono } from "hono";
import { INTENTS } from "../../core/replay.ts";
import { mayActAs } from "../../core/role.ts";
import type { JobFacts } from "../../http/api-jobs.ts";
import type { ExecutionSummaryFacts } from "../../http/execution-view.ts";
import type { UiEnv } from "../context.ts";
import { page, refused } from "../page.tsx";
import { ExecutionTable } from "../parts/execution-table.tsx";
import { Empty, Live } from "../parts/pieces.tsx";
import { withSaid } from "../said.ts";
import { type BulkPreview, Confirmation } from "./executions/bulk.tsx";
import { addressOf, type Filter, Filters, filterIn } from "./executions/filters.tsx";
import { findById } from "./executions/find.ts";
import { EXPLAINED } from "./executions/intents.ts";

const FRAME = { title: "Executions", section: "executions" } as const;

interface Page {
  readonly executions: readonly ExecutionSummaryFacts[];
  readonly next: string | null;
}

export const executions = new Hono<UiEnv>()
  .get("/executions", async (c) => {
    const asked = c.req.query("q")?.trim() ?? "";
    if (asked !== "") {
      const found = await findById(c.var.api, asked);
      if (found) return c.redirect(found, 303);
      return listed(c, <NotFound asked={asked} />);
    }
    return listed(c);
  })
  // Bulk work: first what it would do, then, confirmed, the job.
  .get("/executions/bulk", async (c) => {
    const query = new URL(c.req.url).searchParams;
    const [intent, filter] = [query.get("intent") ?? "", filterIn(query)];
    const work = workOf(intent, filter);
    const preview = await c.var.api.send<BulkPreview>("POST", "/replays", { ...work, preview: true });
    if (!preview.ok) return refused(c, FRAME, preview.problem);
    const { identity } = c.var;
    const asked = { intent, filter, preview: preview.value, identity, requestId: c.env.requestId };
    return page(c, FRAME, <Confirmation {...asked} />);
  })
  .post("/executions/bulk", async (c) => {
    const form = await c.req.parseBody();
    const text = (name: string): string => (typeof form[name] === "string" ? form[name] : "");
    const work = workOf(text("intent"), filterIn(new URLSearchParams(text("filter"))));
    // The button pressed twice is one order.
    const headers = text("key") === "" ? {} : { "idempotency-key": text("key") };
    const answer = await c.var.api.send<JobFacts>("POST", "/jobs", work, headers);
    if (!answer.ok) return refused(c, FRAME, answer.problem);
    const of = /^[1-9]\d{0,8}$/.test(text("of")) ? `?of=${text("of")}` : "";
    return c.redirect(withSaid(`/ui/jobs/${encodeURIComponent(answer.value.id)}${of}`, "started"), 303);
  });

/** An end is sent again to the callback that the filter names; what else is done is not about callbacks. */
function workOf(intent: string, filter: Filter) {
  const { callback } = filter;
  return { intent, filter, ...(intent === "resend" && callback !== undefined ? { callback } : {}) };
}

async function listed(c: Context<UiEnv>, told?: ReturnType<typeof NotFound>): Promise<Response> {
  const filter = filterIn(new URL(c.req.url).searchParams);
  const cursor = c.req.query("cursor");
  const query = new URLSearchParams({ ...filter, ...(cursor ? { cursor } : {}) });
  const found = await c.var.api.get<Page>(`/executions?${query}`);
  if (!found.ok) return refused(c, FRAME, found.problem);
  const { executions: entries, next } = found.value;
  const filtered = Object.keys(filter).length > 0;
  const list = (
    <>
      {entries.length === 0 && (
        <Empty title={filtered ? "Nothing fits this filter." : "Nothing has come in yet."}>
          <p>
            {filtered ? (
              <a href="/ui/executions">Show everything</a>
            ) : (
              <a href="/ui/sources">Give a sender the address of a source.</a>
            )}
          </p>
        </Empty>
      )}
      {entries.length > 0 && <ExecutionTable executions={entries} now={c.env.now()} label="Executions" />}
      <nav class="pager" aria-label="Pages">
        {cursor && <a href={addressOf(filter)}>The newest</a>}
        {next !== null && <a href={addressOf({ ...filter, cursor: next })}>Older</a>}
      </nav>
    </>
  );
  return page(
    c,
    FRAME,
    <>
      <div class="head">
        <h1>Executions</h1>
        <form class="row" method="get" action="/ui/executions">
          <label for="q">Find by any id</label>
          <input id="q" name="q" type="search" size={30} placeholder="record, run, event or execution" />
          <button type="submit">Find</button>
        </form>
      </div>
      {told}
      <Filters filter={filter} />
      {/* An older page does not move under whoever reads it. */}
      {cursor ? (
        list
      ) : (
        <Live id="executions" url={addressOf(filter)} seconds={3}>
          {list}
        </Live>
      )}
      {filtered && mayActAs(c.var.identity, "operator") && entries.length > 0 && <Bulk filter={filter} />}
    </>,
  );
}

function NotFound({ asked }: { readonly asked: string }) {
  return (
    <p class="notice" role="status" dir="auto">
      Nothing is known under “{asked}”: no execution, record, run or event. It may have outlived its retention, or was
      refused: see the <a href="/ui/sources">sources</a>.
    </p>
  );
}

function Bulk({ filter }: { readonly filter: Filter }) {
  return (
    <details class="sheet">
      <summary>Do something with everything that this filter means</summary>
      <form method="get" action="/ui/executions/bulk" class="filters">
        {Object.entries(filter).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <span class="field">
          <label for="intent">What</label>
          <select id="intent" name="intent">
            {INTENTS.toReversed().map((intent) => (
              <option value={intent}>
                {intent}: {EXPLAINED[intent]}
              </option>
            ))}
          </select>
        </span>
        <button type="submit">See what it would do</button>
      </form>
      <p class="faint">Ends are sent again to all callbacks, or to the one that the filter names under “More”.</p>
    </details>
  );
}

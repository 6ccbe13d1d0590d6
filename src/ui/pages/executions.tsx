// The executions, the newest first: filtered by the address, found by whatever id somebody has, acted on in bulk.
import { type Context, Hono } from "hono";
import { mayActAs } from "../../core/role.ts";
import type { JobFacts } from "../../http/api-jobs.ts";
import type { ExecutionSummaryFacts } from "../../http/execution-view.ts";
import type { UiEnv } from "../context.ts";
import { page, refused } from "../page.tsx";
import { ExecutionTable } from "../parts/execution-table.tsx";
import { Empty, Live } from "../parts/pieces.tsx";
import { withSaid } from "../said.ts";
import { type BulkPreview, Confirmation } from "./executions/bulk.tsx";
import { addressOf, Filters, filterIn } from "./executions/filters.tsx";
import { findById } from "./executions/find.ts";

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
  .post("/executions/bulk", async (c) => {
    const form = await c.req.parseBody();
    const text = (name: string): string => (typeof form[name] === "string" ? form[name] : "");
    const filter = filterIn(new URLSearchParams(text("filter")));
    const intent = text("intent");
    const callback = text("callback") === "" ? {} : { callback: text("callback") };
    if (text("confirmed") === "yes") {
      const answer = await c.var.api.send<JobFacts>("POST", "/jobs", { intent, filter, ...callback });
      if (!answer.ok) return refused(c, FRAME, answer.problem);
      return c.redirect(withSaid(`/ui/jobs/${encodeURIComponent(answer.value.id)}`, "started"), 303);
    }
    const preview = await c.var.api.send<BulkPreview>("POST", "/replays", {
      intent,
      filter,
      preview: true,
      ...callback,
    });
    if (!preview.ok) return refused(c, FRAME, preview.problem);
    return page(
      c,
      FRAME,
      <Confirmation
        intent={intent}
        filter={filter}
        callback={text("callback")}
        preview={preview.value}
        identity={c.var.identity}
      />,
    );
  });

async function listed(c: Context<UiEnv>, told?: ReturnType<typeof NotFound>): Promise<Response> {
  const filter = filterIn(new URL(c.req.url).searchParams);
  const cursor = c.req.query("cursor");
  const query = new URLSearchParams({ ...filter, ...(cursor ? { cursor } : {}) });
  const found = await c.var.api.get<Page>(`/executions?${query}`);
  if (!found.ok) return refused(c, FRAME, found.problem);
  const { executions: entries, next } = found.value;
  const filtered = Object.keys(filter).length > 0;
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
      <Live id="executions" url={addressOf({ ...filter, ...(cursor ? { cursor } : {}) })} seconds={3}>
        {entries.length > 0 && <ExecutionTable executions={entries} now={c.env.now()} label="Executions" />}
      </Live>
      <p class="pager">
        {cursor && <a href={addressOf(filter)}>The newest</a>}
        {next !== null && <a href={addressOf({ ...filter, cursor: next })}>Older</a>}
      </p>
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

function Bulk({ filter }: { readonly filter: Readonly<Record<string, string>> }) {
  return (
    <details class="sheet">
      <summary>Do something with everything that this filter means</summary>
      <form method="post" action="/ui/executions/bulk" class="filters">
        <input type="hidden" name="filter" value={String(new URLSearchParams(filter))} />
        <span class="field">
          <label for="intent">What</label>
          <select id="intent" name="intent">
            <option value="resend">resend: send the ends again</option>
            <option value="restart">restart: start the same once more</option>
            <option value="re-evaluate">re-evaluate: decide the events anew by today's rules</option>
            <option value="refetch">refetch: ask the engine for the results again</option>
          </select>
        </span>
        <button type="submit">See what it would do</button>
      </form>
    </details>
  );
}

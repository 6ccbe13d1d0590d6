// Everything that happened to one record, from the beginning on: by the engine's id of it or by the sender's.
import { type Context, Hono } from "hono";
import type { ExecutionSummaryFacts } from "../../http/execution-view.ts";
import type { UiEnv } from "../context.ts";
import { page, refused } from "../page.tsx";
import { Copy, Empty } from "../parts/pieces.tsx";
import { Story } from "./records/story.tsx";

const FRAME = { title: "Records", section: "records" } as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A story longer than that is told from where it is newest. */
const MOST = 200;

interface Found {
  readonly executions: readonly ExecutionSummaryFacts[];
  readonly next: string | null;
}

export const records = new Hono<UiEnv>().get("/records", async (c) => {
  const record = c.req.query("record")?.trim() ?? "";
  const rule = c.req.query("rule")?.trim() ?? "";
  if (record === "") {
    return page(
      c,
      FRAME,
      <>
        <h1>Records</h1>
        <Form record="" rule={rule} />
        <Empty title="Which record?">
          <p>
            A record is what the engine knows something by: a customer, an order. Give its UUID, or the id that the
            sender has for it, from which the UUID is made.
          </p>
        </Empty>
      </>,
    );
  }
  const query = new URLSearchParams({
    [UUID.test(record) ? "recordId" : "record"]: record,
    ...(rule === "" ? {} : { rule }),
    limit: String(MOST),
  });
  const found = await c.var.api.get<Found>(`/executions?${query}`);
  if (!found.ok) return refused(c, FRAME, found.problem);
  return page(c, FRAME, <OneRecord c={c} record={record} rule={rule} found={found.value} />);
});

interface OneRecordProps {
  readonly c: Context<UiEnv>;
  readonly record: string;
  readonly rule: string;
  readonly found: Found;
}

function OneRecord({ c, record, rule, found: { executions, next } }: OneRecordProps) {
  const recordId = executions[0]?.recordId ?? null;
  return (
    <>
      <h1 dir="auto">{record.length > 80 ? `Record ${record.slice(0, 80)}…` : `Record ${record}`}</h1>
      <Form record={record} rule={rule} />
      {recordId === null ? (
        <Empty title="Nothing is known about this record.">
          <p>
            No rule has made anything of an event of it yet, or it has outlived its retention. Where a rule makes the
            record id of something else than you have given, look for the <a href="/ui/executions">execution</a>{" "}
            instead.
          </p>
        </Empty>
      ) : (
        <>
          <p>
            Record id <span class="id">{recordId}</span> <Copy text={recordId} label="Copy the record id" />
          </p>
          {next !== null && (
            <p class="notice">
              There is more: these are the newest {MOST}.{" "}
              <a href={`/ui/executions?${new URLSearchParams({ recordId, cursor: next })}`}>What was before</a>
            </p>
          )}
          <Story executions={executions.toReversed()} now={c.env.now()} />
        </>
      )}
    </>
  );
}

function Form({ record, rule }: { readonly record: string; readonly rule: string }) {
  return (
    <form class="filters" method="get" action="/ui/records" aria-label="Which record">
      <span class="field">
        <label for="record">Record id, or the sender's id of it</label>
        <input
          id="record"
          class="long"
          name="record"
          value={record}
          required
          maxlength={1_000}
          autocomplete="off"
          spellcheck={false}
        />
      </span>
      <span class="field">
        <label for="rule">Of one rule only</label>
        <input id="rule" name="rule" value={rule} autocomplete="off" spellcheck={false} />
      </span>
      <button type="submit">Show</button>
    </form>
  );
}

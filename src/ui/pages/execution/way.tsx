// The way of a webhook in four steps, each with where to look further: sender, rule, run, callbacks.
import type { Child } from "hono/jsx";
import type { ExecutionFacts } from "../../../http/execution-view.ts";
import { shortened } from "../../parts/execution-table.tsx";
import { Badge, span, When } from "../../parts/pieces.tsx";

interface WayProps {
  readonly execution: ExecutionFacts;
  readonly now: number;
}

export function Way({ execution, now }: WayProps) {
  const { event, rule, revision, engine, state, recordId, deliveries, admittedAt, startedAt, endedAt } = execution;
  const begun = Date.parse(startedAt ?? admittedAt);
  return (
    <ol class="way" aria-label="From the sender to the callbacks">
      <Step title="Sender">
        <a href={`/ui/sources/${encodeURIComponent(event.source)}`}>{event.source}</a>
        <span dir="auto">{event.type === "" ? "(no type)" : shortened(event.type)}</span>
        <small>
          <When at={admittedAt} now={now} />
        </small>
      </Step>
      <Step title="Rule">
        {rule === null ? <span class="faint">no rule took it</span> : <a href={ruleList(rule)}>{rule}</a>}
        {recordId !== null && (
          <a
            class="id"
            href={`/ui/records?record=${encodeURIComponent(recordId)}`}
            title="Everything about this record"
          >
            {recordId.slice(0, 8)}…
          </a>
        )}
        <small>revision {revision}</small>
      </Step>
      <Step title="Execution">
        <Badge state={state} />
        <span>{engine ?? <span class="faint">no engine</span>}</span>
        <small>
          {endedAt === null
            ? startedAt !== null && `for ${span(Math.max(now - begun, 0))}`
            : startedAt !== null && `took ${span(Math.max(Date.parse(endedAt) - begun, 0))}`}
        </small>
      </Step>
      <Step title="Callbacks">
        {deliveries.length === 0 && <span class="faint">nobody is told</span>}
        {deliveries.map(({ callback, state: delivery, attempts }) => (
          <span>
            {callback} <Badge state={endedAt === null && delivery === "due" ? "waits" : delivery} />
            {attempts > 1 && <small> {attempts} attempts</small>}
          </span>
        ))}
      </Step>
    </ol>
  );
}

function Step({ title, children }: { readonly title: string; readonly children?: Child }) {
  return (
    <li>
      <strong>{title}</strong>
      {children}
    </li>
  );
}

function ruleList(rule: string): string {
  return `/ui/executions?${new URLSearchParams({ rule })}`;
}

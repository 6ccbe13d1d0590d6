// Executions as a table: what came, what it led to, how it stands.
import type { ExecutionSummaryFacts } from "../../http/execution-view.ts";
import { Badge, span, When } from "./pieces.tsx";

interface TableProps {
  readonly executions: readonly ExecutionSummaryFacts[];
  readonly now: number;
  /** What these are, for those who cannot see it. */
  readonly label: string;
}

export function ExecutionTable({ executions, now, label }: TableProps) {
  return (
    <div class="table">
      <table aria-label={label}>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Event</th>
            <th scope="col">Rule</th>
            <th scope="col">Record</th>
            <th scope="col">Callbacks</th>
            <th scope="col">Came in</th>
            <th scope="col" class="number">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {executions.map((execution) => (
            <Row execution={execution} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ execution, now }: { readonly execution: ExecutionSummaryFacts; readonly now: number }) {
  const { id, state, reason, event, rule, recordId, deliveries, admittedAt, endedAt } = execution;
  return (
    <tr>
      <td>
        <Badge state={state} title={reason ?? undefined} />
      </td>
      <td class="words">
        <a href={`/ui/executions/${encodeURIComponent(id)}`} dir="auto">
          {event.type === "" ? "(no type)" : event.type}
        </a>
        <br />
        <small dir="auto">
          {event.source} · {shortened(event.id)}
        </small>
      </td>
      <td>{rule ?? <span class="faint">no rule</span>}</td>
      <td>
        {recordId === null ? (
          <span class="faint">–</span>
        ) : (
          <a class="id" href={`/ui/records?record=${encodeURIComponent(recordId)}`} title={recordId}>
            {recordId.slice(0, 8)}…
          </a>
        )}
      </td>
      <td>
        {deliveries.length === 0 && <span class="faint">–</span>}
        {deliveries.map(({ callback, state: delivery, attempts }) => (
          <span class="still" title={`${callback}: ${delivery} after ${attempts} attempts`}>
            {callback} <Badge state={endedAt === null && delivery === "due" ? "waits" : delivery} />{" "}
          </span>
        ))}
      </td>
      <td>
        <When at={admittedAt} now={now} />
      </td>
      <td class="number">
        {endedAt === null || endedAt === admittedAt ? "" : span(Date.parse(endedAt) - Date.parse(admittedAt))}
      </td>
    </tr>
  );
}

const MAX_ID_CHARS = 28;

/** A sender's id may be as long as it likes. */
export function shortened(id: string): string {
  return id.length <= MAX_ID_CHARS ? id : `${id.slice(0, MAX_ID_CHARS)}…`;
}

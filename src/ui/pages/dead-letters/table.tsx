// Dead letters as a table: to whom, of what, why it was not taken, and the button that sends it again.
import type { Identity } from "../../../core/role.ts";
import type { ExecutionSummaryFacts, TimelineLine } from "../../../http/execution-view.ts";
import { shortened } from "../../parts/execution-table.tsx";
import { Action, Badge, When } from "../../parts/pieces.tsx";
import { saidOnce } from "../execution/timeline.tsx";

/** What one callback has not taken. */
export interface Letter {
  readonly execution: ExecutionSummaryFacts;
  readonly callback: string;
  readonly attempts: number;
  /** The last attempt, as far as it is known. */
  readonly last: TimelineLine | undefined;
}

interface TableProps {
  readonly letters: readonly Letter[];
  /** Of which callback the page is; "": of all. */
  readonly callback: string;
  readonly identity: Identity;
  readonly now: number;
  readonly requestId: string;
}

export function DeadLetterTable({ letters, callback, identity, now, requestId }: TableProps) {
  return (
    <div class="table">
      <table aria-label="Dead letters, the newest first">
        <thead>
          <tr>
            <th scope="col">Callback</th>
            <th scope="col">Execution</th>
            <th scope="col">Why it was not taken</th>
            <th scope="col" class="number">
              Attempts
            </th>
            <th scope="col">Given up</th>
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {letters.map((letter) => (
            <Row letter={letter} back={callback} identity={identity} now={now} requestId={requestId} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends Pick<TableProps, "identity" | "now" | "requestId"> {
  readonly letter: Letter;
  readonly back: string;
}

/** Why it was not taken the last time, in words. */
export function reasonOf({ last }: Pick<Letter, "last">): string {
  return last ? `${saidOnce(last.status, last.detail)}${last.detail ?? ""}` : "not known any more";
}

function Row({ letter, back, identity, now, requestId }: RowProps) {
  const { execution, callback, attempts, last } = letter;
  const { id, event, state } = execution;
  return (
    <tr>
      <td>{callback}</td>
      <td>
        <a href={`/ui/executions/${encodeURIComponent(id)}`} dir="auto">
          {event.type === "" ? "(no type)" : shortened(event.type)}
        </a>{" "}
        <Badge state={state} />
        <br />
        <small dir="auto">{shortened(event.id)}</small>
      </td>
      <td class="words" dir="auto">
        {reasonOf(letter)}
      </td>
      <td class="number">{attempts}</td>
      <td>
        <When at={last?.at} now={now} />
      </td>
      <td>
        <Action
          to="/ui/dead-letters/resend"
          label="Send again"
          identity={identity}
          fields={{ execution: id, callback, back, key: `${requestId}-${callback}` }}
        />
      </td>
    </tr>
  );
}

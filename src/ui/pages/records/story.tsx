// A record's executions as a story, the oldest first: what came, what followed, how it ended.
import type { ExecutionSummaryFacts } from "../../../http/execution-view.ts";
import { shortened } from "../../parts/execution-table.tsx";
import { Badge, exact, span, When } from "../../parts/pieces.tsx";
import { Linked } from "../execution/linked.tsx";

interface StoryProps {
  /** The oldest first; one at least. */
  readonly executions: readonly ExecutionSummaryFacts[];
  readonly now: number;
}

export function Story({ executions, now }: StoryProps) {
  const counts = Map.groupBy(executions, ({ state }) => state);
  const [first] = executions;
  const last = executions.at(-1);
  return (
    <>
      <ul class="row plain-row" aria-label="How many stand in which state">
        {[...counts].map(([state, { length }]) => (
          <li>
            {length.toLocaleString("en")} <Badge state={state} />
          </li>
        ))}
        {first && last && first !== last && (
          <li class="faint">over {span(Date.parse(last.admittedAt) - Date.parse(first.admittedAt))}</li>
        )}
      </ul>
      <ol class="story" aria-label="What happened, from the beginning on">
        {executions.map((execution) => (
          <Chapter execution={execution} now={now} />
        ))}
      </ol>
    </>
  );
}

function Chapter({ execution, now }: { readonly execution: ExecutionSummaryFacts; readonly now: number }) {
  const { id, event, rule, state, reason, deliveries, admittedAt, startedAt, endedAt, cancelRequest, replay } =
    execution;
  const { canceled } = execution;
  return (
    <li>
      <div class="head">
        <h2>
          <a href={`/ui/executions/${encodeURIComponent(id)}`} dir="auto">
            {event.type === "" ? "(no type)" : shortened(event.type)}
          </a>{" "}
          <Badge state={state} />
        </h2>
        <small>
          <When at={admittedAt} now={now} /> · {exact(admittedAt)}
        </small>
      </div>
      <p dir="auto">
        From {event.source}, event {shortened(event.id)};{" "}
        {rule === null ? "no rule took it" : `taken by the rule ${rule}`}
        {replay && (
          <>
            , as <Linked text={`${replay.intent} of ${replay.of}`} />
          </>
        )}
        .{startedAt !== null && ` Started after ${span(Date.parse(startedAt) - Date.parse(admittedAt))}`}
        {startedAt !== null && (endedAt === null ? ", and goes on." : ".")}
        {endedAt !== null &&
          startedAt !== null &&
          ` It took ${span(Math.max(Date.parse(endedAt) - Date.parse(startedAt), 0))}.`}
      </p>
      {reason !== null && (
        <p dir="auto">
          <Linked text={reason} />
        </p>
      )}
      {cancelRequest !== null && <p dir="auto">Its cancel was asked for by {cancelRequest.by}.</p>}
      {canceled.length > 0 && (
        <p>
          It canceled <Linked text={canceled.map((each) => each.id).join(", ")} />.
        </p>
      )}
      {deliveries.length > 0 && (
        <p class="row">
          {deliveries.map(({ callback, state: delivery }) => (
            <span>
              {callback} <Badge state={endedAt === null && delivery === "due" ? "waits" : delivery} />
            </span>
          ))}
        </p>
      )}
    </li>
  );
}

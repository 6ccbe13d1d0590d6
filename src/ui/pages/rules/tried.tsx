// What the rules would do about an event: those that take it, with every value, and what kept the others from it.
import { Badge, Facts, Json, span } from "../../parts/pieces.tsx";

interface Condition {
  readonly text: string;
  readonly outcome: string;
  readonly values?: readonly { readonly path: string; readonly value?: unknown }[];
}

interface Expression {
  readonly path: string;
  readonly text: string;
  readonly outcome: string;
  readonly value?: unknown;
}

interface Taken {
  readonly rule: string;
  readonly does: string;
  readonly reason: string | null;
  readonly when: readonly Condition[] | null;
  readonly expressions: readonly Expression[];
  readonly recordId: string | null;
  readonly engine: string;
  readonly start: unknown;
  readonly cancel: unknown;
  readonly dedupe: { readonly key: string; readonly windowMs: number; readonly onDuplicate: string };
  readonly callbacks: readonly string[];
  readonly known?: { readonly execution: string; readonly state: string; readonly verdict: string } | null;
}

interface NotTaken {
  readonly rule: string;
  readonly failed: string;
  readonly expected?: unknown;
  readonly actual?: unknown;
  readonly parts?: readonly Condition[];
  readonly takenBy?: string;
}

/** As POST /api/rules/test answers. */
export interface TrialFacts {
  readonly warning?: string;
  readonly request: { readonly verified: boolean | null; readonly refused: unknown } | null;
  readonly events: readonly {
    readonly event: { readonly type: string };
    readonly taken: readonly Taken[];
    readonly notTaken: readonly NotTaken[];
  }[];
  readonly moreEvents: number;
}

export function Tried({ trial }: { readonly trial: TrialFacts }) {
  const { warning, request, events, moreEvents } = trial;
  return (
    <>
      {warning !== undefined && <p class="notice">{warning}</p>}
      {request && (
        <p>
          The sender <Badge state={request.verified === false ? "refused" : "ok"} />
        </p>
      )}
      {request?.refused !== null && request?.refused !== undefined && (
        <Json value={request.refused} label="Why it is refused" />
      )}
      {events.map(({ event, taken, notTaken }) => (
        <>
          {events.length > 1 && <h2 dir="auto">{event.type}</h2>}
          {taken.length === 0 && <p class="notice">No rule takes it.</p>}
          {taken.map((each) => (
            <TakenSheet taken={each} />
          ))}
          {notTaken.map((each) => (
            <NotTakenSheet notTaken={each} />
          ))}
        </>
      ))}
      {moreEvents > 0 && <p class="faint">And {moreEvents} events more.</p>}
    </>
  );
}

function TakenSheet({ taken }: { readonly taken: Taken }) {
  const { rule, does, reason, when, expressions, recordId, engine, start, cancel, dedupe, callbacks, known } = taken;
  return (
    <section class="sheet">
      <h2>
        {rule} <Badge state={does === "invalid" ? "invalid" : `${does}s`} />
      </h2>
      {reason !== null && <p dir="auto">{reason}</p>}
      {when !== null && <Conditions conditions={when} />}
      <Facts
        facts={[
          ["Record", recordId === null ? null : <span class="id">{recordId}</span>],
          ["Engine", engine],
          ["Dedupe key", <span dir="auto">{dedupe.key}</span>],
          ["Its window", `${span(dedupe.windowMs)}, then ${dedupe.onDuplicate}`],
          ["Callbacks", callbacks.join(", ") || null],
          [
            "Known already",
            known ? (
              <a
                href={`/ui/executions/${encodeURIComponent(known.execution)}`}
              >{`${known.state}: it would be ${known.verdict}`}</a>
            ) : null,
          ],
        ]}
      />
      {expressions.length > 0 && (
        <div class="table">
          <table aria-label={`Expressions of ${rule}`}>
            <thead>
              <tr>
                <th scope="col">Where</th>
                <th scope="col">Expression</th>
                <th scope="col">Value</th>
              </tr>
            </thead>
            <tbody>
              {expressions.map(({ path, text, outcome, value }) => (
                <tr>
                  <td>
                    <code>{path}</code>
                  </td>
                  <td>
                    <code>{text}</code>
                  </td>
                  <td dir="auto">
                    {outcome === "value" ? <code>{JSON.stringify(value)}</code> : <Badge state={outcome} />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {start !== null && (
        <>
          <h3>The start request</h3>
          <Json value={start} label="The start request" />
        </>
      )}
      {cancel !== null && cancel !== undefined && (
        <>
          <h3>What is canceled</h3>
          <Json value={cancel} label="What is canceled" />
        </>
      )}
    </section>
  );
}

function NotTakenSheet({ notTaken }: { readonly notTaken: NotTaken }) {
  const { rule, failed, expected, actual, parts, takenBy } = notTaken;
  return (
    <section class="sheet faint">
      <h2>
        {rule} <Badge state="does not take it" />
      </h2>
      <p dir="auto">{WHY[failed] ?? failed}</p>
      {expected !== undefined && (
        <p dir="auto">
          It wants <code>{JSON.stringify(expected)}</code>, and this is <code>{JSON.stringify(actual)}</code>.
        </p>
      )}
      {takenBy !== undefined && <p>{takenBy} was first.</p>}
      {parts && <Conditions conditions={parts} />}
    </section>
  );
}

const WHY: Readonly<Record<string, string>> = {
  enabled: "It is switched off.",
  source: "It looks at another source.",
  on: "The type is none of those that it is about.",
  when: "Its condition does not hold:",
  first: "Its source takes the first match only.",
};

function Conditions({ conditions }: { readonly conditions: readonly Condition[] }) {
  return (
    <ul class="plain-list">
      {conditions.map(({ text, outcome, values = [] }) => (
        <li dir="auto">
          <Badge state={outcome === "true" ? "ok" : outcome === "false" ? "refused" : outcome} /> <code>{text}</code>{" "}
          {values.map(({ path, value }) => (
            <small>
              {path} = {JSON.stringify(value) ?? "nothing"}{" "}
            </small>
          ))}
        </li>
      ))}
    </ul>
  );
}

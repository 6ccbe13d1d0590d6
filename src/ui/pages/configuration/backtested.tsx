// What an edited configuration would have done about the events of the last days.
import { shortened } from "../../parts/execution-table.tsx";
import { Json } from "../../parts/pieces.tsx";

/** As POST /api/rules/backtest answers. */
export interface BacktestFacts {
  readonly events: number;
  readonly unchanged: number;
  readonly changed: number;
  readonly complete: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly rules: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly changes: readonly {
    readonly event: { readonly id: string; readonly source: string; readonly type: string; readonly time: string };
    readonly executions: readonly { readonly id: string }[];
    readonly differences: readonly { readonly rule: string; readonly kinds: readonly string[] }[];
  }[];
}

const SHOWN = 20;

export function Backtested({ report }: { readonly report: BacktestFacts }) {
  const { events, changed, complete, rules, changes } = report;
  return (
    <section class="sheet">
      <h2>
        Of the last {events.toLocaleString("en")} events, {changed.toLocaleString("en")} would be treated otherwise
      </h2>
      {!complete && <p class="faint">There are more; npm run config:backtest looks at all of them.</p>}
      <ul>
        {Object.entries(rules).map(([rule, kinds]) => (
          <li>
            {rule}:{" "}
            {Object.entries(kinds)
              .map(([kind, count]) => `${count} ${worded(kind)}`)
              .join(", ")}
          </li>
        ))}
      </ul>
      {changes.slice(0, SHOWN).map(({ event, executions, differences }) => (
        <details>
          <summary dir="auto">
            {event.source} · {event.type} · {shortened(event.id)}:{" "}
            {differences.map(({ rule, kinds }) => `${rule} ${kinds.map(worded).join(", ")}`).join(", ")}
          </summary>
          {executions.map(({ id }) => (
            <p>
              <a href={`/ui/executions/${encodeURIComponent(id)}`}>{id}</a>
            </p>
          ))}
          <Json value={differences} label="What would differ" />
        </details>
      ))}
    </section>
  );
}

/** startsNoMore → starts no more */
function worded(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

// Whether engines, callbacks and sources are well, on the overview: what is not comes first.
import type { CallbackFacts } from "../../../http/api-callbacks.ts";
import type { Stats } from "../../../http/api-stats.ts";
import type { SourceSummary } from "../../../http/operations-setup.ts";
import type { EngineFacts } from "../../../http/operations-work.ts";
import { Badge, When } from "../../parts/pieces.tsx";

interface HealthProps {
  /** null where nobody can say */
  readonly engines: readonly EngineFacts[] | null;
  readonly callbacks: readonly CallbackFacts[] | null;
  readonly sources: readonly SourceSummary[] | null;
  readonly deliveries: Stats["deliveries"];
  readonly now: number;
}

export function Health({ engines, callbacks, sources, deliveries, now }: HealthProps) {
  return (
    <div class="columns">
      <section class="sheet">
        <h2>
          <a href="/ui/engines">Engines</a>
        </h2>
        <Rows
          rows={engines?.map(({ id, state, paused, openedAt }) => ({
            id,
            href: "/ui/engines",
            state,
            note: state === "working" ? "" : <When at={paused?.since ?? openedAt} now={now} />,
          }))}
        />
      </section>
      <section class="sheet">
        <h2>
          <a href="/ui/callbacks">Callbacks</a>
        </h2>
        <Rows
          rows={callbacks?.map(({ id, state }) => ({
            id,
            href: "/ui/callbacks",
            state,
            note: delivered(deliveries[id]),
          }))}
        />
      </section>
      <section class="sheet">
        <h2>
          <a href="/ui/sources">Sources</a>
        </h2>
        <Rows
          rows={sources?.map(({ id, state, silentSince, lastEventAt }) => ({
            id,
            href: `/ui/sources/${encodeURIComponent(id)}`,
            state: silentSince === null ? state : "silent",
            note: lastEventAt === null ? "never heard of" : <When at={lastEventAt} now={now} />,
          }))}
        />
      </section>
    </div>
  );
}

interface Row {
  readonly id: string;
  readonly href: string;
  readonly state: string;
  readonly note: ReturnType<typeof When> | string;
}

const WELL = new Set(["working", "active"]);

function Rows({ rows }: { readonly rows: readonly Row[] | undefined }) {
  if (!rows) return <p class="faint">Nobody can say now.</p>;
  if (rows.length === 0) return <p class="faint">None are configured.</p>;
  const sorted = rows.toSorted((a, b) => Number(WELL.has(a.state)) - Number(WELL.has(b.state)));
  return (
    <ul class="plain-list">
      {sorted.map(({ id, href, state, note }) => (
        <li>
          <a href={href}>{id}</a> <Badge state={state} /> <small>{note}</small>
        </li>
      ))}
    </ul>
  );
}

function delivered(states: Readonly<Record<string, number>> = {}): string {
  const parts = Object.entries(states).map(([state, count]) => `${count.toLocaleString("en")} ${state}`);
  return parts.length === 0 ? "nothing sent in this time" : parts.join(", ");
}

// What bulk work would do, before it is done: how many, what stands in the way, and the button that begins it.
import type { Identity } from "../../../core/role.ts";
import { Action, Badge, Facts } from "../../parts/pieces.tsx";
import type { Filter } from "./filters.tsx";
import { EXPLAINED, intentFrom, LABELS } from "./intents.ts";

/** As POST /api/replays answers with preview. */
export interface BulkPreview {
  readonly looked: number;
  readonly complete: boolean;
  readonly counts: Readonly<Record<string, number>>;
  /** What stands in the way: how often, and one example in words. */
  readonly reasons: Readonly<Record<string, Tally>>;
  /** What it does to dedupe, in words. */
  readonly dedupe: string;
  readonly starts?: number;
  readonly cancels?: number;
}

interface Tally {
  readonly count: number;
  readonly example: { readonly of: string; readonly detail: string };
}

interface ConfirmationProps {
  readonly intent: string;
  readonly filter: Filter;
  readonly preview: BulkPreview;
  readonly identity: Identity;
  readonly requestId: string;
}

export function Confirmation({ intent, filter, preview, identity, requestId }: ConfirmationProps) {
  const { looked, complete, counts, reasons, dedupe, starts = 0, cancels = 0 } = preview;
  const known = intentFrom(intent);
  const doable = looked - (counts["be-refused"] ?? 0);
  const total = `${doable.toLocaleString("en")} ${doable === 1 ? "execution" : "executions"}`;
  return (
    <>
      <h1>
        {known ? LABELS[known] : intent}: {total}
        {complete ? "" : " and more"}?
      </h1>
      <section class="sheet">
        {known && <p>{EXPLAINED[known]}</p>}
        <p>{dedupe}</p>
        <Facts
          facts={[
            ["Which", Object.entries(filter).map(([name, value]) => <code dir="auto">{`${name}=${value} `}</code>)],
            ...(intent === "resend" ? [["To", filter.callback ?? "all of their callbacks"] as const] : []),
            ["Looked at", `${looked.toLocaleString("en")}${complete ? ", which is all" : ", the newest"}`],
            ["Would come of it", <Counts counts={counts} />],
            ...(starts > 0 ? [["Would start", starts.toLocaleString("en")] as const] : []),
            ...(cancels > 0 ? [["Would cancel", cancels.toLocaleString("en")] as const] : []),
          ]}
        />
        <InTheWay reasons={reasons} />
      </section>
      <div class="row">
        {doable > 0 && (
          <Action
            to="/ui/executions/bulk"
            label={`Do it for ${complete ? total : "all of them"}`}
            tone="main"
            identity={identity}
            fields={{
              intent,
              filter: String(new URLSearchParams(filter)),
              key: requestId,
              of: complete ? String(looked) : "",
            }}
          />
        )}
        <a class="button" href={`/ui/executions?${new URLSearchParams(filter)}`}>
          {doable > 0 ? "Leave it" : "Back"}
        </a>
      </div>
      <p class="faint">
        It goes on by itself, portion after portion, and its page says how far it has come. What comes in from now on is
        not meant.
      </p>
    </>
  );
}

function Counts({ counts }: Pick<BulkPreview, "counts">) {
  return (
    <>
      {Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([name, count]) => (
          <>
            {count.toLocaleString("en")} <Badge state={name} />{" "}
          </>
        ))}
    </>
  );
}

function InTheWay({ reasons }: Pick<BulkPreview, "reasons">) {
  const all = Object.entries(reasons);
  if (all.length === 0) return null;
  return (
    <>
      <h2>In the way</h2>
      <ul class="plain-list">
        {all.map(([reason, { count, example }]) => (
          <li dir="auto">
            {count.toLocaleString("en")} × <strong>{reason}</strong>, such as{" "}
            <a class="id" href={`/ui/executions/${encodeURIComponent(example.of)}`}>
              {example.of}
            </a>
            : {example.detail}
          </li>
        ))}
      </ul>
    </>
  );
}

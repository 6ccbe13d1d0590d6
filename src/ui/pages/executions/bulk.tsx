// What bulk work would do, before it is done: how many, what stands in the way, and the button that begins it.
import type { Identity } from "../../../core/role.ts";
import { Action, Badge, Facts } from "../../parts/pieces.tsx";
import type { Filter } from "./filters.tsx";

/** As POST /api/replays answers with preview. */
export interface BulkPreview {
  readonly looked: number;
  readonly complete: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly starts?: number;
  readonly cancels?: number;
}

interface ConfirmationProps {
  readonly intent: string;
  readonly filter: Filter;
  readonly callback: string;
  readonly preview: BulkPreview;
  readonly identity: Identity;
}

export function Confirmation({ intent, filter, callback, preview, identity }: ConfirmationProps) {
  const { looked, complete, counts, reasons, starts, cancels } = preview;
  const listed = (numbers: Readonly<Record<string, number>>) =>
    Object.entries(numbers).map(([name, count]) => (
      <>
        {count.toLocaleString("en")} <Badge state={name} />{" "}
      </>
    ));
  return (
    <>
      <h1>
        {intent} {looked.toLocaleString("en")} {looked === 1 ? "execution" : "executions"}
        {complete ? "" : " and more"}?
      </h1>
      <section class="sheet">
        <Facts
          facts={[
            ["Which", Object.entries(filter).map(([name, value]) => <code dir="auto">{`${name}=${value} `}</code>)],
            ["Callback", callback || "all of theirs"],
            ["What would come of it", listed(counts)],
            ["In the way", Object.keys(reasons).length === 0 ? "nothing" : listed(reasons)],
            ["Starts", starts],
            ["Cancels", cancels],
          ]}
        />
      </section>
      <div class="row">
        <Action
          to="/ui/executions/bulk"
          label="Do it"
          tone="main"
          identity={identity}
          fields={{ intent, callback, filter: String(new URLSearchParams(filter)), confirmed: "yes" }}
        />
        <a class="button" href={`/ui/executions?${new URLSearchParams(filter)}`}>
          Leave it
        </a>
      </div>
      <p class="faint">It goes on by itself, portion after portion, and its page says how far it has come.</p>
    </>
  );
}

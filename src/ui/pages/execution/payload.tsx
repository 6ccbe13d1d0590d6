// A payload of an execution, or why it is not to be seen.
import type { Child } from "hono/jsx";
import type { ExecutionFacts } from "../../../http/execution-view.ts";
import { Json } from "../../parts/pieces.tsx";

interface PayloadProps {
  readonly title: string;
  readonly value: unknown;
  readonly payloads: ExecutionFacts["payloads"];
  /** What it means that there is none. */
  readonly none?: string;
  readonly children?: Child;
}

const NOT_SHOWN = {
  hidden: "Hidden: payloads are shown to operators and admins.",
  dropped: "Not kept: it was dropped once everything was settled, as keepPayloads says.",
} as const;

export function Payload({ title, value, payloads, none = "There is none.", children }: PayloadProps) {
  const nothing = value === null || value === undefined;
  const why = payloads === "shown" ? none : NOT_SHOWN[payloads];
  return (
    <section class="sheet">
      <div class="head">
        <h2>{title}</h2>
        {children}
      </div>
      {nothing ? <p class="faint">{why}</p> : <Json value={value} label={title} />}
    </section>
  );
}

// A payload of an execution, or why it is not to be seen.
import type { Child } from "hono/jsx";
import { Json } from "../../parts/pieces.tsx";

interface PayloadProps {
  readonly title: string;
  readonly value: unknown;
  readonly hidden: boolean;
  /** What it means that there is none. */
  readonly none?: string;
  readonly children?: Child;
}

export function Payload({ title, value, hidden, none = "There is none.", children }: PayloadProps) {
  return (
    <section class="sheet">
      <div class="head">
        <h2>{title}</h2>
        {children}
      </div>
      {hidden && <p class="faint">Hidden: payloads are shown to operators and admins.</p>}
      {!hidden && (value === null || value === undefined) && <p class="faint">{none}</p>}
      {!hidden && value !== null && value !== undefined && <Json value={value} label={title} />}
    </section>
  );
}

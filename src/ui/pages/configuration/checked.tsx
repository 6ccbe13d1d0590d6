// What is said of an edited configuration before it is saved: its faults, or what it would change.
import type { DifferenceFacts } from "../../../http/operations-setup.ts";
import type { Answer } from "../../api.ts";
import { Differences } from "../../parts/differences.tsx";
import { Refused } from "../../parts/pieces.tsx";

export type CheckAnswer = Answer<{ readonly differences: readonly DifferenceFacts[] }>;

export function Checked({ answer }: { readonly answer: CheckAnswer }) {
  if (!answer.ok) return <Refused problem={answer.problem} />;
  const { differences } = answer.value;
  return (
    <section class="sheet">
      <h2>{differences.length === 0 ? "It is right, and changes nothing" : "It is right, and would change:"}</h2>
      {differences.length > 0 && <Differences differences={differences} />}
    </section>
  );
}

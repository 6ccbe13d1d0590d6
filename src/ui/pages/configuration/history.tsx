// The revisions that there were, the newest first.
import type { RevisionFactsView } from "../../../http/operations-setup.ts";
import { Badge, When } from "../../parts/pieces.tsx";

interface HistoryProps {
  readonly revisions: readonly RevisionFactsView[];
  readonly newest: number;
  readonly now: number;
}

export function History({ revisions, newest, now }: HistoryProps) {
  return (
    <section>
      <h2>History</h2>
      <div class="table">
        <table aria-label="Revisions">
          <thead>
            <tr>
              <th scope="col">Revision</th>
              <th scope="col">When</th>
              <th scope="col">By whom</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {revisions.map(({ revision, at, author, note }) => (
              <tr>
                <td>
                  <a href={`/ui/configuration/revisions/${revision}`}>Revision {revision}</a>{" "}
                  {revision === newest && <Badge state="newest" />}
                </td>
                <td>
                  <When at={at} now={now} />
                </td>
                <td dir="auto">{author}</td>
                <td dir="auto">{note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

// What is owed to each callback, and sending it again to one.
import type { Identity } from "../../../core/role.ts";
import type { ExecutionFacts } from "../../../http/execution-view.ts";
import { Action, Badge, When } from "../../parts/pieces.tsx";
import { isOver } from "./actions.tsx";
import { saidOnce } from "./timeline.tsx";

interface DeliveriesProps {
  readonly execution: ExecutionFacts;
  readonly path: string;
  readonly identity: Identity;
  readonly now: number;
  readonly requestId: string;
}

export function Deliveries({ execution, path, identity, now, requestId }: DeliveriesProps) {
  const { deliveries, timeline, state } = execution;
  if (deliveries.length === 0) return null;
  return (
    <section class="sheet">
      <h2>Callbacks</h2>
      <div class="table flat">
        <table aria-label="Callbacks">
          <thead>
            <tr>
              <th scope="col">Callback</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Attempts
              </th>
              <th scope="col">Next attempt</th>
              <th scope="col">Last said</th>
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {deliveries.map(({ callback, state: delivery, attempts, nextAt }) => {
              const last = timeline.findLast((line) => line.callback === callback);
              return (
                <tr>
                  <td>
                    <a href="/ui/callbacks">{callback}</a>
                  </td>
                  <td>
                    <Badge state={isOver(state) ? delivery : "waits"} />
                  </td>
                  <td class="number">{attempts}</td>
                  <td>
                    <When at={nextAt} now={now} />
                  </td>
                  <td class="words" dir="auto">
                    {last ? `${saidOnce(last.status, last.detail)}${last.detail ?? ""}` : "–"}
                  </td>
                  <td>
                    {isOver(state) && (
                      <Action
                        to={`${path}/replay`}
                        label="Send again"
                        identity={identity}
                        fields={{ intent: "resend", callback, key: `${requestId}-${callback}` }}
                      />
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

// What a person can do about an execution, by how it stands: cancel, hold, release, or do it once more. Whether it is done, the API
// decides; here stands only what would make sense to ask for.
import { INTENTS, type Intent, objectionTo, type ReplayRequest } from "../../../core/replay.ts";
import { type Identity, mayActAs } from "../../../core/role.ts";
import { isActive } from "../../../core/run-state.ts";
import type { ExecutionFacts } from "../../../http/execution-view.ts";
import { Action } from "../../parts/pieces.tsx";
import { EXPLAINED, LABELS } from "../executions/intents.ts";

interface ActionsProps {
  readonly execution: ExecutionFacts;
  readonly path: string;
  readonly identity: Identity;
}

export function isOver(state: ExecutionFacts["state"]): boolean {
  return !isActive(state);
}

export function Actions({ execution, path, identity }: ActionsProps) {
  const { state, cancelRequest } = execution;
  if (isOver(state) || !mayActAs(identity, "operator")) return null;
  return (
    <div class="row">
      {state === "queued" && <Action to={`${path}/hold`} label="Hold" identity={identity} />}
      {cancelRequest === null && (
        <Action
          to={`${path}/cancel`}
          label="Cancel"
          tone="danger"
          identity={identity}
          confirm="Cancel this execution? Its callbacks are told that it was canceled."
        />
      )}
    </div>
  );
}

/** Three ways out of being held, as somebody has found out at the engine. */
export function Release({ execution: { state }, path, identity }: ActionsProps) {
  if (state !== "held" || !mayActAs(identity, "operator")) return null;
  const to = `${path}/release`;
  return (
    <section class="sheet">
      <h2>Release</h2>
      <p>Look for a run of this record at the engine, and say what you have found.</p>
      <ul class="plain-list">
        <li>
          <Action to={to} label="There is no run: start it" tone="main" identity={identity} fields={{ as: "start" }} />
        </li>
        <li>
          <Action to={to} label="There is this run: follow it" identity={identity} fields={{ as: "running" }}>
            <label for="runId">Run id</label>
            <input id="runId" name="runId" required maxlength={200} autocomplete="off" spellcheck={false} />
          </Action>
        </li>
        <li>
          <Action to={to} label="Let it be over" tone="danger" identity={identity}>
            <label for="as">As</label>
            <select id="as" name="as">
              <option value="canceled">canceled</option>
              <option value="failed">failed</option>
            </select>
            <label for="reason">Why</label>
            <input id="reason" name="reason" required maxlength={500} />
          </Action>
        </li>
      </ul>
    </section>
  );
}

interface ReplaysProps extends ActionsProps {
  readonly requestId: string;
}

/** Every intent, each with what it does, or what stands in its way. */
export function Replays({ execution, path, identity, requestId }: ReplaysProps) {
  if (!mayActAs(identity, "operator")) return null;
  return (
    <section class="sheet">
      <h2>Do it once more</h2>
      <ul class="intents">
        {INTENTS.map((intent) => {
          const objection = objectionTo(requestFor(intent), replayable(execution), () => true);
          return (
            <li>
              <div>
                <strong>{LABELS[intent]}</strong>
                <br />
                <span>{EXPLAINED[intent]}</span>
                {objection && (
                  <>
                    <br />
                    <small>Not now: {objection.detail}</small>
                  </>
                )}
              </div>
              {!objection && (
                <Action
                  to={`${path}/replay`}
                  label={LABELS[intent]}
                  identity={identity}
                  fields={{ intent, key: `${requestId}-${intent}` }}
                />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function requestFor(intent: Intent): ReplayRequest {
  if (intent === "re-evaluate") return { intent, revision: "today" };
  return intent === "resend" ? { intent, callback: null } : { intent };
}

function replayable({ state, runId, reason, cancel, endedAt, deliveries, payloads }: ExecutionFacts) {
  return {
    ...(payloads === "dropped" ? { payloadDropped: true as const } : {}),
    run: state,
    runId,
    reason,
    cancel,
    endedAt: endedAt === null ? null : Date.parse(endedAt),
    deliveries: deliveries.map((each) => ({ ...each, nextAt: each.nextAt === null ? null : Date.parse(each.nextAt) })),
  };
}

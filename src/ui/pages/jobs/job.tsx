// One job, as it goes on: how far it has come, what came of the executions, the first that could not be done, and stopping it.
import type { Identity } from "../../../core/role.ts";
import type { JobFacts } from "../../../http/api-jobs.ts";
import { Action, Badge, Facts, Live, When } from "../../parts/pieces.tsx";
import { EXPLAINED, intentFrom, LABELS } from "../executions/intents.ts";

interface JobProps {
  readonly job: JobFacts;
  /** How many a preview has counted; undefined where nobody has. */
  readonly expected: number | undefined;
  readonly identity: Identity;
  readonly now: number;
}

export function Job({ job, expected, identity, now }: JobProps) {
  const path = `/ui/jobs/${encodeURIComponent(job.id)}`;
  const url = expected === undefined ? path : `${path}?of=${expected}`;
  const content = <Progress job={job} expected={expected} path={path} identity={identity} now={now} />;
  return job.state === "running" ? (
    <Live id="job" url={url} seconds={2}>
      {content}
    </Live>
  ) : (
    <div id="job">{content}</div>
  );
}

function Progress({ job, expected, path, identity, now }: JobProps & { readonly path: string }) {
  const { intent, state, looked, counts, failures, filter, callback, createdAt, createdBy, updatedAt } = job;
  const known = intentFrom(intent);
  return (
    <>
      <div class="head">
        <h1>
          {known ? LABELS[known] : intent}: {looked.toLocaleString("en")} {state === "running" ? "so far" : "in all"}{" "}
          <Badge state={state} />
        </h1>
        {state === "running" && (
          <Action
            to={`${path}/cancel`}
            label="Stop"
            tone="danger"
            identity={identity}
            confirm="Stop this job? What it has done stays done."
          />
        )}
      </div>
      <section class="sheet">
        <Bar state={state} looked={looked} expected={expected} />
        <ul class="row plain-row" aria-label="What came of them">
          {Object.entries(counts).map(([outcome, count]) => (
            <li>
              {count.toLocaleString("en")} <Badge state={outcome} />
            </li>
          ))}
        </ul>
        {looked === 0 && state === "done" && <p>Nothing fitted the filter.</p>}
        {state === "running" && looked === 0 && <p class="faint">It begins at once, or with the next sweep.</p>}
        {known && <p class="faint">{EXPLAINED[known]}</p>}
        <Facts
          facts={[
            ["Filter", <a href={`/ui/executions?${new URLSearchParams(filter)}`}>{said(filter)}</a>],
            ["Callback", callback ?? "all of theirs"],
            ["Begun", <When at={createdAt} now={now} />],
            ["By", <span dir="auto">{createdBy}</span>],
            ["Last at work", <When at={updatedAt} now={now} />],
          ]}
        />
      </section>
      {failures.length > 0 && <Failures failures={failures} />}
    </>
  );
}

function said(filter: Readonly<Record<string, string>>): string {
  return Object.entries(filter)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

interface BarProps {
  readonly state: JobFacts["state"];
  readonly looked: number;
  readonly expected: number | undefined;
}

/** Without a count to go by it only says that something is being done. */
function Bar({ state, looked, expected }: BarProps) {
  if (state === "canceled") return null;
  if (state === "done") return <progress aria-label="Progress" max={1} value={1} />;
  if (expected === undefined) return <progress aria-label="Progress" />;
  return (
    <>
      <progress aria-label="Progress" max={expected} value={Math.min(looked, expected)} />
      <p class="faint">
        {looked.toLocaleString("en")} of about {expected.toLocaleString("en")}
      </p>
    </>
  );
}

function Failures({ failures }: Pick<JobFacts, "failures">) {
  return (
    <>
      <h2>The first that could not be done</h2>
      <div class="table">
        <table aria-label="The first that could not be done">
          <thead>
            <tr>
              <th scope="col">Execution</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {failures.map(({ of, detail }) => (
              <tr>
                <td>
                  <a class="id" href={`/ui/executions/${encodeURIComponent(of)}`}>
                    {of}
                  </a>
                </td>
                <td class="words" dir="auto">
                  {detail}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

// Bulk work: what was asked for, how far it has come, what could not be done; and stopping it.
import { Hono } from "hono";
import type { JobFacts } from "../../http/api-jobs.ts";
import type { UiEnv } from "../context.ts";
import { done, page, refused } from "../page.tsx";
import { Badge, Empty, Live, When } from "../parts/pieces.tsx";
import { Job } from "./jobs/job.tsx";

const FRAME = { title: "Jobs", section: "jobs" } as const;

export const jobs = new Hono<UiEnv>()
  .get("/jobs", async (c) => {
    const found = await c.var.api.get<{ jobs: JobFacts[] }>("/jobs");
    if (!found.ok) return refused(c, FRAME, found.problem);
    const { jobs: all } = found.value;
    return page(
      c,
      FRAME,
      <>
        <h1>Jobs</h1>
        {all.length === 0 ? (
          <Empty title="There has been no bulk work.">
            <p>
              A job does something for everything that a filter means: filter the{" "}
              <a href="/ui/executions">executions</a>, or send what is in the{" "}
              <a href="/ui/dead-letters">dead letters</a> again.
            </p>
          </Empty>
        ) : (
          <Live id="jobs" url="/ui/jobs">
            <JobTable jobs={all} now={c.env.now()} />
          </Live>
        )}
      </>,
    );
  })
  .get("/jobs/:id", async (c) => {
    const id = c.req.param("id");
    const found = await c.var.api.get<JobFacts>(`/jobs/${encodeURIComponent(id)}`);
    if (!found.ok) return refused(c, { ...FRAME, title: "Job" }, found.problem);
    return page(
      c,
      { ...FRAME, title: `Job: ${found.value.intent}` },
      <Job job={found.value} expected={countIn(c.req.query("of"))} identity={c.var.identity} now={c.env.now()} />,
    );
  })
  .post("/jobs/:id/cancel", async (c) => {
    const path = `/jobs/${encodeURIComponent(c.req.param("id"))}`;
    const answer = await c.var.api.send("POST", `${path}/cancel`);
    return done(c, { ...FRAME, title: "Job" }, answer, { to: `/ui${path}`, word: "stopped" });
  });

/** How many the preview has counted, which the address of a fresh job says. */
function countIn(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

function JobTable({ jobs: all, now }: { readonly jobs: readonly JobFacts[]; readonly now: number }) {
  return (
    <div class="table">
      <table aria-label="Jobs, the newest first">
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Looked at
            </th>
            <th scope="col">What came of them</th>
            <th scope="col">By</th>
            <th scope="col">Begun</th>
            <th scope="col">Last seen at work</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ id, intent, state, looked, counts, createdBy, createdAt, updatedAt }) => (
            <tr>
              <td>
                <a href={`/ui/jobs/${encodeURIComponent(id)}`}>{intent}</a>
              </td>
              <td>
                <Badge state={state} />
              </td>
              <td class="number">{looked.toLocaleString("en")}</td>
              <td>
                {Object.entries(counts).map(([outcome, count]) => (
                  <>
                    {count.toLocaleString("en")} <Badge state={outcome} />{" "}
                  </>
                ))}
              </td>
              <td dir="auto">{createdBy}</td>
              <td>
                <When at={createdAt} now={now} />
              </td>
              <td>
                <When at={updatedAt} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// The senders: how each is set up, when it was last heard, what was refused and why.
import { Hono } from "hono";
import type { SourceFacts, SourceSummary } from "../../http/operations-setup.ts";
import type { UiEnv } from "../context.ts";
import { done, page, refused } from "../page.tsx";
import { Badge, Empty, Live, When } from "../parts/pieces.tsx";
import { SourceDetails, SourceNotes } from "./sources/source.tsx";

const FRAME = { title: "Sources", section: "sources" } as const;

export const sources = new Hono<UiEnv>()
  .get("/sources", async (c) => {
    const found = await c.var.api.get<{ sources: SourceSummary[] }>("/sources");
    if (!found.ok) return refused(c, FRAME, found.problem);
    const all = found.value.sources;
    return page(
      c,
      FRAME,
      <>
        <h1>Sources</h1>
        {all.length === 0 && (
          <Empty title="No sender is configured.">
            <p>
              Add one to <code>sources</code> in the <a href="/ui/configuration">configuration</a>.
            </p>
          </Empty>
        )}
        <Live id="sources" url="/ui/sources">
          {all.length > 0 && <SourceTable sources={all} now={c.env.now()} />}
        </Live>
      </>,
    );
  })
  .get("/sources/:id", async (c) => {
    const id = c.req.param("id");
    const found = await c.var.api.get<SourceFacts>(`/sources/${encodeURIComponent(id)}`);
    if (!found.ok) return refused(c, FRAME, found.problem);
    const url = `/ui/sources/${encodeURIComponent(id)}`;
    return page(
      c,
      { ...FRAME, title: id },
      <>
        <div class="head">
          <h1>{id}</h1>
          <a href={`/ui/executions?source=${encodeURIComponent(id)}`}>Executions of this source</a>
        </div>
        <Live id="source" url={url}>
          <SourceDetails
            source={found.value}
            origin={new URL(c.req.url).origin}
            identity={c.var.identity}
            now={c.env.now()}
          />
          <SourceNotes title="Refused" notes={found.value.refused} now={c.env.now()} />
          <SourceNotes title="Taken by no rule" notes={found.value.unmatched} now={c.env.now()} />
        </Live>
      </>,
    );
  })
  .post("/sources/:id/compare", async (c) => {
    const path = `/sources/${encodeURIComponent(c.req.param("id"))}`;
    const answer = await c.var.api.send<{ missed: number }>("POST", `${path}/compare`);
    const word = answer.ok && answer.value.missed > 0 ? "missed" : "compared";
    return done(c, FRAME, answer, { to: `/ui${path}`, word });
  })
  .post("/sources/:id/release", async (c) => {
    const path = `/sources/${encodeURIComponent(c.req.param("id"))}`;
    const answer = await c.var.api.send("POST", `${path}/release`);
    return done(c, FRAME, answer, { to: `/ui${path}`, word: "forgotten" });
  });

function SourceTable({ sources: all, now }: { readonly sources: readonly SourceSummary[]; readonly now: number }) {
  return (
    <div class="table">
      <table aria-label="Sources">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Preset</th>
            <th scope="col">State</th>
            <th scope="col">Last event</th>
            <th scope="col" class="number">
              Refused lately
            </th>
            <th scope="col" class="number">
              Taken by no rule lately
            </th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ id, preset, state, silentSince, lastEventAt, notes }) => (
            <tr>
              <td>
                <a href={`/ui/sources/${encodeURIComponent(id)}`}>{id}</a>
              </td>
              <td>{preset ?? <span class="faint">own scheme</span>}</td>
              <td>
                <Badge state={silentSince === null ? state : "silent"} />
              </td>
              <td>{lastEventAt === null ? <span class="faint">never</span> : <When at={lastEventAt} now={now} />}</td>
              <td class="number">{notes?.refused ?? "?"}</td>
              <td class="number">{notes?.unmatched ?? "?"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// The engines: whether each may be called now and why not; pausing one, letting it go on.
import { type Context, Hono } from "hono";
import type { EngineFacts } from "../../http/operations-work.ts";
import type { UiEnv } from "../context.ts";
import { done, page, refused } from "../page.tsx";
import { Action, Badge, Facts, Live, When } from "../parts/pieces.tsx";

const FRAME = { title: "Engines", section: "engines" } as const;

export const engines = new Hono<UiEnv>()
  .get("/engines", async (c) => {
    const found = await c.var.api.get<{ engines: EngineFacts[] }>("/engines");
    if (!found.ok) return refused(c, FRAME, found.problem);
    return page(
      c,
      FRAME,
      <>
        <h1>Engines</h1>
        <Live id="engines" url="/ui/engines">
          {found.value.engines.map((engine) => (
            <EngineSheet engine={engine} c={c} />
          ))}
        </Live>
      </>,
    );
  })
  .post("/engines/:id/pause", (c) => turned(c, "pause", "paused"))
  .post("/engines/:id/resume", (c) => turned(c, "resume", "resumed"));

async function turned(c: Context<UiEnv>, way: "pause" | "resume", word: string): Promise<Response> {
  const id = encodeURIComponent(c.req.param("id") ?? "");
  const answer = await c.var.api.send("POST", `/engines/${id}/${way}`);
  return done(c, FRAME, answer, { to: "/ui/engines", word });
}

function EngineSheet({ engine, c }: { readonly engine: EngineFacts; readonly c: Context<UiEnv> }) {
  const { id, state, breaker, openedAt, paused, retryAfter, inFlight, tokens } = engine;
  const now = c.env.now();
  const path = `/ui/engines/${encodeURIComponent(id)}`;
  return (
    <section class="sheet">
      <div class="head">
        <h2>
          {id} <Badge state={state} />
        </h2>
        {paused ? (
          <Action to={`${path}/resume`} label="Resume" identity={c.var.identity} tone="main" />
        ) : (
          <Action
            to={`${path}/pause`}
            label="Pause"
            identity={c.var.identity}
            confirm={`Stop calling ${id}? What comes in is kept and waits.`}
          />
        )}
      </div>
      <p>{EXPLAINED[state]}</p>
      <Facts
        facts={[
          ["Paused", paused ? <When at={paused.since} now={now} /> : null],
          ["Breaker", breaker],
          ["Opened", <When at={openedAt} now={now} />],
          ["Retry after", <When at={retryAfter} now={now} />],
          ["Calls under way", inFlight],
          ["Calls it may get at once", tokens],
        ]}
      />
    </section>
  );
}

const EXPLAINED: Readonly<Record<EngineFacts["state"], string>> = {
  working: "It is called.",
  paused: "Stopped by a person: starts wait, and nothing is lost.",
  unauthorized: "It does not accept our token. Set another with wrangler secret put; it is tried every minute.",
  throttled: "It has asked for time: everything to it waits that long.",
  failing: "It does not answer, or with errors: it is probed every minute, starts wait, and nothing is lost.",
  unknown: "Nobody can say now.",
};

// Where ends are sent: whether each is called now and why not; pausing one, letting it go on, and a message to try it.
import { type Context, Hono } from "hono";
import type { CallbackFacts, TestOutcome } from "../../http/api-callbacks.ts";
import type { Stats } from "../../http/api-stats.ts";
import type { UiEnv } from "../context.ts";
import { done, page, refused } from "../page.tsx";
import { Action, Badge, Empty, Json, span, When } from "../parts/pieces.tsx";

const FRAME = { title: "Callbacks", section: "callbacks" } as const;
const DAY_MS = 86_400_000;

export const callbacks = new Hono<UiEnv>()
  .get("/callbacks", (c) => listed(c))
  .post("/callbacks/:id/pause", (c) => turned(c, "pause", "paused"))
  .post("/callbacks/:id/resume", (c) => turned(c, "resume", "resumed"))
  .post("/callbacks/:id/test", async (c) => {
    const id = c.req.param("id");
    const answer = await c.var.api.send<TestOutcome>("POST", `/callbacks/${encodeURIComponent(id)}/test`);
    return answer.ok ? listed(c, <Tested id={id} outcome={answer.value} />) : refused(c, FRAME, answer.problem);
  });

async function turned(c: Context<UiEnv>, way: "pause" | "resume", word: string): Promise<Response> {
  const id = encodeURIComponent(c.req.param("id") ?? "");
  const answer = await c.var.api.send("POST", `/callbacks/${id}/${way}`);
  return done(c, FRAME, answer, { to: "/ui/callbacks", word });
}

/** @param told what came of a test */
async function listed(c: Context<UiEnv>, told?: ReturnType<typeof Tested>): Promise<Response> {
  const since = new Date(c.env.now() - DAY_MS).toISOString();
  const [found, stats] = await Promise.all([
    c.var.api.get<{ callbacks: CallbackFacts[] }>("/callbacks"),
    c.var.api.get<Stats>(`/stats?since=${since}`),
  ]);
  if (!found.ok) return refused(c, FRAME, found.problem);
  const all = found.value.callbacks;
  return page(
    c,
    FRAME,
    <>
      <h1>Callbacks</h1>
      {told}
      {all.length === 0 && (
        <Empty title="No callback is configured.">
          <p>
            Ends of executions are sent nowhere: add one to <code>callbacks</code> in the{" "}
            <a href="/ui/configuration">configuration</a>, and name it in a rule.
          </p>
        </Empty>
      )}
      {all.map((callback) => (
        <Callback callback={callback} states={stats.ok ? stats.value.deliveries[callback.id] : undefined} c={c} />
      ))}
    </>,
  );
}

interface CallbackProps {
  readonly callback: CallbackFacts;
  readonly states: Readonly<Record<string, number>> | undefined;
  readonly c: Context<UiEnv>;
}

function Callback({ callback, states = {}, c }: CallbackProps) {
  const { id, url, state, since, failingSince, retryAfter } = callback;
  const { identity } = c.var;
  const now = c.env.now();
  const path = `/ui/callbacks/${encodeURIComponent(id)}`;
  const stopped = state === "paused" || state === "disabled";
  return (
    <section class="sheet">
      <div class="head">
        <h2>
          {id} <Badge state={state} />
        </h2>
        <div class="row">
          <Action to={`${path}/test`} label="Send a test message" identity={identity} />
          {stopped && <Action to={`${path}/resume`} label="Resume" identity={identity} tone="main" />}
          {!stopped && (
            <Action
              to={`${path}/pause`}
              label="Pause"
              identity={identity}
              confirm={`Stop everything to ${id}? What is owed to it waits.`}
            />
          )}
        </div>
      </div>
      <p>
        <code>{url}</code>
      </p>
      <p>{EXPLAINED[state]}</p>
      <ul class="plain-list">
        {since !== null && (
          <li>
            Since <When at={since} now={now} />
          </li>
        )}
        {failingSince !== null && (
          <li>
            Nothing was taken since <When at={failingSince} now={now} />
          </li>
        )}
        {retryAfter !== null && (
          <li>
            It asked to be left alone: next try <When at={retryAfter} now={now} />
          </li>
        )}
        <li>
          Of the last 24 hours:{" "}
          {Object.keys(states).length === 0
            ? "nothing"
            : Object.entries(states).map(([each, count]) => (
                <>
                  {count.toLocaleString("en")} <Badge state={each} />{" "}
                </>
              ))}
        </li>
      </ul>
    </section>
  );
}

const EXPLAINED: Readonly<Record<CallbackFacts["state"], string>> = {
  working: "It is called.",
  paused: "Stopped by a person: what is owed to it waits.",
  disabled: "It said that it is gone, or has failed for too long: what would go to it becomes a dead letter.",
  throttled: "It has asked for time: everything to it waits that long.",
  failing: "It does not answer, or with errors: one message at a time tries whether it works again.",
  unknown: "Nobody can say now.",
};

function Tested({ id, outcome }: { readonly id: string; readonly outcome: TestOutcome }) {
  const { delivered, status, detail, answer, durationMs } = outcome;
  return (
    <section class={delivered ? "said" : "problem"} role="status">
      <p>
        {delivered ? `${id} has taken the test message` : `${id} has not taken the test message`}:{" "}
        {status ?? "no answer"} after {span(durationMs)}. {detail}
      </p>
      {answer !== null && <Json value={answer} label="What it answered" />}
    </section>
  );
}

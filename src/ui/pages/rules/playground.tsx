// The playground: an event is pasted, or taken from a past execution, and what the rules would do about it is told while one types.
// Nothing is started or written.
import { type Context, Hono } from "hono";
import { mayActAs } from "../../../core/role.ts";
import type { ExecutionFacts } from "../../../http/execution-view.ts";
import type { Answer } from "../../api.ts";
import type { UiEnv } from "../../context.ts";
import { page, refused } from "../../page.tsx";
import { Refused } from "../../parts/pieces.tsx";
import { type TrialFacts, Tried } from "./tried.tsx";

const FRAME = { title: "Playground", section: "rules" } as const;

const EXAMPLE = JSON.stringify(
  {
    source: "stripe",
    type: "customer.subscription.created",
    id: "evt_1",
    data: { object: { id: "sub_1", customer: "cus_1" } },
  },
  null,
  2,
);

export const playground = new Hono<UiEnv>()
  .get("/rules/playground", async (c) => {
    if (!mayActAs(c.var.identity, "operator")) {
      const detail = "Trying rules shows values of events: it needs the role operator.";
      return refused(c, FRAME, { status: 403, title: "Not for this role", detail });
    }
    const id = c.req.query("execution");
    if (id === undefined) return shown(c, EXAMPLE);
    const found = await c.var.api.get<ExecutionFacts>(`/executions/${encodeURIComponent(id)}`);
    if (!found.ok) return refused(c, FRAME, found.problem);
    const { source, type, id: event, subject, time, data } = found.value.event;
    const text = JSON.stringify(
      { source, type, id: event, ...(subject === null ? {} : { subject }), time, data },
      null,
      2,
    );
    return shown(c, text, await tried(c, text));
  })
  // What is said beside the event while one types: a part of a page.
  .post("/rules/playground/try", async (c) => {
    const answer = await tried(c, await pasted(c));
    return c.html(await Outcome({ answer }).toString());
  })
  .post("/rules/playground", async (c) => {
    const text = await pasted(c);
    return shown(c, text, await tried(c, text));
  });

async function pasted(c: Context<UiEnv>): Promise<string> {
  const { event } = await c.req.parseBody();
  return typeof event === "string" ? event : "";
}

/** An event as rules see it; or, where it has headers and a body, a webhook as it came. */
function tried(c: Context<UiEnv>, text: string): Promise<Answer<TrialFacts>> {
  const name = /"body(?:Base64)?"\s*:/.test(text) && !/"data"\s*:/.test(text) ? "request" : "event";
  return c.var.api.send("POST", "/rules/test", `{"${name}":${text || "null"}}`);
}

function Outcome({ answer }: { readonly answer: Answer<TrialFacts> }) {
  return answer.ok ? <Tried trial={answer.value} /> : <Refused problem={answer.problem} />;
}

function shown(c: Context<UiEnv>, text: string, answer?: Answer<TrialFacts>): Promise<Response> {
  return page(
    c,
    FRAME,
    <>
      <h1>Playground</h1>
      <p>
        What would the rules do about this event, and why? Nothing is started. A webhook as it came can be tried as
        well: <code>{'{"source", "headers", "body"}'}</code>.
      </p>
      <div class="columns">
        <form method="post" action="/ui/rules/playground">
          <label for="event">The event</label>
          <textarea
            id="event"
            name="event"
            rows={24}
            spellcheck={false}
            hx-post="/ui/rules/playground/try"
            hx-trigger="input changed delay:300ms"
            hx-target="#tried"
            hx-sync="this:replace"
          >
            {text}
          </textarea>
          <button type="submit" class="main">
            Try
          </button>
        </form>
        <div id="tried" aria-live="polite">
          {answer ? <Outcome answer={answer} /> : <p class="faint">Change the event, or press Try.</p>}
        </div>
      </div>
    </>,
  );
}

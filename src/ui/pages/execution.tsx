// One execution: the whole way from the sender to the callbacks on one screen, what happened when, what was sent and what came back,
// and what can be done about it. What may be done, the API decides.
import { type Context, Hono } from "hono";
import type { ExecutionFacts } from "../../http/execution-view.ts";
import type { EngineFacts } from "../../http/operations-work.ts";
import type { Answer } from "../api.ts";
import type { UiEnv } from "../context.ts";
import { done, page, refused } from "../page.tsx";
import { Badge, Copy, Facts, Live, When } from "../parts/pieces.tsx";
import { Actions, isOver, Release, Replays } from "./execution/actions.tsx";
import { lookCommand, startCommand } from "./execution/curl.ts";
import { Deliveries } from "./execution/deliveries.tsx";
import { Linked } from "./execution/linked.tsx";
import { Payload } from "./execution/payload.tsx";
import { Related } from "./execution/related.tsx";
import { Timeline } from "./execution/timeline.tsx";
import { Way } from "./execution/way.tsx";

const NAME = "Execution";
const section = "executions" as const;

export const execution = new Hono<UiEnv>()
  .get("/executions/:id", async (c) => {
    const id = c.req.param("id");
    const found = await c.var.api.get<ExecutionFacts>(pathOf(id));
    if (!found.ok) return refused(c, { title: NAME, section }, found.problem);
    return page(c, { title: `${NAME} ${id}`, section }, <One c={c} execution={found.value} />);
  })
  .post("/executions/:id/cancel", (c) => acted(c, "cancel", undefined, "canceled"))
  .post("/executions/:id/hold", (c) => acted(c, "hold", undefined, "held"))
  .post("/executions/:id/release", async (c) => {
    const form = await c.req.parseBody();
    const fields = ["as", "runId", "reason"].flatMap((name) => {
      const value = form[name];
      return typeof value === "string" && value !== "" ? [[name, value] as const] : [];
    });
    return acted(c, "release", Object.fromEntries(fields), "released");
  })
  .post("/executions/:id/replay", async (c) => {
    const { intent, callback, key } = await c.req.parseBody();
    const body = { intent, ...(typeof callback === "string" && callback !== "" ? { callback } : {}) };
    // The button pressed twice is one request.
    const headers = typeof key === "string" && key !== "" ? { "idempotency-key": key } : {};
    const id = c.req.param("id");
    const answer = await c.var.api.send<Replayed>("POST", `${pathOf(id)}/replay`, body, headers);
    const [fresh] = answer.ok ? answer.value.executions.flatMap((each) => each.id ?? []) : [];
    return answered(c, answer, fresh ?? id, (answer.ok && WORDS[answer.value.outcome]) || "replayed");
  });

/** What the page says, by what came of it. */
const WORDS: Readonly<Record<string, string>> = { started: "restarted", resent: "resent", refetched: "refetched" };

interface Replayed {
  readonly outcome: string;
  readonly executions: readonly { readonly id?: string }[];
}

function pathOf(id: string): string {
  return `/executions/${encodeURIComponent(id)}`;
}

async function acted(c: Context<UiEnv>, what: string, body: unknown, word: string): Promise<Response> {
  const id = c.req.param("id") ?? "";
  return answered(c, await c.var.api.send("POST", `${pathOf(id)}/${what}`, body), id, word);
}

/** @param id of the execution whose page says what was done */
function answered(c: Context<UiEnv>, answer: Answer<unknown>, id: string, word: string): Promise<Response> {
  return done(c, { title: NAME, section }, answer, { to: `/ui${pathOf(id)}`, word });
}

interface OneProps {
  readonly c: Context<UiEnv>;
  readonly execution: ExecutionFacts;
}

async function One({ c, execution: shown }: OneProps) {
  const { identity } = c.var;
  const { id, payloads, event, start, result, deliveries } = shown;
  const now = c.env.now();
  const path = `/ui${pathOf(id)}`;
  const seen = payloads === "shown";
  // What is held waits for whoever looks, and does not move under their hands.
  const goesOn = shown.state !== "held" && (!isOver(shown.state) || deliveries.some(({ state }) => state === "due"));
  const main = (
    <>
      <div class="head">
        <div class="row">
          <h1>
            Execution <span class="id">{id}</span>
          </h1>
          <Badge state={shown.state} /> <Copy text={id} label="Copy the id" />
        </div>
        <Actions execution={shown} path={path} identity={identity} />
      </div>
      {shown.reason !== null && (
        <p class={shown.state === "held" ? "notice" : undefined} dir="auto">
          <Linked text={shown.reason} />
        </p>
      )}
      <Release execution={shown} path={path} identity={identity} />
      <Way execution={shown} now={now} />
      <Timeline execution={shown} now={now} />
      <Deliveries execution={shown} path={path} identity={identity} now={now} requestId={c.env.requestId} />
    </>
  );
  return (
    <>
      {goesOn ? (
        <Live id="execution" url={path} seconds={3}>
          {main}
        </Live>
      ) : (
        <div id="execution">{main}</div>
      )}
      <section class="sheet">
        <h2>Facts</h2>
        <Known execution={shown} now={now} />
        <p class="faint">
          The same event delivered again gets this execution for an answer; it starts nothing, and nothing is written of
          it.
        </p>
      </section>
      <div class="columns">
        <Payload title="Event data" value={event.data} payloads={payloads}>
          {seen && (
            <a class="button" href={`/ui/rules/playground?execution=${encodeURIComponent(id)}`}>
              Try this event in the playground
            </a>
          )}
        </Payload>
        <Payload title="Start request" value={start} payloads={payloads} none="Nothing is asked of the engine.">
          {seen && <Commands execution={shown} c={c} />}
        </Payload>
        <Payload title="Result" value={result} payloads={payloads} none="There is none, or it is not kept any more." />
      </div>
      <Replays execution={shown} path={path} identity={identity} requestId={c.env.requestId} />
      <Related c={c} execution={shown} />
    </>
  );
}

async function Commands({ execution: shown, c }: OneProps) {
  // Only where the call is the vendor's documented one: another engine's is made otherwise.
  const engines = await c.var.api.get<{ engines: EngineFacts[] }>("/engines");
  const preset = engines.ok && engines.value.engines.find(({ id }) => id === shown.engine)?.preset;
  const command = preset === "transactionlink" ? startCommand(shown, c.env.now()) : undefined;
  return (
    <span class="row">
      {command !== undefined && (
        <>
          <small>as curl</small> <Copy text={command} label="Copy the start call as curl" />
        </>
      )}
      <small>the API's answer</small>{" "}
      <Copy text={lookCommand(new URL(c.req.url).origin, shown.id)} label="Copy a request for this execution as curl" />
    </span>
  );
}

function Known({ execution: shown, now }: { readonly execution: ExecutionFacts; readonly now: number }) {
  const { event, replay, cancel, canceled, cancelRequest } = shown;
  return (
    <Facts
      facts={[
        ["Event id", <Text text={event.id} label="Copy the event id" />],
        ["Subject", event.subject === null ? null : <span dir="auto">{event.subject}</span>],
        ["Happened", <When at={event.time} now={now} />],
        ["Record id", shown.recordId === null ? null : <Text text={shown.recordId} label="Copy the record id" />],
        ["Run id", shown.runId === null ? null : <Text text={shown.runId} label="Copy the run id" />],
        ["Dedupe key", <span dir="auto">{shown.dedupeKey}</span>],
        [
          "Start calls",
          `${shown.startAttempts}${shown.uncertainStarts > 0 ? `, of which ${shown.uncertainStarts} uncertain` : ""}`,
        ],
        ["Expires", <When at={shown.expiresAt} now={now} />],
        ...(replay ? [["Replay", <Linked text={`${replay.intent} of ${replay.of}`} />] as const] : []),
        ...(cancelRequest
          ? [
              [
                "Cancel asked for",
                <>
                  {cancelRequest.by}, <When at={cancelRequest.at} now={now} />
                </>,
              ] as const,
            ]
          : []),
        ...(cancel
          ? [["Cancels", `rule ${cancel.rule}${cancel.dedupeKey === null ? "" : `, key ${cancel.dedupeKey}`}`] as const]
          : []),
        ...(canceled.length > 0
          ? [["Canceled", <Linked text={canceled.map((each) => `${each.id} (${each.state})`).join(", ")} />] as const]
          : []),
      ]}
    />
  );
}

function Text({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <>
      <span dir="auto">{text.length > 200 ? `${text.slice(0, 200)}…` : text}</span> <Copy text={text} label={label} />
    </>
  );
}

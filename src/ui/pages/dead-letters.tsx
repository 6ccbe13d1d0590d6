// The ends that a callback has not taken and is not offered any more: which, why, and sending them again, one or all of them.
import { type Context, Hono } from "hono";
import { mayActAs } from "../../core/role.ts";
import type { CallbackFacts } from "../../http/api-callbacks.ts";
import type { ExecutionFacts, ExecutionSummaryFacts } from "../../http/execution-view.ts";
import type { UiEnv } from "../context.ts";
import { done, page, refused } from "../page.tsx";
import { Badge, Empty, Live } from "../parts/pieces.tsx";
import { DeadLetterTable, type Letter, reasonOf } from "./dead-letters/table.tsx";

const FRAME = { title: "Dead letters", section: "dead-letters" } as const;

/** Why each was not taken stands in its timeline, so each is asked for. */
const PAGE = 25;

interface Found {
  readonly executions: readonly ExecutionSummaryFacts[];
  readonly next: string | null;
}

export const deadLetters = new Hono<UiEnv>()
  .get("/dead-letters", async (c) => {
    const { api } = c.var;
    const callback = c.req.query("callback")?.trim() ?? "";
    const cursor = c.req.query("cursor");
    const query = new URLSearchParams({
      delivery: "exhausted",
      ...(callback === "" ? {} : { callback }),
      ...(cursor ? { cursor } : {}),
      limit: String(PAGE),
    });
    const [found, callbacks] = await Promise.all([
      api.get<Found>(`/executions?${query}`),
      api.get<{ callbacks: CallbackFacts[] }>("/callbacks"),
    ]);
    if (!found.ok) return refused(c, FRAME, found.problem);
    const letters = await lettersOf(c, found.value.executions, callback);
    return page(
      c,
      FRAME,
      <>
        <div class="head">
          <h1>Dead letters</h1>
          <Choose callbacks={callbacks.ok ? callbacks.value.callbacks : []} chosen={callback} />
        </div>
        {letters.length === 0 ? (
          <Empty title={cursor ? "There are no older ones." : "Every end has reached whom it is for."}>
            <p>
              What a callback does not take is tried again for days. What is given up then, or was refused for good,
              waits here until it is sent again.
            </p>
          </Empty>
        ) : (
          <>
            {mayActAs(c.var.identity, "operator") && <ResendAll callback={callback} letters={letters} />}
            <Letters c={c} letters={letters} callback={callback} cursor={cursor} next={found.value.next} />
          </>
        )}
      </>,
    );
  })
  .post("/dead-letters/resend", async (c) => {
    const { execution, callback, key, back } = await c.req.parseBody();
    const answer = await c.var.api.send(
      "POST",
      `/executions/${encodeURIComponent(String(execution))}/replay`,
      { intent: "resend", callback },
      typeof key === "string" && key !== "" ? { "idempotency-key": key } : {},
    );
    return done(c, FRAME, answer, { to: addressOf(String(back ?? "")), word: "resent" });
  });

function addressOf(callback: string, cursor?: string): string {
  const said = { ...(callback === "" ? {} : { callback }), ...(cursor === undefined ? {} : { cursor }) };
  return Object.keys(said).length === 0 ? "/ui/dead-letters" : `/ui/dead-letters?${new URLSearchParams(said)}`;
}

/** One for each callback that has not taken it, with the last that is known of it. */
async function lettersOf(
  c: Context<UiEnv>,
  executions: readonly ExecutionSummaryFacts[],
  callback: string,
): Promise<Letter[]> {
  const all = await Promise.all(
    executions.map(async (execution): Promise<Letter[]> => {
      const found = await c.var.api.get<ExecutionFacts>(`/executions/${encodeURIComponent(execution.id)}`);
      const lines = found.ok ? found.value.timeline : [];
      return execution.deliveries
        .filter((each) => each.state === "exhausted" && (callback === "" || each.callback === callback))
        .map((delivery) => ({
          execution,
          callback: delivery.callback,
          attempts: delivery.attempts,
          last: lines.findLast((line) => line.callback === delivery.callback),
        }));
    }),
  );
  return all.flat();
}

interface LettersProps {
  readonly c: Context<UiEnv>;
  readonly letters: readonly Letter[];
  readonly callback: string;
  readonly cursor: string | undefined;
  readonly next: string | null;
}

function Letters({ c, letters, callback, cursor, next }: LettersProps) {
  const reasons = Map.groupBy(letters, (letter) => `${letter.callback}: ${reasonOf(letter)}`);
  const table = (
    <>
      <ul class="plain-list" aria-label="Of these, by callback and reason">
        {[...reasons].map(([reason, { length }]) => (
          <li dir="auto">
            {length.toLocaleString("en")} × {reason}
          </li>
        ))}
      </ul>
      <DeadLetterTable
        letters={letters}
        callback={callback}
        identity={c.var.identity}
        now={c.env.now()}
        requestId={c.env.requestId}
      />
      <nav class="pager" aria-label="Pages">
        {cursor !== undefined && <a href={addressOf(callback)}>The newest</a>}
        {next !== null && <a href={addressOf(callback, next)}>Older</a>}
      </nav>
    </>
  );
  return cursor === undefined ? (
    <Live id="dead-letters" url={addressOf(callback)}>
      {table}
    </Live>
  ) : (
    table
  );
}

function Choose({ callbacks, chosen }: { readonly callbacks: readonly CallbackFacts[]; readonly chosen: string }) {
  if (callbacks.length < 2 && chosen === "") return null;
  return (
    <nav aria-label="Of which callback">
      <ul class="tabs">
        <li>
          <a href={addressOf("")} aria-current={chosen === "" ? "true" : undefined}>
            all
          </a>
        </li>
        {callbacks.map(({ id, state }) => (
          <li>
            <a href={addressOf(id)} aria-current={chosen === id ? "true" : undefined}>
              {id} {state !== "working" && <Badge state={state} />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** First a page that says how many that is, then the job. One callback at a time: the others have taken theirs. */
function ResendAll({ callback, letters }: { readonly callback: string; readonly letters: readonly Letter[] }) {
  const names = callback === "" ? [...new Set(letters.map((letter) => letter.callback))] : [callback];
  return (
    <details class="sheet">
      <summary>Send all of them again</summary>
      <form method="get" action="/ui/executions/bulk" class="filters">
        <input type="hidden" name="intent" value="resend" />
        <input type="hidden" name="delivery" value="exhausted" />
        <span class="field">
          <label for="to">To</label>
          <select id="to" name="callback">
            {names.map((name) => (
              <option value={name}>{name}</option>
            ))}
          </select>
        </span>
        <span class="field">
          <label for="since">That came in since (UTC)</label>
          <input id="since" name="since" type="datetime-local" step="1" />
        </span>
        <button type="submit">See how many</button>
      </form>
    </details>
  );
}

// The configuration: edited, checked while one types, compared, backtested, saved; and the revisions that there were. What may be
// changed, and whether it is right, the API decides.
import { type Context, Hono } from "hono";
import { mayActAs } from "../../core/role.ts";
import type { DifferenceFacts, RevisionFactsView } from "../../http/operations-setup.ts";
import type { UiEnv } from "../context.ts";
import { done, page, refused } from "../page.tsx";
import { Differences } from "../parts/differences.tsx";
import { Action, Json, Refused, When } from "../parts/pieces.tsx";
import { withSaid } from "../said.ts";
import { Backtested, type BacktestFacts } from "./configuration/backtested.tsx";
import { type CheckAnswer, Checked } from "./configuration/checked.tsx";
import { Editor } from "./configuration/editor.tsx";
import { History } from "./configuration/history.tsx";

const FRAME = { title: "Configuration", section: "configuration" } as const;
const HISTORY = 30;

interface Current extends Partial<RevisionFactsView> {
  readonly revision: number;
  readonly inForce: number | null;
  readonly faults: readonly { readonly path: string; readonly message: string }[];
  readonly document: unknown;
  readonly bundled: { readonly differs: boolean; readonly differences: readonly DifferenceFacts[] };
}

export const configuration = new Hono<UiEnv>()
  .get("/configuration", (c) => shown(c))
  // What is said below the editor while one types: a part of a page.
  .post("/configuration/check", async (c) => {
    const { document } = await edited(c);
    return c.html(await Checked({ answer: await check(c, document) }).toString());
  })
  .post("/configuration", async (c) => {
    const { document, note, expected, todo } = await edited(c);
    if (todo === "backtest") {
      const answer = await c.var.api.send<BacktestFacts>("POST", "/rules/backtest", `{"config":${document || "null"}}`);
      const told = answer.ok ? <Backtested report={answer.value} /> : <Refused problem={answer.problem} />;
      return shown(c, { document, note, told });
    }
    if (todo !== "save") {
      return shown(c, { document, note, told: <Checked answer={await check(c, document)} /> });
    }
    const query = note === "" ? "" : `?note=${encodeURIComponent(note)}`;
    const headers = { "if-match": `"${expected}"`, "x-hookspan-author": "dashboard" };
    const answer = await c.var.api.send<{ revision: number }>("PUT", `/config${query}`, document, headers);
    if (!answer.ok) return shown(c, { document, note, told: <Refused problem={answer.problem} /> }, answer.status);
    const word = String(answer.value.revision) === expected ? "unchanged" : "saved";
    return c.redirect(withSaid("/ui/configuration", word), 303);
  })
  .get("/configuration/revisions/:number", async (c) => {
    const number = encodeURIComponent(c.req.param("number"));
    const [revision, current, apart] = await Promise.all([
      c.var.api.get<RevisionFactsView & { document: unknown }>(`/config/revisions/${number}`),
      c.var.api.get<Current>("/config"),
      c.var.api.get<{ differences: DifferenceFacts[] }>(`/config/diff?from=${number}&to=current`),
    ]);
    if (!revision.ok) return refused(c, FRAME, revision.problem);
    const { at, author, note, document } = revision.value;
    const title = `Revision ${revision.value.revision}`;
    return page(
      c,
      { ...FRAME, title },
      <>
        <div class="head">
          <h1>{title}</h1>
          {current.ok && (
            <Action
              to={`/ui/configuration/revisions/${number}/restore`}
              label="Put it in force again"
              identity={c.var.identity}
              needs="admin"
              tone="main"
              confirm={`Put revision ${revision.value.revision} in force again, as a new revision?`}
              fields={{ expected: String(current.value.revision) }}
            />
          )}
        </div>
        <p dir="auto">
          <When at={at} now={c.env.now()} /> by {author}
          {note !== null && `: ${note}`}
        </p>
        <h2>From this one to what is in force now</h2>
        {apart.ok ? <Differences differences={apart.value.differences} /> : <Refused problem={apart.problem} />}
        <h2>The document</h2>
        <Json value={document} label="The document" />
      </>,
    );
  })
  .post("/configuration/revisions/:number/restore", async (c) => {
    const { expected } = await edited(c);
    const path = `/config/revisions/${encodeURIComponent(c.req.param("number"))}/restore`;
    const headers = { "if-match": `"${expected}"`, "x-hookspan-author": "dashboard" };
    const answer = await c.var.api.send("POST", path, undefined, headers);
    return done(c, FRAME, answer, { to: "/ui/configuration", word: "restored" });
  });

function check(c: Context<UiEnv>, document: string): Promise<CheckAnswer> {
  return c.var.api.send("POST", "/config/check", document);
}

async function edited(c: Context<UiEnv>) {
  const form = await c.req.parseBody();
  const text = (name: string): string => (typeof form[name] === "string" ? form[name] : "");
  return { document: text("document"), note: text("note").trim(), expected: text("expected"), todo: text("do") };
}

interface Draft {
  readonly document: string;
  readonly note: string;
  /** What came of what was asked for. */
  readonly told: ReturnType<typeof Refused>;
}

async function shown(c: Context<UiEnv>, draft?: Draft, status = 200): Promise<Response> {
  const [found, history] = await Promise.all([
    c.var.api.get<Current>("/config"),
    c.var.api.get<{ revisions: RevisionFactsView[] }>(`/config/revisions?limit=${HISTORY}`),
  ]);
  if (!found.ok) return refused(c, FRAME, found.problem);
  const { revision, at, author, note, faults, document, bundled, inForce } = found.value;
  return page(
    c,
    FRAME,
    <>
      <h1>Configuration</h1>
      <p dir="auto">
        Revision {revision}
        {at !== undefined && (
          <>
            {" "}
            of <When at={at} now={c.env.now()} /> by {author}
          </>
        )}
        {note ? `: ${note}` : ""}. {inForce === revision ? "It is in force." : "It is not in force yet."}
      </p>
      {faults.length > 0 && (
        <Refused
          problem={{ status: 422, title: "It is refused", detail: "Nothing runs until it is mended.", faults }}
        />
      )}
      {bundled.differs && (
        <details class="notice">
          <summary>The deployed file says something else; what stands here is what counts.</summary>
          <Differences differences={bundled.differences} />
        </details>
      )}
      {mayActAs(c.var.identity, "admin") ? (
        <Editor
          document={draft?.document ?? JSON.stringify(document, null, 2)}
          note={draft?.note ?? ""}
          revision={revision}
          told={draft?.told}
        />
      ) : (
        <Json value={document} label="The configuration" />
      )}
      {history.ok && <History revisions={history.value.revisions} newest={revision} now={c.env.now()} />}
    </>,
    status,
  );
}

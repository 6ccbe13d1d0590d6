// How a page answers: in the frame, with the right status, or with what the API has refused; and how something that was done
// leads back to a page.
import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { Answer, Problem } from "./api.ts";
import type { UiEnv } from "./context.ts";
import { Layout, type Section } from "./parts/layout.tsx";
import { Refused } from "./parts/pieces.tsx";
import { said, withSaid } from "./said.ts";

type Status = 200 | 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503;

export interface Frame {
  readonly title: string;
  /** Which entry of the navigation it stands under. */
  readonly section: Section | undefined;
}

/** @param content of the page, below its frame */
export async function page(
  c: Context<UiEnv>,
  { title, section }: Frame,
  content: Child,
  status = 200,
): Promise<Response> {
  const layout = (
    <Layout
      title={title}
      section={section}
      identity={c.var.identity}
      session={c.var.session}
      said={said(c.req.query("said"))}
    >
      {content}
    </Layout>
  );
  return c.html(`<!doctype html>${await layout.toString()}`, status as Status);
}

/** The page that says what the API has refused. */
export function refused(c: Context<UiEnv>, frame: Frame, problem: Problem): Promise<Response> {
  const content = (
    <>
      <h1>{frame.title}</h1>
      <Refused problem={problem} />
    </>
  );
  return page(c, frame, content, problem.status);
}

/**
 * After something was asked for: back to a page that says that it was done, or what was refused.
 * @param to the path of the page. @param word of `said.ts`
 */
export async function done(
  c: Context<UiEnv>,
  frame: Frame,
  answer: Answer<unknown>,
  { to, word }: { readonly to: string; readonly word: string },
): Promise<Response> {
  return answer.ok ? c.redirect(withSaid(to, word), 303) : refused(c, frame, answer.problem);
}

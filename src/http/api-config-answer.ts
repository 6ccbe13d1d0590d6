// What the routes of the configuration answer: what is known of a revision, what a change has come to, and every way in
// which one is refused.
import type { Context } from "hono";
import type * as z from "zod";
import type { Changed, ChangeRefusal } from "../bridge/configure.ts";
import type { RevisionFacts, Setup } from "../bridge/ports.ts";
import type { ConfigFault } from "../core/check-config.ts";
import type { Result } from "../core/result.ts";
import { iso } from "./api-context.ts";
import type { HttpEnv } from "./context.ts";
import { badRequest, notFound, type Problem, problemResponse } from "./problem.ts";

/** The setup that this request works with, if there is one. */
export function inForce({ env: { bridge } }: Context<HttpEnv>): Setup | null {
  return bridge.ok ? bridge.value.setup : null;
}

export function factsView({ number, at, author, note, madeFrom }: RevisionFacts) {
  return { revision: number, at: iso(at), author, note, madeFrom };
}

export function changeResponse(c: Context<HttpEnv>, changed: Result<Changed, ChangeRefusal>): Response {
  if (!changed.ok) return problemResponse(refusalOf(changed.error));
  c.header("etag", `"${changed.value.revision}"`);
  return c.json(changed.value);
}

function refusalOf(refusal: ChangeRefusal): Problem {
  switch (refusal.reason) {
    case "no-such-revision":
      return noSuchRevision();
    case "faults":
      return faulty(refusal.faults);
    case "stale":
      return stale(refusal.newest);
  }
}

function stale(newest: number): Problem {
  return {
    name: "stale-revision",
    status: 412,
    title: "The configuration has changed meanwhile",
    detail: `The newest revision is ${newest}. Look at what has changed, and send yours again with If-Match: "${newest}".`,
    headers: { etag: `"${newest}"` },
    members: { revision: newest },
  };
}

export function faulty(faults: readonly ConfigFault[]): Problem {
  const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  return {
    name: "config-refused",
    status: 422,
    title: "The configuration is refused",
    detail: `It has ${count}; nothing was changed. Mend what faults lists and send it again.`,
    members: { faults },
  };
}

export function noSuchRevision(): Problem {
  return notFound("There is no such revision. The newest 200 are kept; GET /api/config/revisions lists them.");
}

export function badQuery(error: z.ZodError): Problem {
  return badRequest(error.issues.map(({ path, message }) => `${path.join(".") || "query"}: ${message}`).join("; "));
}

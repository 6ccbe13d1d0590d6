// What a request to change the configuration brings: the revision that its author has seen, who that is and why, and the
// document.
import type { Context } from "hono";
import type { Change } from "../bridge/configure.ts";
import { readDocument } from "../bridge/read-document.ts";
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { HttpEnv } from "./context.ts";
import { readInboundBody } from "./inbound-body.ts";
import { badRequest, bodyTooLarge, type Problem } from "./problem.ts";

/** 10,000 rules make about 6 MB. A Worker has 128 MB, and a document costs several times its size while it is compared. */
export const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

const MAX_AUTHOR_CHARS = 100;
const MAX_NOTE_CHARS = 500;

/** The platform's compression makes a strong tag weak on its way out, so what comes back may be marked W/. */
const REVISION_TAG = /^(?:W\/)?"(0|[1-9]\d{0,9})"$/;

export function readChange(c: Context<HttpEnv>): Result<Change, Problem> {
  const tag = c.req.header("if-match");
  if (tag === undefined) return err(withoutRevision());
  const expected = REVISION_TAG.exec(tag.trim())?.[1];
  if (expected === undefined) return err(badRequest('If-Match must be a revision as GET /api/config tells it: "12".'));
  const { name } = c.var.identity;
  // Whoever has a name of their own changes the configuration under it; the ADMIN_TOKEN may be anyone's.
  const author = name === "ADMIN_TOKEN" ? c.req.header("x-hookspan-author")?.trim() || "api" : name;
  if (author.length > MAX_AUTHOR_CHARS) {
    return err(badRequest(`X-Hookspan-Author may have ${MAX_AUTHOR_CHARS} characters at most.`));
  }
  const note = c.req.query("note")?.trim() || null;
  if (note !== null && note.length > MAX_NOTE_CHARS) {
    return err(badRequest(`note may have ${MAX_NOTE_CHARS} characters at most.`));
  }
  return ok({ expected: Number(expected), author, note });
}

export async function readConfigBody(c: Context<HttpEnv>): Promise<Result<Json, Problem>> {
  const body = await readInboundBody(c.req.raw, MAX_CONFIG_BYTES);
  if (!body.ok) {
    if (body.error.name !== bodyTooLarge(0).name) return body;
    return err({ ...body.error, detail: `A configuration may have ${MAX_CONFIG_BYTES} bytes at most.` });
  }
  const document = readDocument(body.value);
  return document.ok ? document : err({ ...badRequest(document.error), name: "malformed-json" });
}

function withoutRevision(): Problem {
  return {
    name: "revision-required",
    status: 428,
    title: "Say which revision you have seen",
    detail:
      'Send If-Match with the etag of GET /api/config, such as If-Match: "12", so that nobody\'s change is undone.',
  };
}

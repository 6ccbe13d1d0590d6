// GET /api/sources: which senders are heard, which are silent, and why their requests were refused, so that a new sender
// can be set up without reading logs. POST …/release forgets the secret that a handshake captured. Never tells a secret.
import { type Context, Hono } from "hono";
import { comparedUntil, compareSource } from "../bridge/compare.ts";
import type { Bridge, Note, Source, SourceRecord } from "../bridge/ports.ts";
import { adviceOn } from "../bridge/refusal-advice.ts";
import { guideOf } from "../bridge/source-guide.ts";
import { bridgeOf, iso } from "./api-context.ts";
import type { HttpEnv } from "./context.ts";
import { conflict, methodNotAllowed, notFound, problemResponse, unavailable } from "./problem.ts";

export const sources = new Hono<HttpEnv>()
  .get("/", async (c) => {
    const bridge = bridgeOf(c);
    const all = [...bridge.setup.sources.values()];
    const views = all.map(async (source) => sourceView(bridge, source, await recordOf(bridge, source)));
    return c.json({ sources: await Promise.all(views) });
  })
  .get("/:id", async (c) => {
    const bridge = bridgeOf(c);
    const source = sourceOf(c);
    if (!source) return problemResponse(noSuchSource());
    const record = await recordOf(bridge, source);
    return c.json({
      ...sourceView(bridge, source, record),
      expectEvery: bridge.setup.config.sources[source.id]?.expectEvery ?? null,
      secrets: source.secrets,
      compared:
        source && bridge.setup.config.sources[source.id]?.compare ? iso(await comparedOf(bridge, source)) : null,
      setup: guideOf(source),
      refused: record?.refused.map((note) => ({ ...noteView(note), advice: adviceOn(note.reason) })) ?? null,
      unmatched: record?.unmatched.map(noteView) ?? null,
    });
  })
  .post("/:id/compare", async (c) => {
    const bridge = bridgeOf(c);
    const source = sourceOf(c);
    if (!source) return problemResponse(noSuchSource());
    const compared = await compareSource(bridge, source.id);
    if (compared === null) {
      return problemResponse(
        conflict("not-compared", "The source has no compare in the configuration: see docs/comparing.md."),
      );
    }
    if (!compared.ok) {
      const { reason, detail } = compared.error;
      const advice = reason === "refused" ? "Set a token that may read the list." : "Try again.";
      return problemResponse(unavailable(`The sender's list could not be read: ${detail}.`, { advice }));
    }
    const { until, ...counts } = compared.value;
    c.set("change", { after: { missed: counts.missed } });
    return c.json({ id: source.id, ...counts, until: iso(until) });
  })
  .post("/:id/release", async (c) => {
    const bridge = bridgeOf(c);
    const source = sourceOf(c);
    if (!source) return problemResponse(noSuchSource());
    try {
      await bridge.desk.release(source.id);
    } catch (thrown) {
      bridge.log("error", "desk.unreachable", { source: source.id, error: String(thrown) });
      return problemResponse(
        unavailable("The source's secret could not be released: its desk does not answer.", { advice: "Try again." }),
      );
    }
    bridge.log("info", "source.released", { source: source.id });
    return c.json({ id: source.id, captured: false });
  })
  .all("/", () => problemResponse(methodNotAllowed("GET")))
  .all("/:id", () => problemResponse(methodNotAllowed("GET")))
  .all("/:id/compare", () => problemResponse(methodNotAllowed("POST")))
  .all("/:id/release", () => problemResponse(methodNotAllowed("POST")));

function sourceOf(c: Context<HttpEnv>): Source | undefined {
  return bridgeOf(c).setup.sources.get(c.req.param("id") ?? "");
}

function noSuchSource() {
  return notFound("No source of this name is configured. GET /api/sources lists them.");
}

async function comparedOf(bridge: Bridge, { id }: Source): Promise<number | null> {
  try {
    return await comparedUntil(bridge, id);
  } catch (thrown) {
    bridge.log("error", "compare.marks-unreachable", { source: id, error: String(thrown) });
    return null;
  }
}

/** A desk out of reach must not hide the others: what is known from the configuration is told all the same. */
async function recordOf(bridge: Bridge, source: Source): Promise<SourceRecord | null> {
  try {
    return await bridge.desk.record(source.id);
  } catch (thrown) {
    bridge.log("error", "desk.unreachable", { source: source.id, error: String(thrown) });
    return null;
  }
}

/** Where the desk is out of reach, what only it knows is null: `notes` and `captured` never are otherwise. */
function sourceView({ setup }: Bridge, source: Source, record: SourceRecord | null) {
  const config = setup.config.sources[source.id];
  const watched = config?.expectEvery !== undefined && config.state !== "paused";
  return {
    id: source.id,
    preset: source.preset,
    state: config?.state ?? "active",
    path: `/in/${source.id}`,
    lastEventAt: iso(record?.lastEventAt ?? null),
    silentSince: iso(watched ? (record?.silentSince ?? null) : null),
    captured: record?.captured ?? null,
    notes: record && { refused: record.refused.length, unmatched: record.unmatched.length },
  };
}

function noteView({ at, reason, detail }: Note) {
  return { at: iso(at), reason, detail };
}

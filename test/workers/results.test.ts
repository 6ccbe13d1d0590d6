// Results as links: what a callback is sent in place of one that it does not take, and what the link leads to. Over the whole bridge,
// with the real ledger.
import { describe, it } from "vitest";
import type { CallbackMessage } from "../../src/bridge/ports.ts";
import { ok } from "../../src/core/result.ts";
import { CONFIG, type Http, http, NOW, readDocument, SECRETS } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

const LINKS = { url: "https://bridge.example.com", secrets: ["PARTNER_TOKEN"], validFor: "1d" };
const LARGE = { outcome: "APPROVED", pages: "ü".repeat(1_000) };

interface Scene extends Http {
  readonly sent: CallbackMessage[];
  /** The message, and its link, of a run with this result. */
  ended(): Promise<{ readonly data: Record<string, unknown>; readonly link: { href: string; expiresAt: string } }>;
}

/** @param result that the engine gives, or that it has one which is too large to be read */
function scene(result: object | "too-large", { links = LINKS as typeof LINKS | null, maxBytes = 1_500 } = {}): Scene {
  const document = {
    ...CONFIG,
    ...(links ? { links } : {}),
    callbacks: { crm: { ...CONFIG.callbacks.crm, ...(links ? { maxBytes } : {}) } },
  };
  const setup = readDocument(document, 0);
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const sent: CallbackMessage[] = [];
  const base = http();
  const engine = base.bridge.engine("default");
  if (!engine) throw new Error("no engine");
  const over = http({
    setup: setup.value,
    engine: () => ({
      ...engine,
      result: async () =>
        result === "too-large"
          ? { ok: false, error: { reason: "uncertain", detail: "result: too large", tooLarge: true } }
          : ok(result as never),
    }),
    secrets: (names) => names.map((name) => SECRETS[name] ?? ""),
    callbacks: {
      async send(message) {
        sent.push(message);
        return { delivered: true, status: 204, durationMs: 1 };
      },
    },
  });
  return {
    ...over,
    sent,
    async ended() {
      await over.stripe({ id: "evt_1", ends: "succeeded" });
      await over.settled();
      const { data } = JSON.parse(sent.at(-1)?.body ?? "{}");
      return { data, link: data.resultLink };
    },
  };
}

describe("a result that is larger than its callback takes", () => {
  it("is fetched by the link that the message has in its place", async ({ expect }) => {
    const { ended, fetch } = scene(LARGE);
    const { data, link } = await ended();
    expect(data).toMatchObject({ status: "succeeded", result: null });
    expect(link.expiresAt).toBe(new Date(NOW + 86_400_000).toISOString());
    const answer = await fetch(link.href.replace(LINKS.url, ""));
    expect(await answer.json()).toEqual(LARGE);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      "content-disposition": expect.stringMatching(/^attachment; filename="exe_/),
      "x-content-type-options": "nosniff",
    });
  });

  it("is sent as it is where it fits to the byte", async ({ expect }) => {
    const bytes = new TextEncoder().encode(JSON.stringify(LARGE)).byteLength;
    expect((await scene(LARGE, { maxBytes: bytes }).ended()).data).toMatchObject({ result: LARGE });
    expect((await scene(LARGE, { maxBytes: bytes - 1 }).ended()).data).toMatchObject({ result: null });
  });
});

describe("a result that is larger than the bridge keeps", () => {
  it("is left at the engine, and comes through the link as the engine gives it", async ({ expect }) => {
    const { ended, fetch, api } = scene("too-large");
    const { data, link } = await ended();
    expect(data).toMatchObject({ status: "succeeded", reason: null, result: null });
    expect(await (await fetch(link.href.replace(LINKS.url, ""))).json()).toEqual({ outcome: "APPROVED AT THE ENGINE" });
    const { timeline } = await (await api(`/executions/${data.execution}`)).json<{ timeline: { detail?: string }[] }>();
    expect(timeline.map(({ detail }) => detail)).toContain(
      "its result is larger than the bridge keeps, and left at the engine",
    );
  });

  it("is told at once where there are no links, with what to do", async ({ expect }) => {
    const { ended } = scene("too-large", { links: null });
    expect((await ended()).data).toMatchObject({
      status: "succeeded",
      reason: expect.stringContaining("with links in the configuration"),
    });
  });
});

describe("a link", () => {
  it("that was changed leads nowhere, and asks nobody", async ({ expect }) => {
    const { ended, fetch, bridge } = scene(LARGE);
    const { link } = await ended();
    const path = link.href.replace(LINKS.url, "");
    const deaf = { ...bridge, ledger: { ...bridge.ledger, get: () => Promise.reject(new Error("asked")) } };
    const { fetch: ask } = http(deaf);
    for (const changed of [
      path.replace("/results/exe_", "/results/exe_1"),
      path.replace(/until=\d+/, "until=9999999999999"),
      path.replace(/signature=./, "signature="),
      path.replace(/&signature=.*/, ""),
      "/results/x",
    ]) {
      await problemIn(await ask(changed), 403, expect);
    }
    expect((await fetch(path, { method: "POST" })).status).toBe(405);
  });

  it("expires when it says, and not before", async ({ expect }) => {
    const { ended, bridge } = scene(LARGE);
    const { link } = await ended();
    const path = link.href.replace(LINKS.url, "");
    const at = (ms: number) => http({ ...bridge, now: () => NOW + ms }).fetch(path);
    expect((await at(86_400_000 - 1)).status).toBe(200);
    expect((await problemIn(await at(86_400_000), 410, expect)).title).toBe("The link has expired");
  });

  it("leads to nothing once the record is erased", async ({ expect }) => {
    const { ended, fetch, bridge } = scene(LARGE);
    const { data, link } = await ended();
    await bridge.ledger.erase(String(data.recordId));
    expect((await problemIn(await fetch(link.href.replace(LINKS.url, "")), 410, expect)).title).toBe(
      "The result is gone",
    );
  });

  it("is not there where the configuration has none", async ({ expect }) => {
    await problemIn(await http().fetch("/results/exe_1_1?until=1&signature=0"), 404, expect);
  });
});

describe("a configuration", () => {
  it("that bounds what a callback takes without links is refused, and so are links in the clear or without their secret", ({
    expect,
  }) => {
    const faults = (document: object): string[] => {
      const read = readDocument({ ...CONFIG, ...document } as never, 0);
      return read.ok ? [] : read.error.faults.map(({ path }) => path);
    };
    expect(faults({ callbacks: { crm: { ...CONFIG.callbacks.crm, maxBytes: 1_000 } } })).toEqual([
      "callbacks.crm.maxBytes",
    ]);
    expect(faults({ links: { ...LINKS, url: "http://bridge.example.com" } })).toEqual(["links.url"]);
    expect(faults({ links: { ...LINKS, url: "https://bridge.example.com/path" } })).toEqual(["links.url"]);
    expect(faults({ links: { ...LINKS, secrets: ["NOT_SET"] } })).toEqual(["links.secrets[0]"]);
  });
});

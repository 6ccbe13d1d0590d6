// Pushes as the simulator sends them: signed so that the bridge's own check takes them, by a key that it publishes.
import { beforeEach, describe, it, vi } from "vitest";
import { ok } from "../../src/core/result.ts";
import { enginePush, runIdsIn } from "../../src/sources/engine-push.ts";
import { verify } from "../../src/sources/verify.ts";
import { control, forget, request, started } from "./simulator-client.ts";

const PUSH_URL = "http://127.0.0.1:8787/engine/default";

beforeEach(forget);

async function pushed(id: string, body?: object) {
  const sent: Request[] = [];
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
    sent.push(new Request(url as string, init as RequestInit));
    return new Response('{"outcome":"known"}', { status: 202 });
  });
  const reply = await control("POST", `executions/${id}/push`, { url: PUSH_URL, ...(body && { body }) });
  spy.mockRestore();
  return { reply, sent };
}

describe("a push", () => {
  it("proves to the bridge that it is the engine's, and names the run", async ({ expect }) => {
    const id = await started();
    const { reply, sent } = await pushed(id);
    expect([reply.status, reply.body]).toEqual([200, { status: 202, body: '{"outcome":"known"}' }]);
    const [one] = sent;
    if (!one) throw new Error("nothing was sent");
    const body = (await one.bytes()) as Uint8Array<ArrayBuffer>;
    const inbound = { method: "POST", url: PUSH_URL, headers: one.headers, body, receivedAt: 0 };
    const push = enginePush("default", "https://simulator.test", ["$.id"]);
    const keys = async ({ url }: { url: string }) => {
      const { pathname, search } = new URL(url);
      return ok(await text(pathname + search));
    };
    expect((await verify(inbound, push.source, { secrets: [], now: 0, keys })).ok).toBe(true);
    expect(runIdsIn(push, body)).toEqual([id]);
    const other = { ...inbound, body: new Uint8Array(new TextEncoder().encode("{}")) };
    expect((await verify(other, push.source, { secrets: [], now: 0, keys })).ok).toBe(false);
  });

  it("says what it is told to say", async ({ expect }) => {
    const { sent } = await pushed(await started(), { workflowId: "another" });
    expect(await sent[0]?.json()).toEqual({ workflowId: "another" });
  });

  it("about what does not exist, or to nowhere, is refused; so is a key that does not exist", async ({ expect }) => {
    expect((await pushed("00000000-0000-4000-8000-000000000000")).reply.status).toBe(404);
    expect((await control("POST", `executions/${await started()}/push`, { url: "ftp://x" })).status).toBe(400);
    expect((await request("GET", "/auth/webhooks/key/other")).status).toBe(404);
  });
});

async function text(path: string): Promise<string> {
  const { default: app } = await import("../../src/simulator/index.ts");
  const { env } = await import("cloudflare:workers");
  return (await app.request(path, {}, env)).text();
}

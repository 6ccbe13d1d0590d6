// The sources in the operations API: who may see them, what is told of a sender, and what is never told.

import { Hono } from "hono";
import { describe, it } from "vitest";
import type { Bridge, LogFields } from "../../src/bridge/ports.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import { ok } from "../../src/core/result.ts";
import { api } from "../../src/http/api.ts";
import { health } from "../../src/http/health.ts";
import { plainRequest } from "../fakes/fake-access.ts";
import { type Isolate, NOW, openIsolate, openRoom, type Room } from "./desk-objects.ts";

const ADMIN = "admin-token-of-the-tests";
const SECRET = "the-secret-that-the-handshake-brought-0123456789";
const HOUR_MS = 3_600_000;
const app = new Hono().route("/api", api).route("/healthz", health);

const CONFIG = {
  engines: { default: { token: "ENGINE_TOKEN" } },
  sources: {
    stripe: { preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"], expectEvery: "1h" },
    own: { verify: { family: "none" } },
    later: { preset: "github", secrets: ["GITHUB_SECRET"], state: "paused", expectEvery: "1h" },
  },
};

interface Api extends Isolate {
  readonly room: Room;
  readonly told: { level: string; name: string; fields: LogFields }[];
  call(method: string, path: string, token?: string): Promise<Response>;
}

function openApi(): Api {
  const setup = readSetup(CONFIG, { development: false, hasSecret: () => true });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const room = openRoom();
  const isolate = openIsolate(room);
  const told: Api["told"] = [];
  const bridge = {
    setup: setup.value,
    desk: isolate.desk,
    ledger: { list: async () => ({ executions: [], next: null }), marks: async () => new Map() },
    now: () => NOW,
    log: (level: string, name: string, fields: LogFields) => void told.push({ level, name, fields }),
  } as unknown as Bridge;
  const bindings = { bridge: ok(bridge), adminToken: ADMIN, ...plainRequest(), defer: () => undefined };
  return Object.assign(isolate, {
    room,
    told,
    call: async (method: string, path: string, token = ADMIN) =>
      app.fetch(
        new Request(`https://bridge.example.com${path}`, { method, headers: { authorization: `Bearer ${token}` } }),
        bindings,
      ),
  });
}

const unheard = { lastEventAt: null, silentSince: null, captured: false, notes: { refused: 0, unmatched: 0 } };

describe("GET /api/sources", () => {
  it("lists every source of the configuration and what is known of it", async ({ expect }) => {
    const { call, desk } = openApi();
    await desk.received("stripe", NOW - 2 * HOUR_MS);
    await desk.watch("stripe", NOW, HOUR_MS);
    await desk.refused("own", { at: NOW, reason: "unsupported-content-type", detail: "text/plain" });
    await desk.unmatched("own", { at: NOW, reason: "unmatched", detail: "order.created" });
    await desk.capture("own", SECRET);
    const response = await call("GET", "/api/sources");
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const twoHoursAgo = "2026-11-23T10:00:00.000Z";
    expect(await response.json()).toEqual({
      sources: [
        {
          ...unheard,
          id: "stripe",
          preset: "stripe",
          state: "active",
          path: "/in/stripe",
          lastEventAt: twoHoursAgo,
          silentSince: twoHoursAgo,
        },
        {
          ...unheard,
          id: "own",
          preset: null,
          state: "active",
          path: "/in/own",
          captured: true,
          notes: { refused: 1, unmatched: 1 },
        },
        { ...unheard, id: "later", preset: "github", state: "paused", path: "/in/later" },
      ],
    });
  });

  it("lists them without what only an unreachable desk knows", async ({ expect }) => {
    const { call, room, told } = openApi();
    room.broken = () => {
      throw new Error("down");
    };
    const body = await (await call("GET", "/api/sources")).json<{ sources: object[] }>();
    expect(body.sources[0]).toEqual({
      id: "stripe",
      preset: "stripe",
      state: "active",
      path: "/in/stripe",
      lastEventAt: null,
      silentSince: null,
      captured: null,
      notes: null,
    });
    expect(told.map(({ name }) => name)).toEqual(Array(3).fill("desk.unreachable"));
  });
});

describe("GET /api/sources/:id", () => {
  it("tells what someone needs who sets the sender up, and no secret", async ({ expect }) => {
    const { call, desk } = openApi();
    const stale = { at: NOW, reason: "stale", detail: "301 s in the past" };
    await desk.refused("stripe", stale);
    await desk.capture("stripe", SECRET);
    const text = await (await call("GET", "/api/sources/stripe")).text();
    expect(text).not.toContain(SECRET);
    expect(JSON.parse(text)).toEqual({
      ...unheard,
      id: "stripe",
      preset: "stripe",
      state: "active",
      path: "/in/stripe",
      captured: true,
      notes: { refused: 1, unmatched: 0 },
      expectEvery: "1h",
      compared: null,
      secrets: ["STRIPE_WEBHOOK_SECRET"],
      setup: {
        title: "Stripe",
        description: expect.stringContaining("signing secret"),
        docs: expect.stringMatching(/^https:/),
      },
      refused: [{ ...stale, at: "2026-11-23T12:00:00.000Z", advice: expect.stringContaining("too old") }],
      unmatched: [],
    });
  });

  it("has no guide for a source that was spelled out", async ({ expect }) => {
    expect(await (await openApi().call("GET", "/api/sources/own")).json()).toMatchObject({
      preset: null,
      setup: null,
      expectEvery: null,
      secrets: [],
    });
  });

  it.for(["unknown", "__proto__", "constructor", "STRIPE"])("does not know %s", async (id, { expect }) => {
    for (const [method, path] of [
      ["GET", `/api/sources/${id}`],
      ["POST", `/api/sources/${id}/release`],
    ] as const) {
      const response = await openApi().call(method, path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ type: "urn:hookspan:problem:not-found" });
    }
  });
});

describe("POST /api/sources/:id/release", () => {
  it("forgets the captured secret, says so in the log, and may be repeated", async ({ expect }) => {
    const { call, desk, told } = openApi();
    await desk.capture("own", SECRET);
    for (let n = 0; n < 2; n++) {
      const response = await call("POST", "/api/sources/own/release");
      expect([response.status, await response.json()]).toEqual([200, { id: "own", captured: false }]);
    }
    expect(await desk.capturedSecret("own")).toBeNull();
    expect(told).toEqual(Array(2).fill({ level: "info", name: "source.released", fields: { source: "own" } }));
  });

  it("says that nothing was released where the desk is out of reach", async ({ expect }) => {
    const { call, room } = openApi();
    room.broken = () => {
      throw new Error("down");
    };
    expect((await call("POST", "/api/sources/own/release")).status).toBe(503);
  });
});

describe("whoever is no admin", () => {
  it("sees nothing and releases nothing", async ({ expect }) => {
    const { call, desk } = openApi();
    await desk.capture("own", SECRET);
    for (const [method, path] of [
      ["GET", "/api/sources"],
      ["GET", "/api/sources/own"],
      ["GET", "/api/sources/unknown"],
      ["POST", "/api/sources/own/release"],
    ] as const) {
      expect((await call(method, path, "another-token")).status).toBe(401);
    }
    expect(await desk.capturedSecret("own")).toBe(SECRET);
  });
});

describe("other methods", () => {
  it.for([
    ["POST", "/api/sources", "GET"],
    ["DELETE", "/api/sources/own", "GET"],
    ["GET", "/api/sources/own/release", "POST"],
  ] as const)("%s %s is told to use %s", async ([method, path, allow], { expect }) => {
    const response = await openApi().call(method, path);
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });
});

it("silence is not ill health", async ({ expect }) => {
  const { call, desk } = openApi();
  await desk.received("stripe", NOW - 2 * HOUR_MS);
  expect((await desk.watch("stripe", NOW, HOUR_MS)).turned).toBe("silent");
  expect((await call("GET", "/healthz")).status).toBe(200);
});

// A key and a secret in place of a token: exchanged once, renewed in time, and once more where the engine refuses it.
// Over loopback HTTP, with a clock that the test moves.
import { describe, expect, test } from "vitest";
import type { Engine } from "../../../src/bridge/ports.ts";
import { createEngine } from "../../../src/engine/engine-client.ts";
import { exchangedToken, type TokenMemory } from "../../../src/engine/token.ts";
import { definitionOf, failureOf, NOW, START } from "./engines.ts";
import { httpServer, type SeenRequest } from "./loopback.ts";

const MINUTE_MS = 60_000;
const [KEY, SECRET] = ["the-key-of-the-tests", "the-secret-of-the-tests"];

interface Scene {
  readonly seen: readonly SeenRequest[];
  now: number;
  /** What /auth/authorize answers in place of a token. */
  refusal: readonly [number, string] | undefined;
  /** Tokens that the engine does not accept any more. */
  readonly revoked: Set<string>;
  /** What a token says of itself, by its number. */
  claims(number: number): object;
  engine(): Engine;
  exchanges(): number;
  calls(): SeenRequest[];
}

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256" })}.${part(claims)}.c2ln`;
}

async function scene(): Promise<Scene> {
  let issued = 0;
  const memory: TokenMemory = new Map();
  const { url, seen } = await httpServer((response, request) => {
    if (request.path === "/auth/authorize") {
      const [status, body] = one.refusal ?? [200, JSON.stringify({ accessToken: jwt(one.claims(++issued)) })];
      response.writeHead(status, { "content-type": "application/json" }).end(body);
      return;
    }
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    if (one.revoked.has(token)) response.writeHead(401).end();
    else response.writeHead(200).end(JSON.stringify({ id: "run-1", status: "RUNNING" }));
  });
  const one: Scene = {
    seen,
    now: NOW,
    refusal: undefined,
    revoked: new Set(),
    claims: (number) => ({ jti: number, exp: (one.now + 60 * MINUTE_MS) / 1_000 }),
    engine() {
      const deps = { fetch: (to: string, init: RequestInit) => fetch(to, init), now: () => one.now };
      const source = { name: "default", url: `${url}/auth/authorize`, key: KEY, secret: SECRET, timeoutMs: 10_000 };
      return createEngine(definitionOf({ baseUrl: url }), {
        ...deps,
        token: exchangedToken({ ...source, memory, ...deps }),
      });
    },
    exchanges: () => seen.filter(({ path }) => path === "/auth/authorize").length,
    calls: () => seen.filter(({ path }) => path !== "/auth/authorize"),
  };
  return one;
}

function bearer(one: Scene, number: number): string {
  return `Bearer ${jwt(one.claims(number))}`;
}

describe("credentials", () => {
  test("are exchanged for a token, which stands behind Bearer and serves every call of the isolate", async () => {
    const one = await scene();
    const first = one.engine();
    await Promise.all([first.start(START), first.start(START)]);
    await one.engine().get("run-1");
    expect(one.exchanges()).toBe(1);
    expect(one.seen[0]).toMatchObject({ method: "POST", path: "/auth/authorize" });
    expect(JSON.parse(one.seen[0]?.body ?? "")).toEqual({ key: KEY, secret: SECRET });
    expect(one.calls().map(({ headers }) => headers.authorization)).toEqual(Array(3).fill(bearer(one, 1)));
  });

  test("are exchanged again before the token expires, and not much sooner", async () => {
    const one = await scene();
    const claims = one.claims(1);
    one.claims = (number) => ({ ...claims, jti: number });
    await one.engine().get("run-1");
    one.now += 57 * MINUTE_MS;
    await one.engine().get("run-1");
    expect(one.exchanges()).toBe(1);
    one.now += 2 * MINUTE_MS;
    await one.engine().get("run-1");
    expect(one.exchanges()).toBe(2);
  });

  test("that cannot be exchanged for the moment leave the old token in use for as long as it is good", async () => {
    const one = await scene();
    const claims = one.claims(1);
    one.claims = () => claims;
    await one.engine().get("run-1");
    one.refusal = [500, "{}"];
    one.now += 59 * MINUTE_MS;
    expect((await one.engine().get("run-1")).ok).toBe(true);
    one.now += MINUTE_MS;
    expect(await failureOf(one.engine().start(START))).toEqual({
      reason: "unavailable",
      detail: "authorize: HTTP 500",
    });
  });

  test("give a token that does not say when it expires ten minutes", async () => {
    const one = await scene();
    one.claims = () => ({});
    await one.engine().get("run-1");
    one.now += 7 * MINUTE_MS;
    await one.engine().get("run-1");
    expect(one.exchanges()).toBe(1);
    one.now += 2 * MINUTE_MS;
    await one.engine().get("run-1");
    expect(one.exchanges()).toBe(2);
  });
});

describe("a token that the engine refuses", () => {
  test("is renewed once and the call repeated, a start too: a 401 had no effect", async () => {
    const one = await scene();
    one.revoked.add(jwt(one.claims(1)));
    expect((await one.engine().start(START)).ok).toBe(true);
    expect(one.calls().map(({ headers }) => headers.authorization)).toEqual([bearer(one, 1), bearer(one, 2)]);
    await one.engine().get("run-1");
    expect(one.exchanges()).toBe(2);
  });

  test("and whose successor it refuses too, is unauthorized after two calls", async () => {
    const one = await scene();
    for (const number of [1, 2]) one.revoked.add(jwt(one.claims(number)));
    expect(await failureOf(one.engine().start(START))).toMatchObject({ reason: "unauthorized" });
    expect(one.calls()).toHaveLength(2);
  });

  test("is not renewed by those who come late: they take the one that is there", async () => {
    const one = await scene();
    one.revoked.add(jwt(one.claims(1)));
    const engine = one.engine();
    await Promise.all([engine.get("run-1"), engine.get("run-1"), engine.get("run-1")]);
    expect(one.exchanges()).toBe(2);
  });
});

describe("an exchange that fails", () => {
  test.each([
    [400, "unauthorized"],
    [401, "unauthorized"],
    [403, "unauthorized"],
    [429, "throttled"],
    [500, "unavailable"],
    [503, "unavailable"],
  ] as const)("with %i makes the call %s: nothing was started, so nothing is in doubt", async (status, reason) => {
    const one = await scene();
    one.refusal = [status, JSON.stringify({ message: `no such key ${KEY} ${SECRET}` })];
    const failure = await failureOf(one.engine().start(START));
    expect(failure).toEqual({ reason, detail: `authorize: HTTP ${status}` });
    expect(one.calls()).toHaveLength(0);
  });

  test("because the answer holds no token is unavailable, and tells nothing of the credentials", async () => {
    const one = await scene();
    for (const body of ["{}", "not json", '{"accessToken":7}']) {
      one.refusal = [200, body];
      const failure = await failureOf(one.engine().start(START));
      expect(failure).toEqual({ reason: "unavailable", detail: "authorize: the answer holds no accessToken" });
    }
  });
});

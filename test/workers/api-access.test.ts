// The operations API for each role and for nobody, through the whole app: every operation that is declared, whatever is added.
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, it } from "vitest";
import { err, ok } from "../../src/core/result.ts";
import { mayActAs, ROLES, type Role } from "../../src/core/role.ts";
import { OPERATIONS } from "../../src/http/api.ts";
import type { Operation } from "../../src/http/operation.ts";
import { openAccessRoom } from "./access-rooms.ts";
import { ADMIN, CONFIG, http, NOW, readDocument } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

const operations = Object.values(OPERATIONS).flatMap((some) =>
  Object.entries(some).flatMap(([path, methods]) =>
    Object.entries<Operation>(methods).map(([method, { role }]) => ({
      path,
      method: method.toUpperCase(),
      needed: role,
    })),
  ),
);

/** With something in place of what stands in braces. */
function addressOf(path: string): string {
  return path.replace(/\{\w+\}/g, "exe_0_1");
}

describe("an operation of the API", () => {
  const room = openAccessRoom();
  const tokens = new Map<Role, string>();
  beforeAll(async () => {
    for (const role of ROLES) {
      tokens.set(role, (await room.isolate().create({ name: role, role, expiresAt: null }, "test")).token);
    }
  });

  const cases = operations.flatMap((operation) => ROLES.map((role) => ({ ...operation, role })));

  it.for(cases)(
    "$method $path, which needs $needed, meets $role",
    async ({ path, method, needed, role }, { expect }) => {
      const { fetch } = http({}, { access: room.isolate() });
      const headers = { authorization: `Bearer ${tokens.get(role)}`, "content-type": "application/json" };
      const answer = await fetch(`/api${addressOf(path)}`, { method, headers });
      if (mayActAs({ name: role, role }, needed)) expect([401, 403, 500]).not.toContain(answer.status);
      else expect((await problemIn(answer, 403, expect)).detail).toContain(needed);
    },
  );

  it.for(operations)("$method $path meets nobody with 401, and says nothing", async ({ path, method }, { expect }) => {
    const { fetch } = http();
    const answer = await fetch(`/api${addressOf(path)}`, { method });
    expect((await problemIn(answer, 401, expect)).title).toBe("Unauthorized");
  });
});

describe("whoever has a token of their own", () => {
  it("makes changes under its name, which the record keeps with what came of them", async ({ expect }) => {
    const room = openAccessRoom();
    const { token } = await room.isolate().create({ name: "night shift", role: "operator", expiresAt: null }, "test");
    const access = room.isolate();
    const { fetch, lines } = http({}, { access, requestId: "ray-7" });
    const headers = { authorization: `Bearer ${token}` };
    expect(await (await fetch("/api/whoami", { headers })).json()).toEqual({ name: "night shift", role: "operator" });
    await fetch("/api/engines/default/pause", { method: "POST", headers });
    await fetch("/api/tokens", { method: "POST", headers, body: "{}" });
    const admin = { authorization: `Bearer ${ADMIN}` };
    const { entries } = await (await fetch("/api/audit", { headers: admin })).json<{ entries: object[] }>();
    expect(entries).toMatchObject([
      { who: "night shift", action: "POST /api/tokens", status: 403 },
      {
        who: "night shift",
        role: "operator",
        action: "POST /api/engines/:id/pause",
        target: "/api/engines/default/pause",
      },
    ]);
    expect(lines.find(({ name }) => name === "api.changed")?.fields).toMatchObject({
      request: "ray-7",
      who: "night shift",
    });
  });

  it("sees payloads from the role operator on, and never in a list", async ({ expect }) => {
    const room = openAccessRoom();
    const over = http({}, { access: room.isolate() });
    await over.stripe({ id: "evt_1", customer: "cus_of_a_person", ends: "succeeded" });
    await over.settled();
    const { executions } = await (await over.api("/executions")).json<{ executions: { id: string }[] }>();
    const as = async (role: Role, path: string) => {
      const { token } = await room.isolate().create({ name: role, role, expiresAt: null }, "test");
      return (await over.fetch(`/api${path}`, { headers: { authorization: `Bearer ${token}` } })).text();
    };
    const one = `/executions/${executions[0]?.id}`;
    expect(await as("operator", one)).toContain("cus_of_a_person");
    expect(await as("operator", one)).toContain("APPROVED");
    const hidden = await as("viewer", one);
    expect(hidden).not.toContain("cus_of_a_person");
    expect(hidden).not.toContain("APPROVED");
    expect(JSON.parse(hidden)).toMatchObject({
      payloads: "hidden",
      state: "succeeded",
      event: { id: "evt_1", data: null },
    });
    expect(await as("admin", "/executions")).not.toContain("cus_of_a_person");
  });

  it("is told the token once, and no list of tokens has it", async ({ expect }) => {
    const { fetch } = http({}, { access: openAccessRoom().isolate() });
    const headers = { authorization: `Bearer ${ADMIN}` };
    const body = JSON.stringify({ name: "grafana", role: "viewer", expiresInDays: 30 });
    const made = await fetch("/api/tokens", { method: "POST", headers, body });
    const { token, id } = await made.json<{ token: string; id: string }>();
    expect(made.status).toBe(201);
    const list = await (await fetch("/api/tokens", { headers })).text();
    expect(list).toContain(id);
    expect(list).not.toContain(token);
    expect((await fetch("/api/executions", { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    expect((await fetch(`/api/tokens/${id}`, { method: "DELETE", headers })).status).toBe(200);
    expect((await fetch("/api/executions", { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
  });

  it("is held up after too many wrong ones, while the owner is not", async ({ expect }) => {
    const { fetch } = http({}, { access: openAccessRoom().isolate() });
    const from = { "cf-connecting-ip": "192.0.2.66" };
    for (let n = 0; n < 20; n++) {
      await fetch("/api/whoami", { headers: { ...from, authorization: `Bearer wrong-${n}` } });
    }
    const refused = await fetch("/api/whoami", { headers: { ...from, authorization: "Bearer wrong" } });
    expect((await problemIn(refused, 429, expect)).title).toBe("Too many attempts");
    expect(refused.headers.get("retry-after")).toBe("300");
    expect((await fetch("/api/whoami", { headers: { ...from, authorization: `Bearer ${ADMIN}` } })).status).toBe(200);
  });
});

describe("whoever has signed in by Cloudflare Access", () => {
  const TEAM = "https://acme.cloudflareaccess.com";
  const claims = { email: "Anna@Example.com", aud: ["aud-of-the-app"], iss: TEAM };

  async function scene() {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "key-1", alg: "RS256", use: "sig" }] };
    const document = {
      ...CONFIG,
      access: {
        team: "acme",
        audience: "aud-of-the-app",
        roles: { "anna@example.com": "operator", "*@example.com": "viewer", "ci.access": "operator" },
      },
    };
    const setup = readDocument(document, 0);
    if (!setup.ok) throw new Error(JSON.stringify(setup.error));
    const asked: string[] = [];
    const { fetch } = http({
      setup: setup.value,
      async keys({ url }) {
        asked.push(url);
        return url === `${TEAM}/cdn-cgi/access/certs` ? ok(JSON.stringify(jwks)) : err({ reason: "not-found" });
      },
    });
    const token = (
      payload: object,
      { alg = "RS256", kid = "key-1", key = privateKey as never, exp = NOW / 1_000 + 60 } = {},
    ) =>
      new SignJWT({ ...payload })
        .setProtectedHeader({ alg, kid })
        .setIssuedAt(NOW / 1_000)
        .setExpirationTime(exp)
        .sign(key);
    const as = async (shown: string) => fetch("/api/whoami", { headers: { "cf-access-jwt-assertion": shown } });
    return { token, as, asked };
  }

  it.for([
    ["by address", claims, "operator"],
    ["by domain", { ...claims, email: "bert@example.com" }, "viewer"],
    ["as a service", { aud: "aud-of-the-app", iss: TEAM, common_name: "ci.access" }, "operator"],
  ] as const)("has the role that the configuration gives, %s", async ([, payload, role], { expect }) => {
    const { token, as, asked } = await scene();
    const answer = await as(await token(payload));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ role });
    expect(asked).toContain(`${TEAM}/cdn-cgi/access/certs`);
  });

  it("is nobody with a token that proves nothing", async ({ expect }) => {
    const { token, as } = await scene();
    const other = await generateKeyPair("RS256");
    const secret = new TextEncoder().encode("the public key, taken for a secret");
    const forged = {
      "another audience": await token({ ...claims, aud: ["another"] }),
      "another team": await token({ ...claims, iss: "https://evil.cloudflareaccess.com" }),
      "another key": await token(claims, { key: other.privateKey as never }),
      "an unknown key id": await token(claims, { kid: "key-2", key: other.privateKey as never }),
      "a shared secret": await token(claims, { alg: "HS256", key: secret as never }),
      expired: await token(claims, { exp: NOW / 1_000 - 3_600 }),
      unsigned: `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims))}.`,
      "somebody else": await token({ ...claims, email: "eve@evil.com" }),
      "a look-alike domain": await token({ ...claims, email: "eve@notexample.com" }),
      "no name": await token({ aud: claims.aud, iss: TEAM }),
      nonsense: "a.b.c",
    };
    for (const [what, shown] of Object.entries(forged)) expect((await as(shown)).status, what).toBe(401);
  });
});

describe("every answer", () => {
  it("carries the id of its request, and what keeps a browser from making more of it", async ({ expect }) => {
    const { fetch } = http({}, { requestId: "ray-7" });
    for (const path of ["/api/executions", "/healthz", "/in/nobody", "/nothing"]) {
      const { headers } = await fetch(path);
      expect(headers.get("x-request-id")).toBe("ray-7");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("strict-transport-security")).toContain("max-age=");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
    expect((await fetch("/api/executions")).headers.get("cache-control")).toBe("no-store");
  });
});

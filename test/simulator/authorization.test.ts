// The two forms of authorization, checked with a fixed clock and over HTTP.
import { beforeEach, describe, it } from "vitest";
import { checkAuthorization } from "../../src/simulator/authorization.ts";
import { call, control, forget, request } from "./simulator-client.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const NOW_SECONDS = NOW / 1000;

function encode(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function jwt(payload: unknown): string {
  return `${encode({ alg: "HS256", typ: "JWT" })}.${encode(payload)}.c2lnbmF0dXJl`;
}

function reasonFor(header: string | undefined, pinned: string | null = null): string {
  const checked = checkAuthorization(header, pinned, NOW);
  return checked.ok ? "" : checked.error;
}

describe("an organization API token", () => {
  it("passes as it is", ({ expect }) => {
    expect(reasonFor("tot_12345678")).toBe("");
  });

  it("is refused behind Bearer, and the reason says which form is expected", ({ expect }) => {
    expect(reasonFor("Bearer tot_12345678")).toContain('remove "Bearer "');
    expect(reasonFor("bearer tot_12345678")).toContain('remove "Bearer "');
  });

  it.for(["tot_1234567", "tot_", "tot_1234 5678"])("is refused when it is malformed: %s", (header, { expect }) => {
    expect(reasonFor(header)).toContain("malformed");
  });
});

describe("a legacy JWT", () => {
  it("passes behind Bearer while it is valid", ({ expect }) => {
    expect(reasonFor(`Bearer ${jwt({ workspaceId: "w", exp: NOW_SECONDS + 1 })}`)).toBe("");
  });

  it("is refused from the second of its expiry on", ({ expect }) => {
    expect(reasonFor(`Bearer ${jwt({ exp: NOW_SECONDS })}`)).toContain("expired at 2026-11-23T12:00:00.000Z");
  });

  it("is refused without an exp claim", ({ expect }) => {
    expect(reasonFor(`Bearer ${jwt({})}`)).toContain("exp");
  });

  it("is refused without Bearer", ({ expect }) => {
    expect(reasonFor(jwt({ exp: NOW_SECONDS + 60 }))).toContain("neither form");
  });

  it.for(["abc", "a.b", "a.b.c", `${jwt({ exp: NOW_SECONDS + 60 })}.d`, `${encode([])}.${encode({})}.eA`, "..", ""])(
    "is refused when it is malformed: %s",
    (token, { expect }) => {
      expect(reasonFor(`Bearer ${token}`)).not.toBe("");
    },
  );
});

describe("a pinned credential", () => {
  it("is the only token that passes", ({ expect }) => {
    expect(reasonFor("tot_12345678", "tot_12345678")).toBe("");
    expect(reasonFor("tot_87654321", "tot_12345678")).toContain("not the one");
  });

  it("can be a JWT, pinned without Bearer", ({ expect }) => {
    const token = jwt({ exp: NOW_SECONDS + 60 });
    expect(reasonFor(`Bearer ${token}`, token)).toBe("");
  });
});

describe("over HTTP", () => {
  beforeEach(forget);

  it.for([
    ["POST", "/workflows"],
    ["GET", "/workflows/x"],
    ["POST", "/workflows/x/cancel"],
    ["GET", "/workflows/x/result"],
  ] as const)("%s %s without a header is 401 with a reason", async ([method, path], { expect }) => {
    const { status, body } = await request(method, path);
    expect(status).toBe(401);
    expect(body).toMatchObject({ statusCode: 401, error: "Unauthorized" });
    expect(body.message).toContain("Authorization header is missing");
  });

  it("a token is pinned through the settings", async ({ expect }) => {
    await control("PUT", "settings", { token: "tot_the-pinned-one" });
    expect((await call("GET", "/workflows/x")).status).toBe(401);
    const headers = { authorization: "tot_the-pinned-one" };
    expect((await request("GET", "/workflows/x", { headers })).status).toBe(404);
  });
});

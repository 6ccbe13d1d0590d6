// The page on which the operations API is read and tried: open, of our own making, and under a policy that lets nothing else in.
import { describe, it } from "vitest";
import { http } from "./http-bridge.ts";

describe("the page of the operations API", () => {
  it("has a form for each operation, and loads nothing that is not ours", async ({ expect }) => {
    const { fetch } = http();
    const answer = await fetch("/api/docs");
    const page = await answer.text();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
    expect(page.match(/<form /g)?.length).toBeGreaterThan(25);
    expect(page).toContain('data-path="/executions/{id}/cancel"');
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(page).not.toMatch(/<script(?! src="docs\.js")|style="|onclick|https?:\/\//);
    for (const [path, type] of [
      ["/api/docs.js", "text/javascript; charset=utf-8"],
      ["/api/docs.css", "text/css; charset=utf-8"],
      ["/api/openapi.json", "application/json"],
    ] as const) {
      const asset = await fetch(path);
      expect([asset.status, asset.headers.get("content-type")]).toEqual([200, type]);
    }
  });

  it("is there while the configuration is refused, and for whoever has no token", async ({ expect }) => {
    const refused = { ok: false, error: { reason: "misconfigured", faults: [] } } as const;
    const { fetch } = http({}, { bridge: refused, adminToken: undefined });
    expect((await fetch("/api/docs")).status).toBe(200);
    expect((await fetch("/api/openapi.json")).status).toBe(200);
  });
});

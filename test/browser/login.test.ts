// Signing in and out of the dashboard, in a real browser: who gets in, what a session is, what a browser may not do.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(JSON.parse(readFileSync("scripts/demo.config.json", "utf8")));
});
afterAll(() => stage?.stop());

describe("the login", () => {
  it("meets whoever is not signed in at every page, and leads on to where they wanted to go", async () => {
    const page = await stage.visit("/ui/executions?state=held", null);
    await page.getByLabel("Token", { exact: true }).fill("not a token");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("This token is not valid");
    await page.getByLabel("Token", { exact: true }).fill(stage.secrets.adminToken);
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/ui/executions?state=held");
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Executions");
  });

  it("leads nowhere else, whatever a link says", async () => {
    const page = await stage.visit("/ui/login", null);
    for (const next of [
      "https://evil.example/ui",
      "//evil.example",
      "/ui/../api/tokens",
      "/ui\\@evil.example",
      "/api/tokens",
    ]) {
      await page.goto("/ui/login");
      await page.locator("input[name=next]").evaluate((input, value) => input.setAttribute("value", value), next);
      await page.getByLabel("Token", { exact: true }).fill(stage.secrets.adminToken);
      await page.getByRole("button", { name: "Sign in" }).click();
      expect(page.url()).toMatch(new RegExp(`^${stage.bridge.url}/ui(/|$)`));
    }
  });

  it("gives a session that scripts cannot read, that other sites do not send, and that sign-out ends", async () => {
    const page = await stage.visit("/ui");
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    expect(cookie?.value).not.toContain(stage.secrets.adminToken);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.goto("/ui");
    expect(await page.title()).toContain("Sign in");
  });

  it("is not had by changing the cookie", async () => {
    const page = await stage.visit("/ui");
    const [cookie] = await page.context().cookies();
    if (!cookie) throw new Error("no cookie");
    const [id, until, mac] = decodeURIComponent(cookie.value).split(".");
    for (const value of [
      `${id}.${Number(until) + 1}.${mac}`,
      `other.${until}.${mac}`,
      `${id}.${until}.`,
      "",
      mac ?? "",
    ]) {
      const answer = await fetch(`${stage.bridge.url}/ui`, {
        headers: { cookie: `${cookie.name}=${encodeURIComponent(value)}` },
      });
      expect(answer.status).toBe(401);
    }
  });

  it("shows a token's owner and role, and ends with the token", async () => {
    const { token, id } = await stage.ask<{ token: string; id: string }>("POST", "/tokens", {
      name: "night shift",
      role: "viewer",
    });
    const page = await stage.visit("/ui", token);
    expect(await page.locator(".who").innerText()).toMatch(/night shift\s+viewer/);
    await stage.ask("DELETE", `/tokens/${id}`);
    await page.reload();
    expect(await page.title()).toContain("Sign in");
  });

  it("refuses a form that another site has sent", async () => {
    const page = await stage.visit("/ui");
    const [cookie] = await page.context().cookies();
    const answer = await fetch(`${stage.bridge.url}/ui/logout`, {
      method: "POST",
      headers: {
        cookie: `${cookie?.name}=${cookie?.value}`,
        origin: "https://evil.example",
        "sec-fetch-site": "cross-site",
        "content-type": "application/x-www-form-urlencoded",
      },
      redirect: "manual",
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("This form did not come from here");
  });
});

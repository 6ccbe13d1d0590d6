// What holds for every page of the dashboard: nobody is kept out by how it is made, it fits a telephone, it runs nothing that is
// not ours, and a viewer is not offered what a viewer may not do.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareTraffic } from "../../scripts/traffic.ts";
import { isWiderThanATelephone, seriousFindings } from "./accessibility.ts";
import { openStage, type Stage } from "./stage.ts";

const PAGES = [
  "/ui",
  "/ui?period=7d",
  "/ui/executions",
  "/ui/executions?state=succeeded",
  "/ui/executions?q=nobody-knows-this",
  "/ui/executions/EXECUTION",
  "/ui/records",
  "/ui/records?record=RECORD",
  "/ui/dead-letters",
  "/ui/sources",
  "/ui/sources/stripe",
  "/ui/rules",
  "/ui/rules/playground",
  "/ui/rules/playground?execution=EXECUTION",
  "/ui/callbacks",
  "/ui/engines",
  "/ui/jobs",
  "/ui/configuration",
  "/ui/configuration/revisions/1",
  "/ui/access",
  "/ui/nowhere",
] as const;

let stage: Stage;
let addresses: string[];

beforeAll(async () => {
  const config = JSON.parse(readFileSync("scripts/demo.config.json", "utf8"));
  stage = await openStage(config);
  const traffic = await prepareTraffic(stage, stage.control, { sources: Object.keys(config.sources), runsForMs: 200 });
  for (let n = 0; n < 16; n++) await traffic.send(n);
  await stage.receiver.message(({ type }) => type === "execution.succeeded");
  const { executions } = await stage.ask<{ executions: { id: string; recordId: string }[] }>(
    "GET",
    "/executions?state=succeeded",
  );
  const [first] = executions;
  if (!first) throw new Error("nothing has succeeded");
  addresses = PAGES.map((path) => path.replace("EXECUTION", first.id).replace("RECORD", first.recordId));
});
afterAll(() => stage?.stop());

describe("every page", () => {
  it("has nothing that keeps people out, in light and in dark (axe)", async () => {
    const page = await stage.visit("/ui");
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const path of addresses) {
        await page.goto(path);
        found.push(...(await seriousFindings(page)));
      }
    }
    expect(found).toEqual([]);
  });

  it("fits a telephone, and says what it is", async () => {
    const page = await stage.visit("/ui");
    const wide: string[] = [];
    const headings: number[] = [];
    for (const path of addresses) {
      await page.goto(path);
      if (await isWiderThanATelephone(page)) wide.push(path);
      headings.push(await page.locator("h1").count());
    }
    expect(wide).toEqual([]);
    expect(headings.filter((count) => count > 1)).toEqual([]);
  });

  it("keeps to its own policy: nothing is refused by it, nothing is inline, nothing comes from elsewhere", async () => {
    const page = await stage.visit("/ui");
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(`${page.url()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(stage.bridge.url)) complaints.push(`${page.url()} asks ${request.url()}`);
    });
    for (const path of addresses) {
      const answer = await page.goto(path);
      expect(answer?.headers()["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
      expect(answer?.headers()["cache-control"]).toBe("no-store");
      const inline = await page.evaluate(
        "document.querySelectorAll('[style], [onclick], script:not([src]), style').length",
      );
      expect({ path, inline }).toEqual({ path, inline: 0 });
    }
    expect(complaints.filter((line) => !line.includes("nowhere") && !line.includes("404"))).toEqual([]);
  });

  it("offers a viewer no button that changes something, and refuses what a viewer sends all the same", async () => {
    const page = await stage.visit("/ui", await stage.tokenFor("viewer"));
    const offered: string[] = [];
    for (const path of addresses) {
      await page.goto(path);
      const actions = (await page.evaluate(
        "[...document.querySelectorAll('form[method=post]')].map((form) => form.getAttribute('action'))",
      )) as string[];
      offered.push(...actions.filter((action) => action !== "/ui/logout"));
    }
    expect(offered).toEqual([]);
    const [cookie] = await page.context().cookies();
    for (const path of [
      "/ui/callbacks/crm/pause",
      "/ui/engines/default/pause",
      "/ui/sources/stripe/release",
      "/ui/access/tokens",
      "/ui/configuration/revisions/1/restore",
    ]) {
      const answer = await fetch(stage.bridge.url + path, {
        method: "POST",
        headers: {
          cookie: `${cookie?.name}=${cookie?.value}`,
          origin: stage.bridge.url,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: "name=x&role=admin",
      });
      expect({ path, status: answer.status }).toEqual({ path, status: 403 });
    }
  });

  it("can be read without the script", async () => {
    const context = await stage.browser.newContext({ javaScriptEnabled: false, baseURL: stage.bridge.url });
    const page = await context.newPage();
    await page.goto("/ui/login");
    await page.getByLabel("Token", { exact: true }).fill(stage.secrets.adminToken);
    await page.getByRole("button", { name: "Sign in" }).click();
    for (const path of addresses) {
      await page.goto(path);
      expect(await page.locator("main").innerText()).not.toBe("");
    }
    await context.close();
  });
});

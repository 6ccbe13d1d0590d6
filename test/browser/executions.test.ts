// The lists of the dashboard in a real browser: executions as they come, filtered and found; records; dead letters, and sending them
// again one by one and all at once, with a job that one can watch.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWiderThanATelephone, seriousFindings } from "./accessibility.ts";
import { type ExecutionsStage, openExecutionsStage, sendAs } from "./executions-stage.ts";

let stage: ExecutionsStage;
beforeAll(async () => {
  stage = await openExecutionsStage();
});
afterAll(() => stage?.stop());

describe("the list of executions", () => {
  it("says what to do as long as nothing has come, and shows what comes without being loaded again", async () => {
    const page = await stage.visit("/ui/executions");
    expect(await page.locator(".empty").innerText()).toContain("Nothing has come in yet");
    await page.evaluate("window.neverReloaded = true");
    await stage.subscribe("evt_live");
    const row = page.getByRole("row", { name: /evt_live/ });
    await row.waitFor();
    await stage.subscribe("evt_next");
    await page.getByRole("row", { name: /evt_next/ }).waitFor();
    expect(await page.getByRole("row").nth(1).innerText()).toContain("evt_next");
    await row.getByText("delivered").waitFor();
    expect(await page.evaluate("window.neverReloaded")).toBe(true);
  });

  it("has its filter in the address, so that another who opens it sees the same", async () => {
    await stage.until(await stage.refund("evt_refund"), ({ endedAt }) => endedAt !== null);
    const page = await stage.visit("/ui/executions");
    await page.getByLabel("State").selectOption("succeeded");
    await page.getByLabel("Rule", { exact: true }).fill("review-on-refund");
    await page.getByText("More", { exact: true }).click();
    await page.getByLabel("Since (UTC)").fill("2026-01-02T03:04:05");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    const address = new URL(page.url());
    expect(Object.fromEntries([...address.searchParams].filter(([, value]) => value !== ""))).toEqual({
      state: "succeeded",
      rule: "review-on-refund",
      since: "2026-01-02T03:04:05",
    });
    const other = await stage.visit(address.pathname + address.search, await stage.tokenFor("viewer"));
    for (const each of [page, other]) {
      await each.getByRole("row", { name: /evt_refund/ }).waitFor();
      expect(await each.getByRole("row").count()).toBe(2);
      expect(await each.getByLabel("Since (UTC)").inputValue()).toBe("2026-01-02T03:04:05");
    }
    await page.goto(`${address.pathname}?state=expired`);
    expect(await page.locator(".empty").innerText()).toContain("Nothing fits this filter");
  });

  it("says what the API does not understand of an address, and shows a time in another zone as UTC", async () => {
    const page = await stage.visit("/ui/executions?state=nonsense");
    expect(await page.getByRole("alert").innerText()).toContain("state");
    await page.goto("/ui/executions?since=2026-01-02T03:04:05%2B02:00");
    expect(await page.getByLabel("Since (UTC)").inputValue()).toBe("2026-01-02T01:04:05");
  });

  it("finds by any id: of an execution, a record, a run, an event, and the sender's own of the record", async () => {
    const id = await stage.subscribe("evt_find", "cus_find");
    const { recordId, runId } = await stage.until(id, ({ state }) => state === "succeeded");
    const page = await stage.visit("/ui/executions");
    const find = async (text: string): Promise<string> => {
      await page.goto("/ui/executions");
      await page.getByLabel("Find by any id").fill(text);
      await page.getByRole("button", { name: "Find" }).click();
      await page.waitForURL((url) => !url.search.includes("q="));
      await page
        .getByText(/evt_find/)
        .first()
        .waitFor();
      return page.url().slice(stage.bridge.url.length);
    };
    expect(await find(id)).toBe(`/ui/executions/${id}`);
    expect(await find(recordId ?? "")).toBe(`/ui/records?record=${recordId}`);
    expect(await find("cus_find")).toBe("/ui/records?record=cus_find");
    expect(await find(runId ?? "")).toBe(`/ui/executions?runId=${runId}`);
    expect(await find(" evt_find ")).toBe("/ui/executions?eventId=evt_find");
    await page.goto(`/ui/executions?q=${encodeURIComponent('nobody"><img src=x>')}`);
    expect(await page.getByRole("status").innerText()).toContain('nobody"><img src=x>');
  });

  it("goes on to what is older, which then stands still, and back to the newest", async () => {
    for (let n = 0; n < 52; n++) await stage.subscribe(`evt_many_${n}`, "cus_many");
    const page = await stage.visit("/ui/executions?record=cus_many");
    expect(await page.getByRole("row").count()).toBe(51);
    await page.getByRole("link", { name: "Older" }).click();
    await page.getByRole("row", { name: /evt_many_0\b/ }).waitFor();
    expect(await page.getByRole("row").count()).toBe(3);
    expect(await page.locator(".live").count()).toBe(0);
    await page.getByRole("link", { name: "The newest" }).click();
    await page.getByText("evt_many_51").waitFor();
  });
});

describe("a record", () => {
  it("is told from the beginning on, by the engine's id of it and by the sender's, of one rule or of all", async () => {
    await stage.until(await stage.subscribe("evt_story_1", "cus_story"), ({ state }) => state === "succeeded");
    await stage.until(await stage.refund("evt_story_2", "cus_story"), ({ state }) => state === "succeeded");
    const page = await stage.visit("/ui/records");
    await page.getByLabel("Record id, or the sender's id of it").fill("cus_story");
    await page.getByRole("button", { name: "Show" }).click();
    const chapters = page.getByRole("list", { name: "What happened" }).getByRole("listitem");
    expect(await chapters.count()).toBe(2);
    expect(await chapters.nth(0).innerText()).toContain("evt_story_1");
    expect(await chapters.nth(1).innerText()).toContain("taken by the rule review-on-refund");
    expect(await page.getByRole("list", { name: "How many" }).innerText()).toContain("2 ✓ succeeded");
    await page.getByLabel("Of one rule only").fill("review-on-refund");
    await page.getByRole("button", { name: "Show" }).click();
    await expect.poll(() => chapters.count()).toBe(1);
    await page.goto("/ui/records?record=nobody");
    expect(await page.locator(".empty").innerText()).toContain("Nothing is known about this record");
  });
});

describe("dead letters", () => {
  it("say why, and are sent again one by one; a viewer may look and no more", async () => {
    stage.receiver.answerWith(400, 400);
    const id = await stage.refund("evt_dead_one");
    await stage.until(id, ({ deliveries }) => deliveries[0]?.state === "exhausted");
    await stage.until(await stage.refund("evt_dead_two"), ({ deliveries }) => deliveries[0]?.state === "exhausted");
    const viewer = await stage.visit("/ui/dead-letters", await stage.tokenFor("viewer"));
    expect(await viewer.getByRole("row", { name: /evt_dead_one/ }).innerText()).toContain("HTTP 400");
    expect(await viewer.getByRole("list", { name: "by callback and reason" }).innerText()).toBe(
      "2 × billing: HTTP 400",
    );
    expect(await viewer.getByRole("button", { name: "Send again" }).count()).toBe(0);
    const refusal = await sendAs(stage, viewer, "/ui/dead-letters/resend", `execution=${id}&callback=billing`);
    expect(refusal.status).toBe(403);

    const page = await stage.visit("/ui/dead-letters");
    await page
      .getByRole("row", { name: /evt_dead_one/ })
      .getByRole("button", { name: "Send again" })
      .click();
    expect(await page.getByRole("status").innerText()).toContain("sent again");
    await stage.receiver.message(({ data, answered }) => data.execution === id && answered === 204);
    await expect.poll(() => page.getByRole("row", { name: /evt_dead_one/ }).count(), { timeout: 15_000 }).toBe(0);
    expect(await page.getByRole("row", { name: /evt_dead_two/ }).count()).toBe(1);
  });

  it("of one callback are all sent again, after a page that says how many, by a job that is watched to its end", async () => {
    stage.receiver.answerWith(400, 400, 400);
    for (const n of [1, 2, 3]) {
      const id = await stage.refund(`evt_bulk_${n}`);
      await stage.until(id, ({ deliveries }) => deliveries[0]?.state === "exhausted");
    }
    const page = await stage.visit("/ui/dead-letters?callback=billing");
    await page.getByText("Send all of them again").click();
    await page.getByLabel("That came in since").fill("2026-01-01T00:00:00");
    await page.getByRole("button", { name: "See how many" }).click();
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Send the end again: 4 executions?");
    expect(new URL(page.url()).searchParams.get("callback")).toBe("billing");
    await page.getByRole("button", { name: "Do it for 4 executions" }).click();
    expect(new URL(page.url()).pathname).toMatch(/^\/ui\/jobs\/./);
    await page.evaluate("window.neverReloaded = true");
    await page.locator("#job").getByText("done", { exact: false }).first().waitFor();
    expect(await page.locator("#job").innerText()).toMatch(/4 in all[\s\S]*4\s+✓ resent/);
    expect(await page.getByRole("progressbar").getAttribute("value")).toBe("1");
    await page.goto("/ui/jobs");
    expect(await page.getByRole("row").nth(1).innerText()).toMatch(/resend[\s\S]*done[\s\S]*4[\s\S]*ADMIN_TOKEN/);
    await page.goto("/ui/dead-letters?callback=billing");
    expect(await page.locator(".empty").innerText()).toContain("Every end has reached whom it is for");
  });
});

describe("bulk work", () => {
  it("is foreseen with what stands in its way, and refused to a viewer, by page and by form", async () => {
    const page = await stage.visit("/ui/executions?record=cus_story");
    await page.getByText("Do something with everything that this filter means").click();
    await page.getByLabel("What", { exact: true }).selectOption("restart");
    await page.getByRole("button", { name: "See what it would do" }).click();
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Restart: 2 executions?");
    expect(await page.locator("main").innerText()).toContain("2 – start");
    const address = page.url().slice(stage.bridge.url.length);
    await page.goto("/ui/executions/bulk?intent=refetch&state=unmatched&record=cus_story");
    expect(await page.getByRole("button", { name: /^Do it/ }).count()).toBe(0);

    // A button pressed twice begins one job.
    const twice = `intent=refetch&key=pressed-twice&filter=${encodeURIComponent("record=cus_story")}`;
    const [first, second] = [
      await sendAs(stage, page, "/ui/executions/bulk", twice),
      await sendAs(stage, page, "/ui/executions/bulk", twice),
    ];
    expect(first?.headers.get("location")).toMatch(/^\/ui\/jobs\/job-pressed-twice\?said=started$/);
    expect(second?.headers.get("location")).toBe(first?.headers.get("location"));

    const viewer = await stage.visit(address, await stage.tokenFor("viewer"));
    expect(await viewer.getByRole("alert").innerText()).toContain("Not for this role");
    const body = `intent=restart&filter=${encodeURIComponent("record=cus_story")}`;
    expect((await sendAs(stage, viewer, "/ui/executions/bulk", body)).status).toBe(403);
    await viewer.goto("/ui/executions?record=cus_story");
    expect(await viewer.getByText("Do something with everything").count()).toBe(0);
  });
});

describe("each of these pages", () => {
  it("keeps nobody out and fits a telephone", async () => {
    const page = await stage.visit("/ui");
    const { jobs } = await stage.ask<{ jobs: { id: string }[] }>("GET", "/jobs");
    const found: string[] = [];
    for (const path of [
      "/ui/executions",
      "/ui/executions?callback=crm&delivery=delivered",
      "/ui/executions/bulk?intent=restart&record=cus_story",
      "/ui/records?record=cus_story",
      "/ui/dead-letters",
      "/ui/jobs",
      `/ui/jobs/${jobs[0]?.id}`,
    ]) {
      await page.goto(path);
      found.push(...(await seriousFindings(page)));
      if (await isWiderThanATelephone(page)) found.push(`${path} is wider than a telephone`);
    }
    expect(found).toEqual([]);
  });
});

// One execution in a real browser: its timeline in words and as a picture, what an operator does about it, what a viewer does not,
// and what comes of a sender who means harm.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWiderThanATelephone, seriousFindings } from "./accessibility.ts";
import { DISPUTE, type ExecutionsStage, KYB, openExecutionsStage, sendAs } from "./executions-stage.ts";

let stage: ExecutionsStage;
beforeAll(async () => {
  stage = await openExecutionsStage();
});
afterAll(() => stage?.stop());

/** The timeline, one text for each line. */
async function linesOf(page: Page): Promise<string[]> {
  const rows = page.getByRole("table", { name: "Timeline, line by line" }).getByRole("row");
  const texts = (await rows.allInnerTexts()).slice(1);
  return texts.map((text) => text.replace(/\s+/g, " ").replace(/^\S+ \S+ (?:(?:ms|s|min|h|d) )?/, ""));
}

/** What the picture says of each mark. */
function marksOf(page: Page): Promise<string[]> {
  return page.locator(".flow svg .mark title").allTextContents();
}

describe("the timeline", () => {
  it("of a run that goes well leads from the sender to the callback, in the picture as in words", async () => {
    const id = await stage.subscribe("evt_happy");
    const { runId } = await stage.until(id, ({ deliveries }) => deliveries[0]?.state === "delivered");
    const page = await stage.visit(`/ui/executions/${id}`);
    const way = page.getByRole("list", { name: "From the sender to the callbacks" });
    expect((await way.innerText()).replace(/\s+/g, " ")).toMatch(
      /Sender stripe .* Rule kyb-on-subscription .* Execution ✓ succeeded default .* Callbacks crm ✓ delivered/,
    );
    const lines = await linesOf(page);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain("admitted ✓ new");
    expect(lines[1]).toContain(`start attempt 1 ✓ running run ${runId}`);
    expect(lines[2]).toContain("ended ✓ succeeded");
    expect(lines[3]).toMatch(/callback crm attempt 1 ✓ delivered HTTP 204 \d/);
    expect(await page.locator(".lanes span").allTextContents()).toEqual(["Received", "Start", "Run", "crm"]);
    expect((await marksOf(page)).map((text) => text.split(",")[0])).toEqual([
      "admitted: new",
      "start 1: running",
      "ended: succeeded",
      "callback 1: delivered",
    ]);
    expect(await page.getByRole("region", { name: "Event data" }).innerText()).toContain('"customer": "cus_evt_happy"');
    expect(await page.getByRole("region", { name: "Start request" }).innerText()).toContain(KYB);
    expect(await page.getByRole("region", { name: "Result" }).innerText()).not.toBe("");
    await page.getByRole("link", { name: "Try this event in the playground" }).click();
    expect(page.url()).toContain(`/ui/rules/playground?execution=${id}`);
  });

  it("goes on by itself while the run does, and stops asking once nothing is owed", async () => {
    await stage.control.define(KYB, { name: "Know your business", runsForMs: 60_000 });
    const id = await stage.subscribe("evt_slow");
    await stage.until(id, ({ state }) => state === "running");
    const page = await stage.visit(`/ui/executions/${id}`);
    await page.evaluate("window.neverReloaded = true");
    expect((await marksOf(page)).at(-1)).toMatch(/^running for /);
    await stage.control.clock(61_000);
    await stage.sweep(Date.now() + 61_000);
    await page.getByRole("cell", { name: "delivered" }).first().waitFor();
    expect(await page.evaluate("window.neverReloaded")).toBe(true);
    expect(await page.locator(".live").count()).toBe(0);
    await stage.control.clock(0);
    await stage.control.define(KYB, { name: "Know your business", runsForMs: 200 });
  });

  it("of a callback that fails says each attempt, what it answered, and when the next one is", async () => {
    stage.receiver.answerWith("out of <b>paper</b>", 500);
    const id = await stage.subscribe("evt_failing");
    await stage.until(id, ({ deliveries }) => deliveries[0]?.attempts === 1);
    const page = await stage.visit(`/ui/executions/${id}`);
    expect((await linesOf(page)).at(-1)).toMatch(/callback crm attempt 1 ✕ failed HTTP 500/);
    expect((await marksOf(page)).at(-1)).toMatch(/^next attempt /);
    await page.getByText("What it answered").click();
    expect(await page.getByRole("region", { name: "What it answered" }).innerText()).toBe("out of <b>paper</b>");
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    expect(await seriousFindings(page)).toEqual([]);
    await stage.sweep(Date.now() + 60_000);
    await stage.until(id, ({ deliveries }) => deliveries[0]?.state === "exhausted");
    await page.reload();
    expect((await linesOf(page)).at(-1)).toMatch(/callback crm attempt 2 ✕ exhausted HTTP 500/);
    // And from here it is sent again.
    await page.getByRole("button", { name: "Send again" }).click();
    await stage.until(id, ({ deliveries }) => deliveries[0]?.state === "delivered");
    await expect.poll(async () => (await linesOf(page)).at(-1), { timeout: 15_000 }).toContain("✓ delivered");
  });

  it("of what is held says why; a person says what was found at the engine, and it goes on", async () => {
    await stage.control.faults({ operation: "start", fault: "reset-after", times: 1 });
    const id = await stage.dispute("evt_held");
    await stage.until(id, ({ state }) => state === "held");
    const page = await stage.visit(`/ui/executions/${id}`);
    expect(await page.locator(".notice").innerText()).toContain(
      "nobody can say whether the engine has started the run",
    );
    expect((await linesOf(page)).at(-1)).toMatch(/start attempt 1 ! uncertain/);
    expect((await stage.control.starts()).filter(({ body }) => body.includes(DISPUTE))).toHaveLength(1);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel("Why").fill("the engine has it, and it is over");
    await page.getByRole("button", { name: "Let it be over" }).click();
    expect(await page.getByRole("status").innerText()).toBe("Released.");
    await stage.until(id, ({ state }) => state === "canceled");
    expect((await linesOf(page)).join("\n")).toContain("by ADMIN_TOKEN");
    expect(await page.locator("main").innerText()).toContain("the engine has it, and it is over");
  });
});

describe("an operator", () => {
  it("cancels what runs, after a question", async () => {
    await stage.control.define(KYB, { name: "Know your business", runsForMs: 60_000 });
    const id = await stage.subscribe("evt_cancel");
    await stage.until(id, ({ state }) => state === "running");
    const page = await stage.visit(`/ui/executions/${id}`);
    const questions: string[] = [];
    page.on("dialog", (dialog) => {
      questions.push(dialog.message());
      return questions.length === 1 ? dialog.dismiss() : dialog.accept();
    });
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    expect((await stage.ask<{ cancelRequest: unknown }>("GET", `/executions/${id}`)).cancelRequest).toBeNull();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("status").waitFor();
    expect(questions).toHaveLength(2);
    await stage.sweep(Date.now() + 60_000);
    await stage.until(id, ({ state }) => state === "canceled");
    await page.locator("h1 + .badge", { hasText: "canceled" }).waitFor();
    expect(await page.getByRole("button", { name: "Cancel", exact: true }).count()).toBe(0);
    expect(await page.locator("main").innerText()).toContain("the operations API");
    await stage.control.define(KYB, { name: "Know your business", runsForMs: 200 });
  });

  it("restarts, is led to the new execution, and both name each other", async () => {
    const id = await stage.subscribe("evt_again");
    await stage.until(id, ({ deliveries }) => deliveries[0]?.state === "delivered");
    const page = await stage.visit(`/ui/executions/${id}`);
    await page.getByRole("button", { name: "Restart" }).click();
    const fresh = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    expect(fresh).not.toBe(id);
    expect(await page.getByRole("status").innerText()).toContain("this is the new execution");
    await stage.until(fresh, ({ state }) => state === "succeeded");
    await page.getByRole("link", { name: id }).first().click();
    expect(page.url()).toContain(`/ui/executions/${id}`);
    expect(await page.getByRole("link", { name: fresh }).count()).toBeGreaterThan(0);
  });

  it("is told what an intent does, and why it is not to be had now, and gets the engine's answer once more", async () => {
    const id = await stage.subscribe("evt_refetch");
    const { runId } = await stage.until(id, ({ deliveries }) => deliveries[0]?.state === "delivered");
    const page = await stage.visit(`/ui/executions/${id}`);
    expect(await page.locator(".intents").innerText()).toContain("The engine is asked for the result again");
    await page.getByRole("button", { name: "Fetch the result again" }).click();
    expect(await page.getByRole("status").innerText()).toContain("The engine was asked for the result");
    const asked = (await stage.control.requests()).filter(({ path }) => path === `/workflows/${runId}/result`);
    expect(asked).toHaveLength(2);
    await stage.control.define(KYB, { name: "Know your business", runsForMs: 60_000 });
    const running = await stage.subscribe("evt_refetch_running");
    await page.goto(`/ui/executions/${running}`);
    expect(await page.locator(".intents").innerText()).toContain("Not now: It still goes on");
    expect(await page.getByRole("button", { name: "Fetch the result again" }).count()).toBe(0);
    await stage.control.define(KYB, { name: "Know your business", runsForMs: 200 });
  });
});

describe("a viewer", () => {
  it("sees what happened but no payload and no button, and is refused whatever is sent", async () => {
    const id = await stage.subscribe("evt_viewed");
    await stage.until(id, ({ deliveries }) => deliveries[0]?.state === "delivered");
    const page = await stage.visit(`/ui/executions/${id}`, await stage.tokenFor("viewer"));
    expect(await linesOf(page)).toHaveLength(4);
    expect(await page.getByText("Hidden: payloads are shown to operators and admins.").count()).toBe(3);
    expect(await page.content()).not.toContain("4900");
    expect(await page.locator("main form[method=post]").count()).toBe(0);
    for (const [what, body] of [
      ["cancel", ""],
      ["hold", ""],
      ["release", "as=start"],
      ["replay", "intent=restart"],
    ] as const) {
      const answer = await sendAs(stage, page, `/ui/executions/${id}/${what}`, body);
      expect({ what, status: answer.status }).toEqual({ what, status: 403 });
    }
    const { timeline } = await stage.ask<{ timeline: unknown[] }>("GET", `/executions/${id}`);
    expect(timeline).toHaveLength(4);
  });
});

describe("a sender who means harm", () => {
  const HOSTILE = [
    "<script>alert(1)</script>",
    `"><img src=x onerror=alert(1)>`,
    `'"\`\${alert(1)}`,
    "javascript:alert(1)",
    "\u202egnp.exe\u2066",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "nul \u0000 and \u001b[31m",
    "</textarea></svg></title><svg onload=alert(1)>",
  ].join(" ");
  /** Controls are refused in an id, at the door. */
  const ID = `evt_${HOSTILE.replace(/\p{Cc}/gu, "")}`;

  it("is shown as text: in event data, ids, record ids and a callback's answer; nothing runs, the page fits", async () => {
    stage.receiver.answerWith(`<script>alert(2)</script>${HOSTILE}`);
    const id = await stage.subscribe(ID, HOSTILE, {
      metadata: { [HOSTILE]: HOSTILE, long: "x".repeat(1_000_000), locale: "en" },
    });
    await stage.until(id, ({ deliveries }) => deliveries[0]?.attempts === 1);
    const page = await stage.visit("/ui");
    const complaints: string[] = [];
    page.on("dialog", (dialog) => {
      complaints.push(`a dialog says ${dialog.message()}`);
      return dialog.dismiss();
    });
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(stage.bridge.url)) complaints.push(`something asks ${request.url()}`);
    });
    for (const path of [
      `/ui/executions/${id}`,
      "/ui/executions",
      `/ui/executions?eventId=${encodeURIComponent(ID)}`,
      `/ui/executions?q=${encodeURIComponent(HOSTILE)}`,
      `/ui/records?record=${encodeURIComponent(HOSTILE)}`,
      "/ui/dead-letters",
      "/ui",
    ]) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(path);
      expect(await page.locator("main script, main img, main svg svg, [onerror], [onload]").count()).toBe(0);
      if (await isWiderThanATelephone(page)) complaints.push(`${path} is wider than a telephone`);
      complaints.push(...(await seriousFindings(page)));
    }
    await page.goto(`/ui/executions/${id}`);
    const data = await page.getByRole("region", { name: "Event data" }).innerText();
    expect(data).toContain("<script>alert(1)</script>");
    expect(data.length).toBeLessThan(60_000);
    expect(await page.getByText("the API has all of it").count()).toBeGreaterThan(0);
    await page.getByText("What it answered").click();
    expect(await page.getByRole("region", { name: "What it answered" }).innerText()).toContain("<script>alert(2)");
    // The page is of use all the same.
    await page.getByRole("button", { name: "Restart" }).click();
    await page.getByRole("status").waitFor();
    expect(complaints).toEqual([]);
  });
});

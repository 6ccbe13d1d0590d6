// The pages of what the bridge is set up with, as an operator uses them in a real browser: sources, the playground, configuration,
// callbacks, engines, tokens.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postStripe, signedByStripe } from "../../scripts/webhooks.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(JSON.parse(readFileSync("scripts/demo.config.json", "utf8")));
  await stage.control.settings({ runsForMs: 100 });
});
afterAll(() => stage?.stop());

const HOSTILE = `<script>document.title="owned"</script>"'><img src=x onerror=alert(1)>\u202e🦄`;

function send(id: string, type: string, object: object): ReturnType<typeof postStripe> {
  return postStripe(stage.bridge.url, signedByStripe({ id, type, object }, stage.secrets.ofSource("stripe")));
}

describe("a source's page", () => {
  it("has the whole address to paste, the preset's steps, and the sender's own page", async () => {
    const page = await stage.visit("/ui/sources");
    await page.getByRole("link", { name: "stripe", exact: true }).click();
    const text = await page.locator("main").innerText();
    expect(text).toContain(`${stage.bridge.url}/in/stripe`);
    expect(text).toContain("The secret is the endpoint's signing secret");
    expect(text).toContain("STRIPE_WEBHOOK_SECRET");
    expect(text).not.toContain(stage.secrets.ofSource("stripe"));
    expect(await page.getByRole("link", { name: "The sender's own page" }).getAttribute("href")).toContain(
      "stripe.com",
    );
  });

  it("tells of a refused webhook, and why, and of an event that no rule takes, whatever its type says", async () => {
    const page = await stage.visit("/ui/sources/stripe");
    const { body, signature } = signedByStripe({ id: "evt_x", type: "a.b", object: {} }, "whsec_somebody_else");
    expect((await postStripe(stage.bridge.url, { body, signature })).status).toBe(401);
    expect((await send("evt_hostile", HOSTILE, {})).status).toBe(202);
    await page.getByRole("cell", { name: "no-match" }).waitFor({ timeout: 20_000 });
    await page.getByText("<img src=x onerror=alert(1)>").first().waitFor({ timeout: 20_000 });
    expect(await page.title()).toBe("stripe · Hookspan");
  });
});

describe("the playground", () => {
  it("says as one types which rule takes the event, with which values, and what keeps the others from it", async () => {
    const page = await stage.visit("/ui/rules/playground");
    const event = {
      source: "stripe",
      type: "customer.subscription.created",
      data: { object: { id: "sub_9", customer: "cus_9", status: "active", plan: { amount: 1_200 }, metadata: {} } },
    };
    await page.getByLabel("The event").fill(JSON.stringify(event));
    const outcome = page.locator("#tried");
    await outcome.getByText("The start request").waitFor();
    expect(await outcome.innerText()).toMatch(/kyb-on-subscription\s+✓ starts/);
    expect(await outcome.getByRole("row", { name: /start\.parameters\.amount/ }).innerText()).toContain("12");
    expect(await outcome.innerText()).toContain(
      'It wants ["charge.refunded"], and this is "customer.subscription.created"',
    );
    event.data.object.status = "incomplete";
    await page.getByLabel("The event").fill(JSON.stringify(event));
    await outcome.getByText("No rule takes it.").waitFor();
    expect(await outcome.innerText()).toContain('data.object.status = "incomplete"');
    await page.getByLabel("The event").fill('{"source": "stripe",');
    await outcome.getByRole("alert").waitFor();
    expect((await stage.ask<{ executions: unknown[] }>("GET", "/executions?record=cus_9")).executions).toEqual([]);
  });

  it("takes the event of a past execution, and a webhook as it came", async () => {
    const answer = await send("evt_7", "charge.refunded", { id: "ch_7", customer: "cus_7", amount_refunded: 700 });
    const page = await stage.visit(`/ui/rules/playground?execution=${answer.executions[0]?.id}`);
    expect(await page.locator("#tried").innerText()).toMatch(/review-on-refund\s+✓ starts/);
    const { body, signature } = signedByStripe(
      { id: "evt_8", type: "charge.refunded", object: {} },
      stage.secrets.ofSource("stripe"),
    );
    const request = {
      source: "stripe",
      headers: { "stripe-signature": signature },
      body: body.replace("evt_8", "evt_9"),
    };
    await page.getByLabel("The event").fill(JSON.stringify(request));
    await page.locator("#tried").getByText("refused").waitFor();
  });

  it("is not for viewers, who may not see values", async () => {
    const page = await stage.visit("/ui/rules/playground", await stage.tokenFor("viewer"));
    expect(await page.getByRole("alert").innerText()).toContain("needs the role operator");
  });
});

describe("the configuration's page", () => {
  it("tells faults as one types and what would change, backtests, saves, is in force at once, and restores", async () => {
    const page = await stage.visit("/ui/configuration");
    const editor = page.locator("#document");
    const before = await editor.inputValue();
    await editor.fill(before.replace('"on": [\n        "charge.refunded"', '"onn": [\n        "charge.refunded"'));
    await page.locator("#checked").getByRole("alert").waitFor();
    expect(await page.locator("#checked").innerText()).toMatch(/rules.*onn/s);

    await editor.fill(before.replace("charge.refunded", "charge.dispute.created"));
    await page.locator("#checked").getByText("It is right, and would change:").waitFor();
    expect(await page.locator("#checked ins").innerText()).toContain("charge.dispute.created");

    await page.getByRole("button", { name: "Backtest" }).click();
    await page.getByRole("heading", { name: /would be treated otherwise/ }).waitFor();
    expect(await page.locator("#checked").innerText()).toContain("review-on-refund: 1 starts no more");
    expect(await editor.inputValue()).toContain("charge.dispute.created");

    await page.getByLabel("Why it is changed").fill(HOSTILE);
    await page.getByRole("button", { name: "Save" }).click();
    expect(await page.getByRole("status").innerText()).toContain("Saved");
    const answer = await send("evt_20", "charge.dispute.created", {
      id: "dp_1",
      customer: "cus_20",
      amount_refunded: 1,
    });
    expect(answer.executions[0]).toMatchObject({ rule: "review-on-refund", outcome: "new" });

    page.on("dialog", (dialog) => dialog.accept());
    await page.getByRole("link", { name: "Revision 1" }).click();
    await page.getByRole("button", { name: "Put it in force again" }).click();
    expect(await page.getByRole("status").innerText()).toContain("Restored");
    expect(await page.locator("#document").inputValue()).toContain("charge.refunded");
    expect(await page.title()).toBe("Configuration · Hookspan");
  });

  it("does not undo what somebody else has changed meanwhile, and keeps what was written", async () => {
    const [one, other] = await Promise.all([stage.visit("/ui/configuration"), stage.visit("/ui/configuration")]);
    const before = await one.locator("#document").inputValue();
    await one.locator("#document").fill(before.replace('"30d"', '"29d"'));
    await one.getByRole("button", { name: "Save" }).click();
    await one.getByRole("status").waitFor();
    await other.locator("#document").fill(before.replace('"30d"', '"28d"'));
    await other.getByRole("button", { name: "Save" }).click();
    expect(await other.getByRole("alert").innerText()).toContain("changed meanwhile");
    expect(await other.locator("#document").inputValue()).toContain('"28d"');
    expect((await stage.ask<{ document: object }>("GET", "/config")).document).toMatchObject({
      rules: [{ dedupe: { window: "29d" } }, {}, {}],
    });
  });
});

describe("what stands between", () => {
  it("pauses a callback and lets it go on, and sends it a test message", async () => {
    const page = await stage.visit("/ui/callbacks");
    page.on("dialog", (dialog) => dialog.accept());
    await page.getByRole("button", { name: "Send a test message" }).click();
    expect(await page.getByRole("status").innerText()).toContain("crm has taken the test message: 204");
    expect(stage.receiver.messages.some(({ type, verified }) => type === "bridge.test" && verified)).toBe(true);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Stopped by a person").waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("It is called.").waitFor();
  });

  it("pauses an engine and lets it go on", async () => {
    const page = await stage.visit("/ui/engines");
    page.on("dialog", (dialog) => dialog.accept());
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Stopped by a person").waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("It is called.").waitFor();
  });
});

describe("the page of access", () => {
  it("makes a token, tells it once, knows who has used it for what, and revokes it", async () => {
    const page = await stage.visit("/ui/access");
    page.on("dialog", (dialog) => dialog.accept());
    await page.getByLabel("What it is for").fill(HOSTILE);
    await page.getByLabel("Role").selectOption("operator");
    await page.getByRole("button", { name: "Make a token" }).click();
    const token = await page.getByRole("status").locator("code").innerText();
    expect(token).toMatch(/^hks_/);
    await page.goto("/ui/access");
    expect(await page.content()).not.toContain(token);
    const theirs = await stage.visit("/ui/callbacks", token);
    await theirs.getByRole("button", { name: "Send a test message" }).click();
    await page.goto("/ui/access");
    expect(await page.getByRole("table", { name: "Who has changed what" }).innerText()).toContain(
      "/api/callbacks/crm/test",
    );
    await page.getByRole("button", { name: "Revoke" }).first().click();
    expect(await page.getByRole("status").innerText()).toContain("Revoked");
    expect(await page.title()).toBe("Access · Hookspan");
  });

  it("erases what is kept about a person, once it is written twice", async () => {
    await send("evt_30", "charge.refunded", { id: "ch_30", customer: "cus_erased", amount_refunded: 5 });
    await stage.receiver.message(({ data }) => JSON.stringify(data).includes("ch_30"));
    const page = await stage.visit("/ui/access");
    page.on("dialog", (dialog) => dialog.accept());
    await page.getByLabel(/^Record/).fill("cus_erased");
    await page.getByLabel("The same again").fill("cus_other");
    await page.getByRole("button", { name: "Erase" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("Nothing was erased");
    await page.goto("/ui/access");
    await page.getByLabel(/^Record/).fill("cus_erased");
    await page.getByLabel("The same again").fill("cus_erased");
    await page.getByRole("button", { name: "Erase" }).click();
    expect(await page.getByRole("status").innerText()).toContain("Erased");
    const { executions } = await stage.ask<{ executions: { event: { id: string } }[] }>(
      "GET",
      "/executions?record=cus_erased",
    );
    expect(executions[0]?.event.id).toBe("erased");
  });
});

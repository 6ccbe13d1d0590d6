// What `assert` pins: for senders that sign nothing but name their account. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { eventOf, faultOf, JSON_TYPE, request } from "../requests.ts";
import { configured } from "./family.ts";

const TOKEN = { family: "token", at: "$.token" };
const source = (assert: Record<string, string>, more: object = {}) =>
  configured(TOKEN, { secrets: ["S"], assert, ...more });
const inbound = (body: object) => request({ ...JSON_TYPE, "x-account": "7" }, JSON.stringify(body));

describe("an assertion", () => {
  const pinned = source({ "$.OrganizationId": "00D", "header:X-Account": "7" });

  test("that holds lets the event through", async () => {
    expect((await eventOf(inbound({ id: "1", OrganizationId: "00D" }), pinned)).id).toBe("1");
  });

  test.each([
    ["another value", { OrganizationId: "00E" }],
    ["a longer value", { OrganizationId: "00D0" }],
    ["a list", { OrganizationId: ["00D"] }],
    ["nothing", {}],
  ])("is broken by %s", async (_, body) => {
    expect(await faultOf(inbound(body), pinned)).toMatchObject({ reason: "assertion-failed", at: "$.OrganizationId" });
  });

  test("says nothing of the value that it asks for", async () => {
    expect(JSON.stringify(await faultOf(inbound({}), pinned))).not.toContain("00D");
  });

  test("starts at the whole body of a batch, and sees what is redacted", async () => {
    const batch = source({ "$.org": "00D", "$.token": "t" }, { body: { split: "$.items" }, redact: ["$.org"] });
    expect((await eventOf(inbound({ org: "00D", token: "t", items: [{ id: "1" }] }), batch)).id).toBe("1");
    expect(await faultOf(inbound({ org: "00E", token: "t", items: [{ id: "1", org: "00D" }] }), batch)).toMatchObject({
      at: "$.org",
    });
  });

  test("can be about a number, in its digits", async () => {
    expect((await eventOf(inbound({ id: "1", account: 7 }), source({ "$.account": "7" }))).id).toBe("1");
  });
});

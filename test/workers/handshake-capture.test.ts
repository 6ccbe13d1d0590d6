// Handshakes that bring the sender's secret: only while the source is pending, only once, and never to be seen again.
import { describe, it } from "vitest";
import { KINDS } from "../unit/sources/handshake/kinds.ts";
import { bytesOf, type Door, door, type Receipt, SIGNED_SOURCE, signatureOf } from "./handshake-bridge.ts";

const SECRET = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";
const { verify } = SIGNED_SOURCE;

const pending = { asana: { verify, handshake: [KINDS.asana], state: "pending" } };
const active = { asana: { verify, handshake: [KINDS.asana] } };

function bring(at: Door, secret = SECRET): Promise<Response> {
  return at.ask("/in/asana", { method: "POST", headers: { "x-hook-secret": secret } });
}

async function send(at: Door, id: string, secret = SECRET): Promise<Response> {
  const body = JSON.stringify({ id, type: "task" });
  return at.post("/in/asana", body, { "x-signature": await signatureOf(body, secret) });
}

describe("a secret that a handshake brings while the source is pending", () => {
  it("is kept, echoed in its header, and good for events at once", async ({ expect }) => {
    const at = door(pending);
    const response = await bring(at);
    expect([response.status, response.headers.get("x-hook-secret"), await response.text()]).toEqual([200, SECRET, ""]);
    expect(at.desk.captured.get("asana")).toBe(SECRET);
    const receipt = await (await send(at, "1")).json<Receipt>();
    expect(receipt.executions).toMatchObject([{ event: "1", rule: "on-asana", outcome: "new" }]);
  });

  it("is neither logged nor noted", async ({ expect }) => {
    const at = door(pending);
    await bring(at);
    await bring(at, "another");
    await at.settled();
    expect(at.lines.map(({ name }) => name)).toEqual(["handshake.answered", "webhook.refused"]);
    expect(at.told()).not.toContain(SECRET);
    expect(at.told()).not.toContain("another");
  });

  it("cannot be replaced by another, and the refusal looks like any other", async ({ expect }) => {
    const at = door(pending);
    await bring(at);
    const refused = await bring(at, "the attacker's");
    expect(refused.headers.has("x-hook-secret")).toBe(false);
    expect(await bytesOf(refused)).toBe(await bytesOf(await send(at, "1", "the attacker's")));
    expect(at.desk.captured.get("asana")).toBe(SECRET);
    await at.settled();
    expect(at.desk.notes.map(({ note }) => note?.reason)).toEqual(["captured-already", "no-match"]);
  });

  it("may be brought again by a sender that has not seen the answer", async ({ expect }) => {
    const at = door(pending);
    await bring(at);
    const again = await bring(at);
    expect([again.status, again.headers.get("x-hook-secret")]).toEqual([200, SECRET]);
  });

  it.for(["", "é", "x".repeat(1_001)])("is not kept where it is unfit: %j", async (secret, { expect }) => {
    const at = door(pending);
    expect((await bring(at, secret)).ok).toBe(false);
    expect(at.desk.captured.size).toBe(0);
  });

  it("is not kept where the desk cannot be reached: the sender is to come back", async ({ expect }) => {
    const at = door(pending);
    const desk = { ...at.desk, capture: () => Promise.reject(new Error("gone")) };
    const broken = door(pending, { desk });
    const response = await bring(broken);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "30"]);
    expect(await response.text()).not.toContain("gone");
  });

  it("may stand in the body", async ({ expect }) => {
    const at = door({ notion: { verify, handshake: [KINDS.notion], state: "pending" } });
    const response = await at.post("/in/notion", { verification_token: "secret_tMrlL1qK5vuQAh1b6cZG" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(at.desk.captured.get("notion")).toBe("secret_tMrlL1qK5vuQAh1b6cZG");
    expect(at.told()).not.toContain("secret_tMrl");
  });
});

describe("once the source is active", () => {
  it("a handshake that would capture is a request like any other: refused, and nothing is kept", async ({ expect }) => {
    const at = door(active, {});
    at.desk.captured.set("asana", SECRET);
    const response = await bring(at, "the attacker's");
    expect([response.status, response.headers.has("x-hook-secret")]).toEqual([401, false]);
    expect(at.desk.captured.get("asana")).toBe(SECRET);
  });

  it("the captured secret is good for events, beside those of the configuration", async ({ expect }) => {
    const at = door({ asana: { ...active.asana, secrets: ["SENDER_SECRET"] } });
    at.desk.captured.set("asana", SECRET);
    expect((await send(at, "1")).status).toBe(202);
    expect((await at.signed("/in/asana", { id: "2", type: "task" })).status).toBe(202);
    expect((await send(at, "3", "wrong")).status).toBe(401);
  });

  it("an event without any secret to check it by is ours to mend: 503", async ({ expect }) => {
    for (const sources of [active, pending]) {
      const response = await send(door(sources), "1");
      expect([response.status, response.headers.has("retry-after")]).toEqual([503, true]);
    }
  });

  it("a desk out of reach is a 503, not a wrong signature", async ({ expect }) => {
    const { desk } = door(active);
    const at = door(active, { desk: { ...desk, capturedSecret: () => Promise.reject(new Error("gone")) } });
    const response = await send(at, "1");
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "30"]);
  });

  it("a source that captures nothing never asks the desk for a secret", async ({ expect }) => {
    const { desk } = door(active);
    const at = door(
      { plain: SIGNED_SOURCE },
      { desk: { ...desk, capturedSecret: () => Promise.reject(new Error("asked")) } },
    );
    expect((await at.signed("/in/plain", { id: "1", type: "t" })).status).toBe(202);
  });
});

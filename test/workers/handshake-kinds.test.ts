// The handshakes of known senders through the front door: answered as each expects it, and never an event.
import { describe, it } from "vitest";
import { KINDS } from "../unit/sources/handshake/kinds.ts";
import { type Door, door, encoder, hmacHex, SECRETS, SIGNED_SOURCE } from "./handshake-bridge.ts";

const OF = (...handshake: unknown[]) => ({ ...SIGNED_SOURCE, handshake });

async function answer(response: Response): Promise<unknown[]> {
  return [response.status, response.headers.get("content-type"), await response.text()];
}

async function nothingAdmitted(at: Door): Promise<boolean> {
  await at.settled();
  return at.lines.every(({ name }) => name === "handshake.answered") && at.desk.notes.length === 0;
}

const TEXT = "text/plain; charset=utf-8";

describe("Slack", () => {
  const body = {
    token: "deprecated",
    challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    type: "url_verification",
  };

  it("gets its challenge back as text, once it has signed the question", async ({ expect }) => {
    const at = door({ slack: OF(KINDS.slack) });
    const response = await at.signed("/in/slack", body);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await answer(response)).toEqual([200, TEXT, body.challenge]);
    expect(await nothingAdmitted(at)).toBe(true);
    expect(at.told()).not.toContain(body.challenge);
  });

  it("gets nothing back where it has not", async ({ expect }) => {
    const at = door({ slack: OF(KINDS.slack) });
    for (const response of [await at.post("/in/slack", body), await at.signed("/in/slack", body, "wrong")]) {
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain(body.challenge);
    }
  });
});

describe("Zoom", () => {
  const plainToken = "qgg8vlvZRS6UYooatFL8Aw";
  const body = { payload: { plainToken }, event_ts: 1654503849680, event: "endpoint.url_validation" };
  const proof = async (secret = "") => ({
    plainToken,
    encryptedToken: await hmacHex("SHA-256", encoder.encode(secret), plainToken),
  });

  it("gets its token signed, every 72 hours anew", async ({ expect }) => {
    const at = door({ zoom: OF(KINDS.zoom) });
    for (let i = 0; i < 3; i++) {
      const response = await at.signed("/in/zoom", body);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect([response.status, await response.json()]).toEqual([200, await proof(SECRETS.SENDER_SECRET)]);
    }
    expect(await nothingAdmitted(at)).toBe(true);
  });

  it("gets it signed with the secret by which it has signed, while it rotates", async ({ expect }) => {
    const at = door({ zoom: { ...OF(KINDS.zoom), secrets: ["SENDER_SECRET", "OLD_SECRET"] } });
    expect(await (await at.signed("/in/zoom", body, SECRETS.OLD_SECRET)).json()).toEqual(
      await proof(SECRETS.OLD_SECRET),
    );
    expect(await (await at.signed("/in/zoom", body)).json()).toEqual(await proof(SECRETS.SENDER_SECRET));
  });

  it("gets nothing signed with a wrong signature", async ({ expect }) => {
    const at = door({ zoom: OF(KINDS.zoom) });
    const response = await at.signed("/in/zoom", body, "wrong");
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain("encryptedToken");
  });
});

describe("monday.com", () => {
  it("gets its whole JSON back, unsigned", async ({ expect }) => {
    const at = door({ monday: OF(KINDS.monday) });
    const json = '{"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}';
    expect(await answer(await at.post("/in/monday", json))).toEqual([200, "application/json", json]);
    expect(await nothingAdmitted(at)).toBe(true);
  });

  it("gets nothing back for a forged event with a challenge in it", async ({ expect }) => {
    const at = door({ monday: OF(KINDS.monday) });
    expect((await at.post("/in/monday", { challenge: "a", event: { type: "update" } })).status).toBe(401);
  });
});

describe("Meta", () => {
  const sources = { meta: { ...OF(KINDS.meta), handshakeSecrets: ["VERIFY_TOKEN"] } };
  const query = (token = "") => `/in/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`;

  it("gets its challenge for the verify token", async ({ expect }) => {
    const at = door(sources);
    expect(await answer(await at.ask(query(SECRETS.VERIFY_TOKEN)))).toEqual([200, TEXT, "1158201444"]);
    expect(await nothingAdmitted(at)).toBe(true);
  });

  it("gets none for another token, not for the signing secret either", async ({ expect }) => {
    const at = door(sources);
    for (const token of ["", "wrong", SECRETS.SENDER_SECRET]) {
      const response = await at.ask(query(token));
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain("1158201444");
    }
    await at.settled();
    expect(at.desk.notes.map(({ note }) => note?.reason)).toContain("wrong-handshake-secret");
    expect(at.told()).not.toContain(SECRETS.SENDER_SECRET);
  });

  it("cannot have its events signed with the verify token", async ({ expect }) => {
    const response = await door(sources).signed("/in/meta", { id: "1" }, SECRETS.VERIFY_TOKEN);
    expect(response.status).toBe(401);
  });
});

describe("Dropbox", () => {
  it("gets its challenge, which no browser takes for HTML", async ({ expect }) => {
    const at = door({ dropbox: OF(KINDS.dropbox) });
    const html = "<script>alert(document.domain)</script>";
    const response = await at.ask(`/in/dropbox?challenge=${encodeURIComponent(html)}`);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toBe("default-src 'none'");
    expect(await answer(response)).toEqual([200, TEXT, html]);
  });
});

describe("Braintree", () => {
  it("gets public key and HMAC of its challenge", async ({ expect }) => {
    const at = door(
      { braintree: { verify: { family: "braintree" }, secrets: ["SENDER_SECRET"], handshake: [KINDS.braintree] } },
      { secrets: () => ["public_key:private_key"] },
    );
    const key = await crypto.subtle.digest("SHA-1", encoder.encode("private_key"));
    const challenge = "20f9f8ed05f77439fe955c977e4c8a53";
    const mac = await hmacHex("SHA-1", key, challenge);
    const response = await at.ask(`/in/braintree?bt_challenge=${challenge}`);
    expect(await answer(response)).toEqual([200, TEXT, `public_key|${mac}`]);
  });
});

describe("Microsoft Graph", () => {
  it("gets its token back, decoded", async ({ expect }) => {
    const at = door({ graph: OF(KINDS.graph) });
    const token = "Validation: Testing client application reachability RequestId: 1-2-3 é";
    const response = await at.ask(`/in/graph?validationToken=${encodeURIComponent(token).replaceAll("%20", "+")}`, {
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
    expect(await answer(response)).toEqual([200, TEXT, token]);
    expect(await nothingAdmitted(at)).toBe(true);
  });
});

describe("WooCommerce", () => {
  it("gets exactly 200 for its unsigned ping, which is no event", async ({ expect }) => {
    const at = door({ woocommerce: { ...OF(KINDS.woocommerce), body: { accept: ["json", "form"] } } });
    const response = await at.post("/in/woocommerce", "webhook_id=12", {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(await answer(response)).toEqual([200, null, ""]);
    expect(await nothingAdmitted(at)).toBe(true);
  });
});

describe("a check by HEAD or OPTIONS", () => {
  it("is answered 200", async ({ expect }) => {
    const at = door({ intercom: OF(KINDS.head), azure: OF(KINDS.cloudEvents) });
    expect(await answer(await at.ask("/in/intercom", { method: "HEAD" }))).toEqual([200, null, ""]);
    const headers = { "webhook-request-origin": "eventgrid.azure.net" };
    const allowed = await at.ask("/in/azure", { method: "OPTIONS", headers });
    expect([allowed.status, allowed.headers.get("webhook-allowed-origin")]).toEqual([200, "eventgrid.azure.net"]);
  });
});

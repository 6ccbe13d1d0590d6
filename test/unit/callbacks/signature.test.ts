// What a receiver gets: verified with the `standardwebhooks` package, as receivers do it.
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { answering, type SeenRequest } from "../engine/loopback.ts";
import { MESSAGE, NOW, SECRETS, senderTo, sendTo } from "./callbacks.ts";

const { CRM_CALLBACK_SECRET: CURRENT = "", CRM_NEXT_SECRET: NEXT = "" } = SECRETS;
const BOTH = ["CRM_CALLBACK_SECRET", "CRM_NEXT_SECRET"];

// The package compares with the real clock and takes no other. Timers stay real: connections need them.
beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** The request that a receiver gets. */
async function received(secrets: readonly string[]): Promise<SeenRequest> {
  const server = await answering(204);
  await sendTo(`${server.url}/hooks/kyb?tenant=7`, { secrets });
  const [request] = server.seen;
  if (!request) throw new Error("nothing came");
  return request;
}

function verified(secret: string, { body, headers }: SeenRequest): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

describe("a message", () => {
  test("is a POST of the body as it is, with the headers of Standard Webhooks", async () => {
    const { method, path, headers, body } = await received(["CRM_CALLBACK_SECRET"]);
    expect([method, path, body]).toEqual(["POST", "/hooks/kyb?tenant=7", MESSAGE.body]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": "hookspan",
      "webhook-id": MESSAGE.id,
      "webhook-timestamp": String(NOW / 1_000),
      "webhook-signature": expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
  });

  test("carries neither a credential nor a secret", async () => {
    const { headers, path, body } = await received(BOTH);
    const text = JSON.stringify([headers, path, body]);
    for (const secret of [CURRENT, NEXT]) expect(text).not.toContain(secret.slice("whsec_".length));
    expect(headers).not.toHaveProperty("authorization");
    expect(headers).not.toHaveProperty("cookie");
  });

  test("signed with one secret is verified with it, and with no other", async () => {
    const request = await received(["CRM_CALLBACK_SECRET"]);
    expect(verified(CURRENT, request)).toEqual(JSON.parse(MESSAGE.body));
    expect(() => verified(NEXT, request)).toThrow("No matching signature");
  });

  test("signed with two secrets is verified with each of them alone: both parties can rotate at their own time", async () => {
    const request = await received(BOTH);
    expect(String(request.headers["webhook-signature"]).split(" ")).toHaveLength(2);
    expect(verified(CURRENT, request)).toEqual(JSON.parse(MESSAGE.body));
    expect(verified(NEXT, request)).toEqual(JSON.parse(MESSAGE.body));
  });

  test("is signed with a secret without whsec_ all the same", async () => {
    const server = await answering(204);
    await sendTo(server.url, { deps: { secrets: () => [CURRENT.slice("whsec_".length)] } });
    expect(server.seen.map((request) => verified(CURRENT, request))).toHaveLength(1);
  });

  test("that was changed on its way is not verified", async () => {
    const request = await received(["CRM_CALLBACK_SECRET"]);
    expect(() => verified(CURRENT, { ...request, body: `${request.body} ` })).toThrow();
    const headers = { ...request.headers, "webhook-id": "exe_3_1a2b3d_crm" };
    expect(() => verified(CURRENT, { ...request, headers })).toThrow();
  });
});

test("a repeated attempt has the same id and body, and a timestamp and signature of its own", async () => {
  const server = await answering(503);
  let now = NOW;
  const sender = senderTo(server.url, { deps: { now: () => now } });
  for (const at of [NOW, NOW + 999, NOW + 300_000]) {
    now = at;
    await sender.send({ ...MESSAGE, url: server.url });
  }
  expect(server.seen.map(({ headers, body }) => [headers["webhook-id"], headers["webhook-timestamp"], body])).toEqual([
    [MESSAGE.id, String(NOW / 1_000), MESSAGE.body],
    [MESSAGE.id, String(NOW / 1_000), MESSAGE.body],
    [MESSAGE.id, String(NOW / 1_000 + 300), MESSAGE.body],
  ]);
  const signatures = server.seen.map(({ headers }) => headers["webhook-signature"]);
  expect(new Set(signatures).size).toBe(2);
});

test("the svix package verifies it too, with each of two secrets", async () => {
  const request = await received(BOTH);
  const headers = request.headers as Record<string, string>;
  for (const secret of [CURRENT, NEXT]) {
    expect(new SvixWebhook(secret).verify(request.body, headers)).toEqual(JSON.parse(MESSAGE.body));
  }
});

test("carries the trace that it belongs to", async () => {
  const server = await answering(204);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await senderTo(server.url).send({ ...MESSAGE, url: server.url, traceparent });
  await senderTo(server.url).send({ ...MESSAGE, url: server.url });
  expect(server.seen.map(({ headers }) => headers.traceparent)).toEqual([traceparent, undefined]);
});

describe("a secret for Ed25519", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const own = {
    ...SECRETS,
    SEED: `whsk_${seed.toString("base64")}`,
    PAIR: `whsk_${Buffer.concat([seed, raw]).toString("base64")}`,
  };
  const deps = { secrets: (names: readonly string[]) => names.map((name) => own[name as keyof typeof own] ?? "") };

  async function signedBy(secrets: readonly string[]) {
    const server = await answering(204);
    await sendTo(server.url, { secrets, deps });
    const [request] = server.seen;
    if (!request) throw new Error("nothing came");
    const signatures = String(request.headers["webhook-signature"]).split(" ");
    const content = `${request.headers["webhook-id"]}.${request.headers["webhook-timestamp"]}.${request.body}`;
    return { request, signatures, content: Buffer.from(content) };
  }

  test.each(["SEED", "PAIR"])("given as %s signs as v1a, which the public key alone verifies", async (name) => {
    const { signatures, content } = await signedBy([name]);
    const [version, signature = ""] = signatures[0]?.split(",") ?? [];
    expect([signatures.length, version]).toEqual([1, "v1a"]);
    expect(verify(null, content, publicKey, Buffer.from(signature, "base64"))).toBe(true);
    expect(verify(null, Buffer.concat([content, Buffer.from(" ")]), publicKey, Buffer.from(signature, "base64"))).toBe(
      false,
    );
  });

  test("beside others leaves theirs as they are: each receiver finds its own", async () => {
    const { request, signatures } = await signedBy(["CRM_CALLBACK_SECRET", "SEED", "CRM_NEXT_SECRET"]);
    expect(signatures.map((each) => each.split(",")[0])).toEqual(["v1", "v1a", "v1"]);
    expect(verified(CURRENT, request)).toEqual(JSON.parse(MESSAGE.body));
    expect(verified(NEXT, request)).toEqual(JSON.parse(MESSAGE.body));
  });

  test("signs the vector of RFC 8032, section 7.1, test 1, as the receiver's library would", async () => {
    // The seed and the public key stand there; what is signed is ours, and so is checked by the public key of the RFC.
    const rfcSeed = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
    const rfcPublic = Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex");
    const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), rfcPublic]);
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    const server = await answering(204);
    await sendTo(server.url, { deps: { secrets: () => [`whsk_${rfcSeed.toString("base64")}`] } });
    const { headers, body } = server.seen[0] as SeenRequest;
    const signature = Buffer.from(String(headers["webhook-signature"]).slice("v1a,".length), "base64");
    expect(verify(null, Buffer.from(`${MESSAGE.id}.${NOW / 1_000}.${body}`), key, signature)).toBe(true);
  });
});

describe("a secret that cannot be used", () => {
  test.each([
    ["no base64", "whsec_not base64!"],
    ["base64url", "whsec_ab-_cd__"],
    ["without a key", "whsec_"],
    ["empty", ""],
    ["an Ed25519 key of a wrong length", "whsk_QUJD"],
  ])("because it is %s is told without its value, and nothing is sent", async (_, secret) => {
    const server = await answering(204);
    const outcome = await sendTo(server.url, { deps: { secrets: () => [CURRENT, secret] } });
    expect(outcome).toEqual({
      delivered: false,
      detail: "a signing secret is neither whsec_ nor whsk_ followed by the base64 of a key",
      durationMs: 0,
    });
    expect(server.seen).toEqual([]);
  });
});

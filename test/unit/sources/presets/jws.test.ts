// The presets of detached JWS, TransactionLink and Fireblocks, signed by jose. Fixed clock, no network: keys come from
// made-up endpoints.
import { createHash } from "node:crypto";
import { exportJWK, exportSPKI, FlattenedSign, generateKeyPair, importJWK } from "jose";
import { describe, expect, test } from "vitest";
import { documents, verdict } from "../families/family.ts";
import { bytes, request, sourceOf } from "../requests.ts";
import { JSON_HEADERS, onlyEvent } from "./known-answers.ts";

const KID = "2f1b7c5e";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const engine = await generateKeyPair("RS256", { extractable: true });
const stranger = await generateKeyPair("RS256", { extractable: true });

async function detached(body: string, header: { alg: string; [name: string]: unknown }, key = engine.privateKey) {
  const jws = await new FlattenedSign(bytes(body)).setProtectedHeader({ kid: KID, ...header }).sign(key);
  return `${jws.protected}..${jws.signature}`;
}

describe("a webhook of TransactionLink", () => {
  const source = sourceOf({ preset: "transactionlink" });
  const url = `https://api.transactionlink.io/auth/webhooks/key/${KID}?pem=true`;
  const body = JSON.stringify({ event: "WORKFLOW_COMPLETED", caseId: "5a0c9f8e", status: "COMPLETED", token: "eyJ…" });
  const sent = (jws: string, text = body) => request({ ...JSON_HEADERS, "JWS-SIGNATURE": jws }, text);
  const sign = (text = body, header: object = {}, key = engine.privateKey) =>
    detached(text, { alg: "RS256", typ: "JWT", ...header }, key);
  const given = async () => ({ secrets: [], keys: documents({ [url]: await exportSPKI(engine.publicKey) }).fetch });

  test("is accepted under the key of its id, and gives what can be known of it", async () => {
    const { keys } = await given();
    expect(await onlyEvent(sent(await sign()), source, [], keys)).toMatchObject({
      id: sha256(body),
      type: "WORKFLOW_COMPLETED",
      subject: "5a0c9f8e",
      dedupeKey: sha256(body),
    });
  });

  test("hands on no token that opens an execution", async () => {
    const { keys } = await given();
    const { data } = await onlyEvent(sent(await sign()), source, [], keys);
    expect(data).toEqual({ event: "WORKFLOW_COMPLETED", caseId: "5a0c9f8e", status: "COMPLETED" });
  });

  test("is accepted under a key that comes as a JWK", async () => {
    const jwk = JSON.stringify({ ...(await exportJWK(engine.publicKey)), kid: KID, alg: "RS256" });
    expect(await verdict(sent(await sign()), source, { keys: documents({ [url]: jwk }).fetch })).toBe("accepted");
  });

  test("is read without a content type too", async () => {
    const { keys } = await given();
    const inbound = request({ "JWS-SIGNATURE": await sign() }, body);
    expect((await onlyEvent(inbound, source, [], keys)).type).toBe("WORKFLOW_COMPLETED");
  });

  test.each([
    ["changed", body.replace("COMPLETED", "CANCELLED")],
    ["followed by a line feed", `${body}\n`],
    ["empty", ""],
  ])("whose body is %s is refused", async (_, text) => {
    expect(await verdict(sent(await sign(), text), source, await given())).toBe("no-match");
  });

  test("is refused under another key, without a signature, and with an empty one", async () => {
    expect(await verdict(sent(await sign(body, {}, stranger.privateKey)), source, await given())).toBe("no-match");
    expect(await verdict(request(JSON_HEADERS, body), source, await given())).toBe("missing-signature");
    expect(await verdict(sent(""), source, await given())).toBe("missing-signature");
  });

  test("is refused when it brings a payload of its own", async () => {
    const jws = await new FlattenedSign(bytes(body))
      .setProtectedHeader({ alg: "RS256", kid: KID })
      .sign(engine.privateKey);
    const attached = `${jws.protected}.${jws.payload}.${jws.signature}`;
    expect(await verdict(sent(attached), source, await given())).toBe("malformed-token");
  });

  test("never leads us to a key of its own choice", async () => {
    const evil = { jku: "https://evil.example/key", x5u: "https://evil.example/cert", kid: "../../other" };
    const { fetch, asked } = documents({ [url]: await exportSPKI(engine.publicKey) });
    expect(await verdict(sent(await sign(body, evil)), source, { keys: fetch })).toBe("unknown-key");
    const { kid, ...others } = evil;
    expect(await verdict(sent(await sign(body, others)), source, { keys: fetch })).toBe("accepted");
    expect(asked.map((wanted) => wanted.url)).toEqual([url]);
  });

  test("is refused with another algorithm, although it is stronger", async () => {
    const { privateKey } = await generateKeyPair("PS256", { extractable: true });
    expect(await verdict(sent(await sign(body, { alg: "PS256" }, privateKey)), source, await given())).toBe(
      "algorithm-not-allowed",
    );
  });

  test("is our own fault while its key cannot be had, and takes no secret", async () => {
    expect(await verdict(sent(await sign()), source, {})).toBe("keys-unavailable");
    expect(() => sourceOf({ preset: "transactionlink", secrets: ["S"] })).toThrow("unexpected-secrets");
  });
});

describe("a webhook of Fireblocks", () => {
  const source = sourceOf({ preset: "fireblocks" });
  const url = "https://keys.fireblocks.io/.well-known/jwks.json";
  const body = JSON.stringify({
    id: "0f6c1e3b-2a44-4a5f-9f0e-0d6b7f1a2c3d",
    resourceId: "b70701f4-d7b1-4795-a8ee-b09cdb5b850d",
    workspaceId: "a6f5f9a2-0c2e-4a4c-8c6b-3f3c9f1f0b11",
    eventType: "transaction.status.updated",
    createdAt: 1_795_425_590_123,
    data: { id: "b70701f4-d7b1-4795-a8ee-b09cdb5b850d", status: "COMPLETED" },
  });
  const sent = (jws: string, text = body) => request({ ...JSON_HEADERS, "Fireblocks-Webhook-Signature": jws }, text);
  const sign = async (header: object = {}) => {
    const key = await importJWK({ ...(await exportJWK(engine.privateKey)), alg: "RS512" }, "RS512");
    return detached(body, { alg: "RS512", ...header }, key as Exclude<typeof key, Uint8Array>);
  };
  const jwks = async () => {
    const keys = [
      { ...(await exportJWK(stranger.publicKey)), kid: "other", alg: "RS512", use: "sig" },
      { ...(await exportJWK(engine.publicKey)), kid: KID, alg: "RS512", use: "sig" },
    ];
    return documents({ [url]: JSON.stringify({ keys }) }).fetch;
  };

  test("is accepted under the key of the set that it names", async () => {
    expect(await onlyEvent(sent(await sign()), source, [], await jwks())).toMatchObject({
      id: "0f6c1e3b-2a44-4a5f-9f0e-0d6b7f1a2c3d",
      type: "transaction.status.updated",
      subject: "b70701f4-d7b1-4795-a8ee-b09cdb5b850d",
      time: "2026-11-23T09:19:50.123Z",
      data: { id: "b70701f4-d7b1-4795-a8ee-b09cdb5b850d", status: "COMPLETED" },
      dedupeKey: "0f6c1e3b-2a44-4a5f-9f0e-0d6b7f1a2c3d",
    });
  });

  test("is refused with another body, another key of the set, an unknown key and RS256", async () => {
    const keys = await jwks();
    expect(await verdict(sent(await sign(), `${body} `), source, { keys })).toBe("no-match");
    expect(await verdict(sent(await sign({ kid: "other" })), source, { keys })).toBe("no-match");
    expect(await verdict(sent(await sign({ kid: "none" })), source, { keys })).toBe("unknown-key");
    const weaker = await detached(body, { alg: "RS256" });
    expect(await verdict(sent(weaker), source, { keys })).toBe("algorithm-not-allowed");
    expect(await verdict(sent(""), source, { keys })).toBe("missing-signature");
  });
});

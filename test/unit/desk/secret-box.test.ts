// The box that captured secrets lie in: what goes in comes out, and nothing comes out for anyone else.
import { webcrypto } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSecretBox, type SealedSecret, type SecretBox } from "../../../src/desk/secret-box.ts";

const KEY = "a key for tests, longer than thirty-two characters";

function boxWith(key: string): SecretBox {
  const box = createSecretBox({ key, randomBytes: (length) => webcrypto.getRandomValues(new Uint8Array(length)) });
  if (typeof box === "string") throw new Error(box);
  return box;
}

function flipped({ iv, ciphertext }: SealedSecret, at: number): SealedSecret {
  const bytes = new Uint8Array(ciphertext.slice(0));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return { iv, ciphertext: bytes.buffer };
}

describe("a secret box", () => {
  it.each(["s", "naïve ☃ \u0000", "x".repeat(4_096)])("gives back what was put in", async (secret) => {
    const sealed = await boxWith(KEY).seal("asana", secret);
    expect(await boxWith(KEY).open("asana", sealed)).toBe(secret);
  });

  it("never makes the same bytes twice", async () => {
    const box = boxWith(KEY);
    const [a, b] = [await box.seal("asana", "secret"), await box.seal("asana", "secret")];
    expect(Buffer.from(a.iv).equals(Buffer.from(b.iv))).toBe(false);
    expect(Buffer.from(a.ciphertext).equals(Buffer.from(b.ciphertext))).toBe(false);
    expect(a.iv.byteLength).toBe(12);
    expect(a.ciphertext.byteLength).toBe("secret".length + 16);
  });

  it("stays closed for another key, another source and changed bytes", async () => {
    const sealed = await boxWith(KEY).seal("asana", "secret");
    expect(await boxWith(`${KEY}.`).open("asana", sealed)).toBeNull();
    expect(await boxWith(KEY).open("asana2", sealed)).toBeNull();
    for (let at = 0; at < sealed.ciphertext.byteLength; at++) {
      expect(await boxWith(KEY).open("asana", flipped(sealed, at))).toBeNull();
    }
    expect(await boxWith(KEY).open("asana", { ...sealed, ciphertext: new ArrayBuffer(0) })).toBeNull();
    expect(await boxWith(KEY).open("asana", { ...sealed, iv: new ArrayBuffer(12) })).toBeNull();
  });

  it("uses HKDF-SHA-256 and AES-256-GCM, as anyone else would compute them", async () => {
    const text = (words: string) => new TextEncoder().encode(words);
    const { iv, ciphertext } = await boxWith(KEY).seal("asana", "secret");
    const material = await webcrypto.subtle.importKey("raw", text(KEY), "HKDF", false, ["deriveBits"]);
    const info = text("captured secret, AES-256-GCM, v1");
    const derivation = { name: "HKDF", hash: "SHA-256", salt: text("hookspan/source-secrets"), info };
    const bits = await webcrypto.subtle.deriveBits(derivation, material, 256);
    const key = await webcrypto.subtle.importKey("raw", bits, "AES-GCM", false, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv, additionalData: text("asana") };
    expect(Buffer.from(await webcrypto.subtle.decrypt(algorithm, key, ciphertext)).toString()).toBe("secret");
  });

  it.each([
    [undefined, "no-key"],
    ["", "short-key"],
    ["k".repeat(31), "short-key"],
  ] as const)("does not exist with the key %j: %s", (key, reason) => {
    expect(createSecretBox({ key, randomBytes: (length) => new Uint8Array(length) })).toBe(reason);
  });
});

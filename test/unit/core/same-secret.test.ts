// Two secrets are the same only if they are the same text, and an empty one is no secret.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sameSecret } from "../../../src/core/same-secret.ts";

const SECRET = "a-long-admin-token-0123456789";

describe("sameSecret", () => {
  test("accepts the same text", async () => {
    expect(await sameSecret(SECRET, SECRET)).toBe(true);
  });

  test.each([
    ["another", "another-token"],
    ["a part of it", SECRET.slice(0, -1)],
    ["more than it", `${SECRET}0`],
    ["another case", SECRET.toUpperCase()],
    ["a space before it", ` ${SECRET}`],
    ["NULs behind it, with which HMAC pads its keys", `${SECRET}\0\0`],
    ["nothing", ""],
  ])("refuses %s", async (_, shown) => {
    expect(await sameSecret(shown, SECRET)).toBe(false);
    expect(await sameSecret(SECRET, shown)).toBe(false);
  });

  test("refuses two that are empty: a secret that is not set opens nothing", async () => {
    expect(await sameSecret("", "")).toBe(false);
  });

  test("compares secrets longer than a block of the hash", async () => {
    const long = "x".repeat(1_000);
    expect(await sameSecret(long, long)).toBe(true);
    expect(await sameSecret(`${long}x`, long)).toBe(false);
  });

  test("of any two texts says whether they are equal and not empty", async () => {
    const texts = fc.string({ unit: "binary", maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(texts, texts, async (a, b) => {
        expect(await sameSecret(a, b)).toBe(a === b && a !== "");
        expect(await sameSecret(a, a)).toBe(a !== "");
      }),
    );
  });
});

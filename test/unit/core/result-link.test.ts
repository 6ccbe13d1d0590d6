// A link to a result is good as it was made, for as long as it says, and in no other way.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSigned, signedLink } from "../../../src/core/result-link.ts";

const ORIGIN = "https://hooks.example.com";

async function partsOf(id: string, until: number, secret: string) {
  const { href } = await signedLink(ORIGIN, id, until, secret);
  const url = new URL(href);
  return {
    href,
    id: decodeURIComponent(url.pathname.slice("/results/".length)),
    until: Number(url.searchParams.get("until")),
    signature: url.searchParams.get("signature") ?? "",
  };
}

describe("a link to a result", () => {
  test("has one form for one execution, time and secret", async () => {
    // echo -n "hookspan-result 1795708800000 exe_1_2" | openssl dgst -sha256 -hmac secret
    expect((await partsOf("exe_1_2", 1_795_708_800_000, "secret")).href).toBe(
      `${ORIGIN}/results/exe_1_2?until=1795708800000&signature=1bb1fea485d1e6f34f415a11f154db799a48da2577d9c6bc3698d9abe08eba84`,
    );
  });

  test("is good by any of the secrets, and by no other", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1 }),
        fc.nat(2 ** 50),
        fc.uniqueArray(fc.string({ minLength: 1, unit: "binary-ascii" }), { minLength: 2, maxLength: 4 }),
        async (id, until, secrets) => {
          // HMAC pads short keys with NULs.
          fc.pre(secrets.every((secret) => !secret.includes("\0")));
          const [first = "", ...others] = secrets;
          const link = await partsOf(id, until, first);
          expect(await isSigned(link.id, link.until, link.signature, secrets)).toBe(true);
          expect(await isSigned(link.id, link.until, link.signature, others)).toBe(false);
          expect(await isSigned(link.id, link.until, link.signature, [])).toBe(false);
          expect(await isSigned(link.id, link.until, link.signature, [""])).toBe(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("is refused once anything of it is changed", async () => {
    const { id, until, signature } = await partsOf("exe_1_2", 1_795_708_800_000, "secret");
    const flipped = (signature.startsWith("0") ? "1" : "0") + signature.slice(1);
    for (const [otherId, otherUntil, otherSignature] of [
      ["exe_1_3", until, signature],
      [`${id} `, until, signature],
      [id, until + 1, signature],
      [id, Number.NaN, signature],
      [id, until, flipped],
      [id, until, signature.toUpperCase()],
      [id, until, signature.slice(1)],
      [id, until, ""],
    ] as const) {
      expect(await isSigned(otherId, otherUntil, otherSignature, ["secret"])).toBe(false);
    }
  });
});

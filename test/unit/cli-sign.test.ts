// What the command line signs is what the bridge verifies, for every sender that can be imitated.
import { describe, expect, it } from "vitest";
import { sample, signed } from "../../cli/sign.ts";
import { PRESET_NAMES } from "../../src/core/source.ts";
import { resolveSource } from "../../src/sources/presets.ts";
import { noKeys, verify } from "../../src/sources/verify.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const SECRETS = [
  `whsec_${btoa("for the tests only: 24 b.")}`,
  "30313233343536373839303132333435",
  "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
  "user:password",
];

async function accepted(preset: (typeof PRESET_NAMES)[number], secret: string, tamper = (body: string) => body) {
  const source = resolveSource("s", { preset, secrets: ["S"], publicUrl: "https://hooks.example.com/in/s" });
  if (!source.ok) return `not by itself: ${JSON.stringify(source.error)}`;
  const made = signed(preset, sample(preset, "thing.happened"), secret, NOW);
  if (typeof made === "string") return made;
  const request = {
    method: "POST",
    url: `https://hooks.example.com/in/s${made.query}`,
    headers: new Headers(made.headers),
    body: Uint8Array.from(new TextEncoder().encode(tamper(made.body))),
    receivedAt: NOW,
  };
  const verified = await verify(request, source.value, { secrets: [secret], now: NOW, keys: noKeys });
  return verified.ok ? "accepted" : `refused: ${verified.error.reason}`;
}

async function best(preset: (typeof PRESET_NAMES)[number]): Promise<string> {
  const all = await Promise.all(SECRETS.map((secret) => accepted(preset, secret)));
  return all.find((each) => each === "accepted") ?? all[0] ?? "";
}

describe("what the command line signs", () => {
  it.each(
    ["stripe", "github", "standard-webhooks", "shopify", "token", "bearer", "svix"].filter((name) =>
      (PRESET_NAMES as readonly string[]).includes(name),
    ),
  )("is accepted from %s", async (preset) => {
    expect(await best(preset as (typeof PRESET_NAMES)[number])).toBe("accepted");
  });

  it("is accepted for every sender with a shared secret, and what cannot be signed is said, never sent wrongly", async () => {
    const outcomes = await Promise.all(PRESET_NAMES.map(async (preset) => [preset, await best(preset)] as const));
    expect(outcomes.filter(([, outcome]) => outcome.startsWith("refused"))).toEqual([]);
    expect(outcomes.filter(([, outcome]) => outcome === "accepted").length).toBeGreaterThan(50);
  });

  it("is refused once a byte of it is changed", async () => {
    expect(await accepted("stripe", "whsec_x", (body) => body.replace("thing", "thinG"))).toBe("refused: no-match");
  });
});

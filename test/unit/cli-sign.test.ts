// What the command line makes and signs is what the bridge verifies and reads, for every sender that can be imitated. The judges are the
// bridge's own `verify` and `normalise`, which are held against the senders' own libraries elsewhere.
import { describe, expect, it } from "vitest";
import { bodyOf, type Draft } from "../../cli/sending/draft.ts";
import { typesOf } from "../../cli/sending/examples.ts";
import { constantsOf, sample, unmakeable } from "../../cli/sending/sample.ts";
import { senders } from "../../cli/sending/send.ts";
import { signed, unsignable } from "../../cli/sending/sign.ts";
import { PRESET_NAMES, type PresetName, SourceConfig } from "../../src/core/source.ts";
import { normalise } from "../../src/sources/normalise.ts";
import { PRESETS, resolveSource } from "../../src/sources/presets.ts";
import { noKeys, verify } from "../../src/sources/verify.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const URL_HERE = "https://hooks.example.com/in/s";
const ORIGIN = "https://www.example.com";
const BASE64 = btoa("for the tests only: 24 b.");

/** Of a form that the preset takes. */
const SECRETS = [
  `whsec_${BASE64}`,
  "30313233343536373839303132333435",
  BASE64,
  "user:password",
  "a secret of letters, long enough for HS256",
];

interface Outcome {
  readonly outcome: string;
  readonly type?: string | undefined;
  readonly id?: string | undefined;
  readonly key?: string | undefined;
}

async function sent(
  preset: PresetName,
  type: string,
  secret: string,
  tamper = (body: string) => body,
): Promise<Outcome> {
  const config = {
    preset,
    secrets: ["S"],
    publicUrl: URL_HERE,
    allowOrigins: [ORIGIN],
    handshakeSecrets: ["H"],
    verify: { family: "none" },
  };
  const fitting = Object.fromEntries(Object.entries(config).filter(([name]) => takes(preset, name)));
  const source = resolveSource("s", SourceConfig.parse(fitting));
  if (!source.ok) return { outcome: `not configured: ${JSON.stringify(source.error)}` };
  const draft = sample(preset, type, {}, NOW);
  if (typeof draft === "string") return { outcome: draft };
  const made = signed(PRESETS[preset].verify, draft, { secret, now: NOW, publicUrl: URL_HERE, origin: ORIGIN });
  if (typeof made === "string") return { outcome: made };
  const request = {
    method: "POST",
    url: `${URL_HERE}${made.query}`,
    headers: new Headers(made.headers),
    body: Uint8Array.from(new TextEncoder().encode(tamper(made.body))),
    receivedAt: NOW,
  };
  const verified = await verify(request, source.value, { secrets: [secret], now: NOW, keys: noKeys });
  if (!verified.ok) return { outcome: `refused: ${verified.error.reason}` };
  const events = await normalise(verified.value, source.value);
  if (!events.ok) return { outcome: `unreadable: ${events.error.message}` };
  const [event] = events.value;
  return { outcome: "accepted", type: event?.type, id: event?.id, key: event?.dedupeKey };
}

/** What a source of the preset must not have is left out. */
function takes(preset: PresetName, name: string): boolean {
  const family = PRESETS[preset].verify.family;
  if (name === "verify") return family === "none";
  if (name === "allowOrigins") return family === "browser-form";
  if (name === "secrets") return family !== "browser-form" && family !== "none";
  if (name === "handshakeSecrets") return JSON.stringify(PRESETS[preset].handshake ?? []).includes('"is":"secret"');
  return true;
}

async function best(preset: PresetName, type: string): Promise<Outcome> {
  const all = await Promise.all(SECRETS.map((secret) => sent(preset, type, secret)));
  return all.find(({ outcome }) => outcome === "accepted") ?? all[0] ?? { outcome: "none" };
}

/** A type that the sender may have: one that is known, the only one, or one of two words. */
function typeFor(preset: PresetName): string {
  const { type } = PRESETS[preset].event;
  const [known] = typesOf(preset);
  const isJoin = JSON.stringify(type ?? "").includes('"join"');
  const constants = constantsOf(type).filter((each) => each !== "event");
  return known ?? constants[0] ?? (isJoin ? "thing.happened" : "happened");
}

const IMITATED = PRESET_NAMES.filter(
  (preset) => unmakeable(preset) === null && unsignable(PRESETS[preset].verify) === null,
);

describe("what the command line sends", () => {
  it.each(IMITATED)("is accepted and read as that event, each one as another, from %s", async (preset) => {
    const type = typeFor(preset);
    const [first, second] = [await best(preset, type), await best(preset, type)];
    expect(first).toMatchObject({ outcome: "accepted", type });
    expect(second.key).not.toBe(first.key);
  });

  it("comes from every sender with a shared secret, and from nobody else", () => {
    const others = PRESET_NAMES.filter((preset) => !IMITATED.includes(preset));
    const why = senders(undefined).filter(({ cannot }) => cannot !== null);
    expect(why.map(({ preset }) => preset)).toEqual(others);
    for (const { preset, cannot } of why) expect([preset, cannot]).toEqual([preset, "it signs with a private key"]);
    expect(why.map(({ preset }) => PRESETS[preset].verify.family)).not.toContain("hmac");
    expect(others.length).toBeLessThan(10);
  });

  it.each([
    ["stripe", "cus_NffrFeUfNV2Hib"],
    ["shopify", "hookspan_sample"],
    ["mandrill", "Hello"],
    ["twilio", "15017122661"],
    ["adyen", "order-1001"],
    ["braintree", "bt_payload=P"],
    ["square", "COMPLETED"],
  ] as const)("is refused from %s once %s has become another word", async (preset, word) => {
    const secret = preset === "adyen" ? "3031" : "public:private";
    const tamper = (body: string): string => body.replace(word, word.replace(/.$/, "7"));
    expect(await sent(preset, typeFor(preset), secret)).toMatchObject({ outcome: "accepted" });
    expect((await sent(preset, typeFor(preset), secret, tamper)).outcome).toMatch(/^refused: /);
  });

  it.each([
    ["github", "issues.opened", "issue"],
    ["github", "push", "commits"],
    ["shopify", "orders/create", "line_items"],
    ["stripe", "invoice.payment_failed", "data"],
    ["stripe", "customer.subscription.trial_will_end", "data"],
  ] as const)("is what %s sends as %s", async (preset, type, member) => {
    const draft = sample(preset, type, { "made.up": "7" }, NOW) as Draft;
    expect(JSON.parse(bodyOf(draft))).toMatchObject({ [member]: expect.anything(), made: { up: 7 } });
    expect(await best(preset, type)).toMatchObject({ outcome: "accepted", type });
  });

  it("says which types there are where only some can be, and what the secret must be", async () => {
    expect(sample("jotform", "thing.happened", {}, NOW)).toBe("its events are all of the type form.submitted");
    expect((await sent("adyen", "CAPTURE", "no hex")).outcome).toBe("the secret must be hex");
    const unaddressed = signed(PRESETS.square.verify, sample("square", "x", {}, NOW) as Draft, {
      secret: "s",
      now: NOW,
      publicUrl: "",
      origin: "",
    });
    expect(unaddressed).toBe("it signs its address, and the source has no publicUrl");
  });
});

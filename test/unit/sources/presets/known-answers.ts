// What every preset that signs its requests must do, run over one genuine request of each. The request is signed, or at
// least checked, by the sender's own library where there is one, and else by its formula in Node's crypto: never by our
// own code. Fixed clock, no network.
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Event, InboundRequest } from "../../../../src/core/event.ts";
import type { PresetName } from "../../../../src/core/source.ts";
import { normalise } from "../../../../src/sources/normalise.ts";
import type { Source } from "../../../../src/sources/source.ts";
import { type KeyFetcher, noKeys, verify } from "../../../../src/sources/verify.ts";
import { JSON_TYPE, NOW, outcome, request, sourceOf } from "../requests.ts";

export const JSON_HEADERS = JSON_TYPE;
export const FORM_HEADERS = { "content-type": "application/x-www-form-urlencoded" };

export type Headers = Readonly<Record<string, string>>;

export interface Sender {
  readonly preset: PresetName;
  /** The configuration beside preset and secrets, such as publicUrl. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly secret: string;
  /** Of the same form as `secret`. */
  readonly otherSecret: string;
  readonly body: string;
  /** The sender's headers, without the content type. @param now in ms */
  sign(body: string, secret: string, now: number): Headers;
  readonly signatureHeader: string;
  /** How far off the clock may be, in seconds; left out where no time is signed. */
  readonly toleranceSeconds?: number;
  /** Headers that are sent and not signed, such as the delivery's id. */
  readonly unsigned?: Headers;
  /** Whether the sender's own library accepts the request. */
  readonly isGenuine?: (body: string, headers: Headers, secret: string) => boolean | Promise<boolean>;
  readonly events: readonly Partial<Event>[];
}

export function hmacHex(secret: string, content: string, hash = "sha256"): string {
  return createHmac(hash, secret).update(content).digest("hex");
}

export function hmacBase64(secret: string | Buffer, content: string, hash = "sha256"): string {
  return createHmac(hash, secret).update(content).digest("base64");
}

/** Verifies and normalises, as ingress does; throws when the request is refused. */
export async function received(
  inbound: InboundRequest,
  source: Source,
  secrets: readonly string[],
  keys: KeyFetcher = noKeys,
): Promise<readonly Event[]> {
  const verified = await verify(inbound, source, { secrets, now: NOW, keys });
  if (!verified.ok) throw new Error(JSON.stringify(verified.error));
  const events = await normalise(verified.value, source);
  if (!events.ok) throw new Error(events.error.message);
  return events.value;
}

export async function onlyEvent(...args: Parameters<typeof received>): Promise<Event> {
  const [event, ...others] = await received(...args);
  if (event === undefined || others.length > 0) throw new Error("It was expected to carry one event.");
  return event;
}

/** Registers the tests that every signing sender has in common. */
export function describeSender(sender: Sender): void {
  const { preset, secret, otherSecret, body, signatureHeader, toleranceSeconds, unsigned = {} } = sender;
  const source = sourceOf({ preset, secrets: ["A_SECRET", "B_SECRET"], ...sender.config });
  const sent = (headers: Headers, text = body) => request({ ...JSON_HEADERS, ...unsigned, ...headers }, text);
  const genuine = () => sent(sender.sign(body, secret, NOW));

  describe(`a request of ${preset}`, () => {
    test("is accepted, and gives the events that the sender means", async () => {
      expect(await received(genuine(), source, [secret])).toMatchObject(sender.events);
    });

    const { isGenuine } = sender;
    if (isGenuine !== undefined) {
      test("is genuine in the eyes of the sender's own library", async () => {
        expect(await isGenuine(body, sender.sign(body, secret, NOW), secret)).toBe(true);
        expect(await isGenuine(`${body} `, sender.sign(body, secret, NOW), secret)).toBe(false);
      });
    }

    test.each([
      ["changed", body.replace(/[a-z]/, (letter) => (letter === "x" ? "y" : "x"))],
      ["cut short", body.slice(0, -1)],
      ["followed by a line feed", `${body}\n`],
      ["written anew", JSON.stringify(JSON.parse(body), null, 3)],
      ["empty", ""],
    ])("whose body is %s is refused", async (_, changed) => {
      expect(await outcome(sent(sender.sign(body, secret, NOW), changed), source, [secret])).toBe("no-match");
    });

    test("signed with another secret is refused", async () => {
      expect(await outcome(sent(sender.sign(body, otherSecret, NOW)), source, [secret])).toBe("no-match");
    });

    test("without a signature, or with an empty one, is refused", async () => {
      const { [signatureHeader]: _, ...others } = sender.sign(body, secret, NOW);
      expect(await outcome(sent(others), source, [secret])).toBe("missing-signature");
      expect(await outcome(sent({ ...others, [signatureHeader]: "" }), source, [secret])).toBe("missing-signature");
    });

    test("is accepted with either secret while the receiver rotates", async () => {
      expect(await outcome(genuine(), source, [secret, otherSecret])).toBe("accepted");
      expect(await outcome(genuine(), source, [otherSecret, secret])).toBe("accepted");
    });

    test("keeps its dedupe key whatever is written into headers that nobody signs", async () => {
      const made = Object.fromEntries(Object.keys(unsigned).map((name) => [name, "made-up"]));
      const before = await received(genuine(), source, [secret]);
      const after = await received(sent({ ...sender.sign(body, secret, NOW), ...made }), source, [secret]);
      expect(after.map(({ dedupeKey }) => dedupeKey)).toEqual(before.map(({ dedupeKey }) => dedupeKey));
    });

    test("is refused, as our own fault, while the secret is empty", async () => {
      expect(await outcome(genuine(), source, [""])).toBe("bad-secret");
    });
  });

  if (toleranceSeconds === undefined) return;
  describe(`the time of ${preset}`, () => {
    test.each([
      [-toleranceSeconds - 1, "stale"],
      [-toleranceSeconds, "accepted"],
      [toleranceSeconds, "accepted"],
      [toleranceSeconds + 1, "future"],
    ])("that is %i s from now is %s", async (offset, expected) => {
      const headers = sender.sign(body, secret, NOW + offset * 1_000);
      expect(await outcome(sent(headers), source, [secret])).toBe(expected);
    });
  });
}

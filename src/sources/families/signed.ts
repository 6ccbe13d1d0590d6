// What hmac, digest and pubkey share: reads the signatures and the time out of the request, has each set matched, and only
// then looks at the age, so that "stale" means what it says. No clock (`now` is passed in). Total.
import { err, ok, type Result } from "../../core/result.ts";
import { decodeBytes } from "../encoding.ts";
import { firstHeader } from "./content.ts";
import type { Proof, VerificationFailure } from "./failure.ts";
import { describePlace, type RequestReader } from "./place.ts";
import type { SignedScheme } from "./scheme.ts";
import { MAX_SETS, MAX_SIGNATURES, readSets, readSignatures, valuesOf } from "./signature.ts";
import { parseTimestamp } from "./timestamp.ts";

/** Signatures that one time belongs to. */
export interface SignedSet {
  /** The time as it was sent; empty where none is signed as text of its own. */
  readonly timestamp: string;
  readonly candidates: readonly Uint8Array<ArrayBuffer>[];
}

/** Gives what proved the set; null when nothing does. */
export type Matcher = (set: SignedSet) => Promise<Proof | null>;

interface SentTime {
  readonly text: string;
  /** In ms since the epoch. */
  readonly at: number;
}

interface SetText {
  readonly place: string;
  readonly text: string;
  readonly signatures: readonly string[];
}

/**
 * @param keys How many there are to match with, and the first that cannot be used: a signature made with a secret that we
 *   cannot read looks like a wrong one. We say that the fault is ours, so that a real sender tries again.
 */
export async function checkSigned(
  reader: RequestReader,
  scheme: SignedScheme,
  now: number,
  keys: { readonly count: number; readonly bad: VerificationFailure | null },
  match: Matcher,
): Promise<Result<Proof, VerificationFailure>> {
  const sets = await readSetTexts(reader, scheme);
  if (!sets.ok) return sets;

  let tried = 0;
  let undecodable = 0;
  let failure: VerificationFailure | null = null;
  for (const set of sets.value) {
    const sent = await readSentTime(reader, scheme, set);
    if (!sent.ok) {
      failure ??= sent.error;
      continue;
    }
    const candidates = set.signatures
      .map((text) => decodeBytes(text, scheme.encoding))
      .filter((bytes) => bytes !== null);
    tried += set.signatures.length;
    undecodable += set.signatures.length - candidates.length;
    const proof = await match({ timestamp: sent.value?.text ?? "", candidates });
    if (proof === null) continue;
    const age = checkAge(sent.value, scheme, now);
    if (age === null) return ok(proof);
    failure = age;
  }
  if (failure !== null) return err(failure);
  return err(keys.bad ?? { reason: "no-match", tried, undecodable, secrets: keys.count });
}

/** The sets of every place that is there, with their signatures. */
async function readSetTexts(
  reader: RequestReader,
  scheme: SignedScheme,
): Promise<Result<readonly SetText[], VerificationFailure>> {
  const layout = scheme.signature;
  const given: { readonly place: string; readonly text: string }[] = [];
  for (const place of layout.from) {
    const text = await reader.text(place);
    if (text === null || text.trim() === "") continue;
    given.push(...readSets(text, layout).map((set) => ({ place: describePlace(place), text: set })));
  }
  const [first] = given;
  if (first === undefined) return err({ reason: "missing-signature", at: layout.from.map(describePlace).join(" ") });

  const missing = scheme.require.find((names) => firstHeader(reader.request.headers, names) === null);
  if (missing !== undefined) return err({ reason: "missing-header", header: missing.join(" or ") });

  const sets = given.map((set) => ({ ...set, signatures: readSignatures(set.text, layout) }));
  const count = sets.reduce((sum, { signatures }) => sum + signatures.length, 0);
  if (sets.length > MAX_SETS || count > MAX_SIGNATURES) {
    return err({ reason: "malformed-signature", at: first.place, problem: "too-many-signatures" });
  }
  if (count > 0) return ok(sets.filter(({ signatures }) => signatures.length > 0));
  // A time that cannot be read is the better thing to say.
  const sent = await readSentTime(reader, scheme, { ...first, signatures: [] });
  const problem = "no-signature-of-the-expected-form";
  return sent.ok ? err({ reason: "malformed-signature", at: first.place, problem }) : sent;
}

/** The time of sending as the sender wrote it; null when the scheme signs none. */
async function readSentTime(
  reader: RequestReader,
  scheme: SignedScheme,
  set: SetText,
): Promise<Result<SentTime | null, VerificationFailure>> {
  if (scheme.timestamp === null) return ok(null);
  const { unit } = scheme.timestamp;
  const text = await readTimeText(reader, scheme, scheme.timestamp.from, set);
  if (!text.ok) return text;
  const at = parseTimestamp(text.value, unit);
  return at === null ? err({ reason: "malformed-timestamp", unit }) : ok({ text: text.value, at });
}

async function readTimeText(
  reader: RequestReader,
  scheme: SignedScheme,
  places: NonNullable<SignedScheme["timestamp"]>["from"],
  set: SetText,
): Promise<Result<string, VerificationFailure>> {
  let missing: VerificationFailure | null = null;
  for (const place of places) {
    if (place.kind === "signature") {
      const [first, second] = valuesOf(set.text, scheme.signature, place.key);
      // Two times, and the signature covers one of them: reading the other would be a way around the tolerance.
      if (second !== undefined) {
        return err({ reason: "malformed-signature", at: set.place, problem: "several-timestamps" });
      }
      if (first !== undefined) return ok(first);
      missing ??= { reason: "malformed-signature", at: set.place, problem: "no-timestamp" };
      continue;
    }
    const text = await reader.text(place);
    if (text !== null && text.trim() !== "") return ok(text);
    missing ??=
      place.kind === "header"
        ? { reason: "missing-header", header: place.name }
        : { reason: "missing-timestamp", at: describePlace(place) };
  }
  return err(missing ?? { reason: "missing-timestamp", at: "nowhere" });
}

function checkAge(sent: SentTime | null, { timestamp }: SignedScheme, now: number): VerificationFailure | null {
  if (sent === null || timestamp === null) return null;
  return skewFailure(sent.at, now, timestamp.toleranceSeconds);
}

/** Both ways alike: a sender whose clock is ahead could otherwise be replayed for as long as it is. */
export function skewFailure(at: number, now: number, toleranceSeconds: number): VerificationFailure | null {
  const ageMs = now - at;
  if (Math.abs(ageMs) <= toleranceSeconds * 1_000) return null;
  const skewSeconds = Math.round(Math.abs(ageMs) / 1_000);
  return { reason: ageMs > 0 ? "stale" : "future", skewSeconds, toleranceSeconds };
}

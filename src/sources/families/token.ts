// The family `token`: a shared secret that the sender shows. Web Crypto only, no I/O. Total.
import { err, ok, type Result } from "../../core/result.ts";
import { utf8 } from "../encoding.ts";
import { readBasic, readBearer } from "./bearer.ts";
import type { Context } from "./context.ts";
import type { Proof, SecretProblem, VerificationFailure } from "./failure.ts";
import { importMacKey, sameUnderKey } from "./mac.ts";
import { describePlace, type RequestReader } from "./place.ts";
import type { TokenPlace, TokenScheme } from "./scheme.ts";
import { readSecrets } from "./secrets.ts";

export async function checkToken(
  reader: RequestReader,
  scheme: TokenScheme,
  { secrets }: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const shown = await readShown(reader, scheme);
  if (shown === null) return err({ reason: "missing-token", at: scheme.at.map(describe).join(" ") });

  const isBasic = scheme.at.some(({ kind }) => kind === "basic");
  const { usable, bad } = readSecrets(secrets, "", (secret, index) => {
    const problem = problemOf(secret, isBasic);
    return problem === null ? ok({ index, bytes: utf8(secret) }) : err(problem);
  });
  for (const { index, bytes } of usable) {
    if (await sameUnderKey(await importMacKey(bytes, "SHA-256"), shown, bytes)) return ok({ secretIndex: index });
  }
  return err(bad ?? { reason: "no-match", tried: 1, undecodable: 0, secrets: secrets.length });
}

async function readShown(reader: RequestReader, { at, prefix }: TokenScheme): Promise<Uint8Array<ArrayBuffer> | null> {
  for (const place of at) {
    const shown = await readPlace(reader, place, prefix);
    if (shown !== null) return shown;
  }
  return null;
}

async function readPlace(
  reader: RequestReader,
  place: TokenPlace,
  prefix: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { headers } = reader.request;
  if (place.kind === "basic") return readBasic(headers);
  if (place.kind === "bearer") {
    const token = readBearer(headers);
    return token === null ? null : utf8(token);
  }
  const text = (await reader.text(place))?.trim() ?? "";
  return text.startsWith(prefix) && text.length > prefix.length ? utf8(text.slice(prefix.length)) : null;
}

function describe(place: TokenPlace): string {
  return place.kind === "bearer" || place.kind === "basic" ? "header:authorization" : describePlace(place);
}

/** A line feed at the end, from a shell's `echo`, can never arrive in a header: say so instead of "no match". */
function problemOf(secret: string, isBasic: boolean): SecretProblem | null {
  if (secret.trim() === "") return "empty";
  if (secret !== secret.trim()) return "white-space-around-it";
  return isBasic && !secret.includes(":") ? "not-user-and-password" : null;
}

// The rules of `verify` that span several fields, which a JSON Schema cannot say. Pure. Each fault names its place and what
// to write instead. Signatures over content are in `rules-signed`, JWT and JWS in `rules-jose`.

import type { SingleVerification } from "../../core/source/verification.ts";
import type { SourceConfig, Verification } from "../../core/source.ts";
import type { SourceFault, SourceFaultReason } from "../source-rules.ts";
import { checkKeySet, secretsOfKeys } from "./rules-jose.ts";
import { checkSigned } from "./rules-signed.ts";

export type Path = readonly (string | number)[];

/** @param captures Whether a handshake brings the secret. */
export function checkVerification(
  config: SourceConfig,
  verify: Verification,
  captures: boolean,
): readonly SourceFault[] {
  const members = membersOf(verify);
  return [
    ...checkSecrets(config, verify, members, captures),
    ...checkTolerance(config, members),
    ...checkPublicUrl(config, members),
    ...members.flatMap((member, i) => checkMember(member, verify.family === "any" ? ["verify", "of", i] : ["verify"])),
  ];
}

export function membersOf(verify: Verification): readonly SingleVerification[] {
  if (verify.family === "any") return verify.of;
  return verify.family === "none" || verify.family === "browser-form" ? [] : [verify];
}

function checkMember(member: SingleVerification, path: Path): readonly SourceFault[] {
  switch (member.family) {
    case "hmac":
    case "digest":
    case "pubkey":
      return checkSigned(member, path);
    case "jwt":
    case "jws-detached":
      return checkKeySet(member, path);
    case "token": {
      const isCredential = ["bearer", "basic"].some((at) => member.at === at || member.at.includes(at));
      if (member.prefix === undefined || !isCredential) return [];
      const message = "'bearer' and 'basic' say already what stands before the token: remove 'prefix'.";
      return [ruleFault("bad-token-place", [...path, "prefix"], message)];
    }
    default:
      return [];
  }
}

/** How many of the source's secrets a family reads: none, or that many and more. */
function secretsNeeded(member: SingleVerification): number {
  switch (member.family) {
    case "pubkey":
      return member.keys === undefined ? 1 : 0;
    case "jwt":
    case "jws-detached":
      return secretsOfKeys(member.keys);
    default:
      return 1;
  }
}

function checkSecrets(
  { secrets = [] }: SourceConfig,
  verify: Verification,
  members: readonly SingleVerification[],
  captures: boolean,
): readonly SourceFault[] {
  const needed = Math.max(0, ...members.map(secretsNeeded));
  if (needed === 0 && secrets.length > 0) {
    const message =
      members.length === 0
        ? `The family ${verify.family} uses no secret. Remove 'secrets', so that it does not look protected.`
        : "The keys are public and stand elsewhere. Remove 'secrets': none would be read.";
    return [ruleFault("unexpected-secrets", ["secrets"], message)];
  }
  if (secrets.length >= needed || captures) return [];
  const message =
    needed === 1
      ? "List the name of at least one Worker secret, such as MY_SECRET."
      : `The keys' request reads {secret:${needed}}: list the names of ${needed} Worker secrets.`;
  return [ruleFault("missing-secrets", ["secrets"], message)];
}

function checkTolerance(
  { toleranceSeconds }: SourceConfig,
  members: readonly SingleVerification[],
): readonly SourceFault[] {
  const isTimed = members.some(
    (member) =>
      ("timestamp" in member && member.timestamp !== undefined) ||
      (member.family === "jwt" && member.maxAgeSeconds !== undefined),
  );
  if (toleranceSeconds === undefined || isTimed) return [];
  const message = "This sender signs no timestamp, so there is no tolerance.";
  return [ruleFault("bad-timestamp", ["toleranceSeconds"], message)];
}

/** A publicUrl that nothing reads does no harm: it documents where the sender sends to. */
function checkPublicUrl({ publicUrl }: SourceConfig, members: readonly SingleVerification[]): readonly SourceFault[] {
  const isSigned = members.some(
    (member) =>
      member.family === "twilio" ||
      (member.family === "jwt" && member.audience === "publicUrl") ||
      ("content" in member && member.content.includes("{url}")),
  );
  if (!isSigned || publicUrl !== undefined) return [];
  const message =
    "This sender signs the URL that it sends to. Write it here exactly as it is registered with the sender, byte for byte.";
  return [ruleFault("missing-public-url", ["publicUrl"], message)];
}

export function ruleFault(reason: SourceFaultReason, path: Path, message: string): SourceFault {
  return { reason, path, message };
}

// Finds out whether a request is one of its source's handshakes. Compares secrets in constant time; no I/O.
import { sameSecret } from "../../core/same-secret.ts";
import { type Asked, isAbsent, textAt } from "./asked.ts";
import type { Condition, HandshakePlan } from "./plan.ts";

export type Recognition =
  | { readonly kind: "handshake"; readonly plan: HandshakePlan }
  /** All of it is right but the secret that it shows. */
  | { readonly kind: "wrong-secret" }
  | { readonly kind: "none" };

const HEX_CHALLENGE = /^[0-9a-f]{1,64}$/i;

/** The first of the handshakes that the request is. */
export async function recognise(
  plans: readonly HandshakePlan[],
  asked: Asked,
  secrets: readonly string[],
): Promise<Recognition> {
  let otherwise: Recognition = { kind: "none" };
  for (const plan of plans) {
    if (plan.method !== asked.method || !plan.conditions.every((condition) => looksRight(condition, asked))) continue;
    if (await showsSecrets(plan, asked, secrets)) return { kind: "handshake", plan };
    otherwise = { kind: "wrong-secret" };
  }
  return otherwise;
}

function looksRight({ from, must }: Condition, asked: Asked): boolean {
  if (must.kind === "absent") return isAbsent(from, asked);
  const text = textAt(from, asked);
  if (text === null) return false;
  switch (must.kind) {
    case "given":
    case "secret":
      return true;
    case "hex":
      return HEX_CHALLENGE.test(text);
    case "equals":
      return text === must.text;
  }
}

async function showsSecrets(plan: HandshakePlan, asked: Asked, secrets: readonly string[]): Promise<boolean> {
  for (const { from, must } of plan.conditions) {
    if (must.kind === "secret" && !(await isOneOf(textAt(from, asked) ?? "", secrets))) return false;
  }
  return true;
}

/** All are compared, so that the time tells nothing of which it was. */
async function isOneOf(shown: string, secrets: readonly string[]): Promise<boolean> {
  const same = await Promise.all(secrets.map((secret) => sameSecret(shown, secret)));
  return same.includes(true);
}

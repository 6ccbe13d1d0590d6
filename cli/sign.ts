// Signs a request as a sender would: the mirror of verification, from the same description. For senders whose scheme is a shared
// secret; those with a private key of their own cannot be imitated. Pure, but for the hash.
import { createHash, createHmac, randomUUID } from "node:crypto";
import type { PresetName } from "../src/core/source.ts";
import { type HmacVerification, Verification } from "../src/core/source.ts";
import { PRESETS } from "../src/sources/presets.ts";

export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What is added to the source's address. */
  readonly query: string;
}

/** @returns why a request of this sender cannot be signed here; else the request */
export function signed(preset: PresetName, body: string, secret: string, now: number): Signed | string {
  const verification = Verification.parse(PRESETS[preset].verify);
  switch (verification.family) {
    case "hmac":
      return hmac(verification, body, secret, now);
    case "token":
      return token(verification, body, secret);
    case "none":
      return { headers: json(), body, query: "" };
    default:
      return `${preset} proves itself by ${verification.family}, which only the sender itself can do`;
  }
}

function json(): Record<string, string> {
  return { "content-type": "application/json" };
}

function token(
  { at, prefix = "" }: Extract<Verification, { family: "token" }>,
  body: string,
  secret: string,
): Signed | string {
  const [place = ""] = typeof at === "string" ? [at] : at;
  if (place === "bearer") return { headers: { ...json(), authorization: `Bearer ${secret}` }, body, query: "" };
  if (place === "basic") return { headers: { ...json(), authorization: `Basic ${btoa(secret)}` }, body, query: "" };
  const [kind, name = ""] = place.split(":");
  if (kind === "header") return { headers: { ...json(), [name]: prefix + secret }, body, query: "" };
  if (kind === "query") return { headers: json(), body, query: `?${new URLSearchParams({ [name]: prefix + secret })}` };
  return `the token stands at ${place}, inside the body`;
}

type Hmac = ReturnType<typeof HmacVerification.parse>;

function hmac(scheme: Hmac, body: string, secret: string, now: number): Signed | string {
  const { signature, timestamp, content, key, require } = scheme;
  const place = [signature.from].flat()[0] ?? "";
  if (!place.startsWith("header:")) return `the signature stands at ${place}`;
  if (scheme.hashFrom !== undefined) return "the sender names the hash by itself";
  const headers: Record<string, string> = json();
  for (const name of [...require, ...namedIn(content)]) headers[name] ??= randomUUID();
  const at = timestamp === undefined ? "" : written(now, timestamp.unit);
  const from = [timestamp?.from ?? ""].flat()[0] ?? "";
  if (from.startsWith("header:")) headers[from.slice("header:".length)] = at;
  else if (from !== "" && !from.startsWith("sig:")) return `the time stands at ${from}`;
  const text = filled(content, { body, ts: at, method: "POST", headers });
  if (text === undefined) return `what is signed holds ${content}`;
  const mac = createHmac(scheme.hash, keyOf(key, secret))
    .update(text, "utf8")
    .digest(scheme.encoding === "hex" ? "hex" : "base64");
  headers[place.slice("header:".length)] = entry(
    signature,
    mac,
    from.startsWith("sig:") ? `${from.slice("sig:".length)}${signature.kv ?? "="}${at}` : null,
  );
  return { headers, body, query: "" };
}

/** As it stands in its header: alone, behind a prefix, or as one of several entries. */
function entry({ split, kv, key, prefix = "" }: Hmac["signature"], mac: string, time: string | null): string {
  const own = key !== undefined && kv !== undefined ? `${key}${kv}${prefix}${mac}` : `${prefix}${mac}`;
  return time === null ? own : `${time}${split ?? ","}${own}`;
}

function namedIn(content: string): string[] {
  return [...content.matchAll(/\{header:([A-Za-z0-9_-]+)/g)].map(([, name = ""]) => name);
}

function filled(
  content: string,
  known: {
    readonly body: string;
    readonly ts: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
  },
): string | undefined {
  let whole = true;
  const text = content.replace(/\{([^}]+)\}/g, (_all, name: string) => {
    if (name === "body" || name === "ts" || name === "method") return known[name];
    if (name.startsWith("header:")) return known.headers[name.slice("header:".length).split("|")[0] ?? ""] ?? "";
    whole = false;
    return "";
  });
  return whole ? text : undefined;
}

function keyOf({ encoding, strip, template }: Hmac["key"], secret: string): Buffer {
  const bare = strip !== undefined && secret.startsWith(strip) ? secret.slice(strip.length) : secret;
  return Buffer.from(
    template === undefined ? bare : template.replace("{secret}", bare),
    encoding === "utf8" ? "utf8" : encoding,
  );
}

function written(now: number, unit: string): string {
  if (unit === "ms") return String(now);
  return unit === "iso" ? new Date(now).toISOString() : String(Math.floor(now / 1_000));
}

/** A body that is new with each call, in the form of a sender whose events have an id and a type in the body. */
export function sample(preset: PresetName, type: string, set: Readonly<Record<string, string>> = {}): string {
  const id = `evt_${createHash("sha256").update(randomUUID()).digest("hex").slice(0, 24)}`;
  const object = {
    id: `obj_${id.slice(4, 16)}`,
    customer: `cus_${id.slice(4, 12)}`,
    status: "active",
    plan: { amount: 4_900 },
    metadata: {},
  };
  const created = Math.floor(Date.now() / 1_000);
  const event: Record<string, unknown> = {
    ...(preset === "stripe" ? { object: "event", api_version: "2026-10-28" } : {}),
    id,
    type,
    event: type,
    created,
    timestamp: new Date().toISOString(),
    data: { object, ...object },
  };
  for (const [path, value] of Object.entries(set)) assign(event, path.split("."), parsed(value));
  return JSON.stringify(event);
}

function assign(into: Record<string, unknown>, [first = "", ...rest]: readonly string[], value: unknown): void {
  if (first === "__proto__") return;
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const next = into[first];
  const inner = typeof next === "object" && next !== null ? (next as Record<string, unknown>) : {};
  into[first] = inner;
  assign(inner, rest, value);
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

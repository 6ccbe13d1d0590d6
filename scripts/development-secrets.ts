// Values for every secret that a configuration names, for local use: from .dev.vars where it sets one, made up otherwise.
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { Config } from "./local-stack.ts";

const DEV_VARS = new URL("../.dev.vars", import.meta.url);

/** Where .dev.vars says nothing. */
export const DEVELOPMENT_TOKEN = "development-admin-token";

export interface DevelopmentSecrets {
  readonly all: Readonly<Record<string, string>>;
  readonly adminToken: string;
  ofSource(source: string): string;
  ofCallback(callback: string): readonly string[];
}

export function developmentSecrets(config: Config): DevelopmentSecrets {
  // A copy of .dev.vars.example that has not been filled in sets nothing.
  const set = existsSync(DEV_VARS) ? Object.entries(parseEnv(readFileSync(DEV_VARS, "utf8"))) : [];
  const own: Record<string, string | undefined> = Object.fromEntries(set.filter(([, value]) => value !== ""));
  const all: Record<string, string> = {
    ADMIN_TOKEN: own.ADMIN_TOKEN ?? DEVELOPMENT_TOKEN,
    SOURCE_SECRETS_KEY: own.SOURCE_SECRETS_KEY ?? madeUp("SOURCE_SECRETS_KEY"),
  };
  for (const { token, credentials, operations } of Object.values(config.engines)) {
    if (token !== undefined) all[token] = own[token] ?? `tot_development-${token.toLowerCase()}`;
    const others = Object.values(operations ?? {}).flatMap((operation) => operation.token ?? []);
    for (const name of [...Object.values(credentials ?? {}), ...others]) all[name] = own[name] ?? madeUp(name);
  }
  const sources = Object.values(config.sources);
  const named = [
    ...sources.flatMap(({ secrets = [], handshakeSecrets = [] }) => [...secrets, ...handshakeSecrets]),
    ...Object.values(config.callbacks ?? {}).flatMap(({ secrets }) => secrets),
  ];
  for (const name of named) all[name] = own[name] ?? madeUp(name);
  return {
    all,
    adminToken: all.ADMIN_TOKEN ?? "",
    ofSource: (source) => all[config.sources[source]?.secrets?.[0] ?? ""] ?? "",
    ofCallback: (callback) => (config.callbacks?.[callback]?.secrets ?? []).map((name) => all[name] ?? ""),
  };
}

/**
 * `whsec_` and base64, which serves senders that read it as text and those that read it as Standard Webhooks does. Those
 * that want hex, two keys or a public key need a value of their own in .dev.vars.
 */
function madeUp(name: string): string {
  return `whsec_${Buffer.from(`for development only: ${name}`).toString("base64")}`;
}

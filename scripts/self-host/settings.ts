// What `npm start` is told: by flags, by the environment, and by a file of secrets; and what is wrong with it, in words.
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { readSetup } from "../../src/bridge/setup.ts";
import { isLoopback } from "../../src/core/url-policy.ts";
import { type Rehearsal, readRehearsal } from "./rehearsal.ts";

export const USAGE = `Usage: npm start -- [--config FILE] [--data DIRECTORY] [--secrets FILE] [--host ADDRESS] [--port N]

  --config    the configuration for the first start (bridge.config.json); later it is changed by the API or the dashboard
  --data      where the ledger is kept (./data)
  --secrets   a file of NAME=value lines, readable by its owner only; the environment goes before it
  --host      the address to listen at (127.0.0.1); put a proxy with TLS in front
  --port      the port (8787)
  --trust-proxy             the proxy in front says in X-Forwarded-For who the client is, and in X-Forwarded-Proto that it was TLS
  --allow-private-network   engines and callbacks may be in your own network; without it only public addresses are called
  --rehearsal FILE          for tests of the bridge itself: engines and callbacks are stand-ins on this machine (scripts/self-host/rehearsal.ts)`;

export interface Settings {
  readonly configFile: string;
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly trustProxy: boolean;
  readonly allowPrivateNetwork: boolean;
  /** By name: what the Worker finds as its secrets and variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where this is one: never in production. */
  readonly rehearsal: Rehearsal | undefined;
}

/** Not secrets of the configuration, and known to the Worker all the same. */
const FURTHER = ["ADMIN_TOKEN", "SOURCE_SECRETS_KEY"];

/** They loosen the Worker's checks: only a rehearsal sets them. */
const DEVELOPMENT = ["DEVELOPMENT", "DEVELOPMENT_ENGINE_URL", "DEVELOPMENT_CALLBACK_URL", "DEVELOPMENT_CONFIG"];

/** @throws with words for the operator */
export function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string", default: "bridge.config.json" },
      data: { type: "string", default: "data" },
      secrets: { type: "string" },
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "8787" },
      "trust-proxy": { type: "boolean", default: false },
      "allow-private-network": { type: "boolean", default: false },
      rehearsal: { type: "string" },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`--port: ${values.port} is no port`);
  const configFile = resolve(values.config);
  const document = readJson(configFile);
  const file = values.secrets === undefined ? {} : secretsOf(resolve(values.secrets));
  mustBeForProduction(defined(environment), "the environment");
  mustBeForProduction(file, values.secrets ?? "");
  const rehearsal = values.rehearsal === undefined ? undefined : readRehearsal(resolve(values.rehearsal));
  if (rehearsal && !isLoopback(values.host)) throw new Error("--host: a rehearsal is heard by this machine only.");
  const known = { ...file, ...defined(environment), ...(rehearsal && rehearsed(rehearsal)) };
  // Whatever a later configuration may name is bound too, as far as the file has it.
  const names = new Set([...Object.keys(file), ...FURTHER, ...(rehearsal ? DEVELOPMENT : [])]);
  const hasSecret = (name: string): boolean => {
    names.add(name);
    return known[name] !== undefined;
  };
  const setup = readSetup(document, { development: rehearsal !== undefined, hasSecret });
  if (!setup.ok) {
    const faults = setup.error.faults.map(({ path, message }) => `  ${path || "document"}: ${message}`);
    throw new Error(`${values.config} is refused:\n${faults.join("\n")}`);
  }
  const variables = Object.fromEntries(
    [...names].flatMap((name) => (known[name] ? [[name, known[name]] as const] : [])),
  );
  return {
    configFile,
    data: resolve(values.data),
    host: values.host,
    port,
    trustProxy: values["trust-proxy"],
    allowPrivateNetwork: values["allow-private-network"],
    variables,
    rehearsal,
  };
}

/** A start with loosened checks looks like any other, so it must not come about by what is left in a shell or in a file. */
function mustBeForProduction(values: Readonly<Record<string, string>>, where: string): void {
  const name = DEVELOPMENT.find((each) => values[each] !== undefined);
  if (name === undefined) return;
  throw new Error(`${name} is set in ${where}: it loosens checks and is for npm run dev only. Take it out there.`);
}

function rehearsed({ engineUrl, callbackUrl }: Rehearsal): Record<string, string> {
  return { DEVELOPMENT: "true", DEVELOPMENT_ENGINE_URL: engineUrl, DEVELOPMENT_CALLBACK_URL: callbackUrl };
}

function readJson(file: string): unknown {
  if (!existsSync(file)) throw new Error(`There is no ${file}: name the configuration with --config.`);
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new Error(`${file} is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** Whoever else may read it knows all secrets. */
function secretsOf(file: string): Record<string, string> {
  if (!existsSync(file)) throw new Error(`There is no ${file}: name the file of secrets with --secrets.`);
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
    throw new Error(`${file} can be read by others than its owner: chmod 600 ${file}`);
  }
  return defined(parseEnv(readFileSync(file, "utf8")));
}

function defined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(values).filter((entry): entry is [string, string] => (entry[1] ?? "") !== "");
  return Object.fromEntries(entries);
}

// What the parts of a configuration say of each other and of its surroundings: references, secrets, URLs. Pure. All faults
// come back, each with its path, so that whoever wrote the file can mend it without looking into this code.
import { callbackSecrets } from "./callback-config.ts";
import { ruleFaults } from "./check-rules.ts";
import type { BridgeConfig } from "./config.ts";
import { didYouMean } from "./did-you-mean.ts";
import { engineSecrets } from "./engine-config.ts";
import { isWrapped } from "./expression-program.ts";
import type { RuleConfig } from "./rule-config.ts";
import { publicUrlFault, type UrlPolicy } from "./url-policy.ts";

/** One fault of a configuration. */
export interface ConfigFault {
  /** Where, as a path a person can follow: `rules[0].start.locale`. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
}

/** What the surroundings say: which Worker secrets are set, and whether this is development. */
export interface Surroundings extends UrlPolicy {
  hasSecret(name: string): boolean;
}

/** Whether something of this name was left out because its shape is wrong: then it is not missing. */
export type IsLeftOut = (kind: "engines" | "sources" | "callbacks" | "rules" | "schedules", id: string) => boolean;

/** What the parts of a configuration say of each other and of its surroundings. */
export function configFaults(
  config: BridgeConfig,
  surroundings: Surroundings,
  isLeftOut: IsLeftOut = () => false,
): ConfigFault[] {
  return [
    ...referenceFaults(config, isLeftOut),
    ...ruleFaults(config, isLeftOut),
    ...secretFaults(config, surroundings),
    ...urlFaults(config, surroundings),
  ];
}

/** @param keys the steps from the document's root, as zod and JSON name them */
export function pathOf(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>(
    (path, key) => (typeof key === "number" ? `${path}[${key}]` : path === "" ? String(key) : `${path}.${String(key)}`),
    "",
  );
}

function referenceFaults(config: BridgeConfig, isLeftOut: IsLeftOut): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const mustExist = (kind: "engines" | "sources" | "callbacks", id: string, path: PropertyKey[]): void => {
    const schedules = kind === "sources" ? config.schedules.map((schedule) => schedule.id) : [];
    const known = [...Object.keys(config[kind]), ...schedules];
    if (known.includes(id) || isLeftOut(kind, id)) return;
    if (kind === "sources" && isLeftOut("schedules", id)) return;
    const where = schedules.length > 0 ? "sources and schedules" : kind;
    const message = `"${id}" is not among ${where} (${known.join(", ") || "none"})${didYouMean(id, known)}`;
    faults.push({ path: pathOf(path), message });
  };
  const targetsMustExist = (
    { engine, callbacks }: Pick<RuleConfig, "engine" | "callbacks">,
    ...place: PropertyKey[]
  ) => {
    mustExist("engines", engine, [...place, "engine"]);
    for (const [at, callback] of callbacks.entries()) {
      mustExist("callbacks", callback, [...place, "callbacks", at]);
      if (callbacks.indexOf(callback) !== at) {
        faults.push({ path: pathOf([...place, "callbacks", at]), message: `"${callback}" is named twice` });
      }
    }
  };
  for (const [index, rule] of config.rules.entries()) {
    mustExist("sources", rule.source, ["rules", index, "source"]);
    targetsMustExist(rule, "rules", index);
    for (const [at, type] of rule.on.entries()) {
      if (type.slice(0, -1).includes("*")) {
        faults.push({ path: pathOf(["rules", index, "on", at]), message: "a * may stand at the end only" });
      }
    }
  }
  for (const [id, { maxBytes }] of Object.entries(config.callbacks)) {
    if (maxBytes === undefined || config.links) continue;
    const message = "what is larger is sent as a link, and there are none: set links";
    faults.push({ path: pathOf(["callbacks", id, "maxBytes"]), message });
  }
  for (const [at, callback] of (config.alerts?.callbacks ?? []).entries()) {
    mustExist("callbacks", callback, ["alerts", "callbacks", at]);
  }
  for (const [index, schedule] of config.schedules.entries()) targetsMustExist(schedule, "schedules", index);
  return faults;
}

function secretFaults(config: BridgeConfig, { hasSecret }: Surroundings): ConfigFault[] {
  const named: (readonly [readonly PropertyKey[], string])[] = [
    ...Object.entries(config.engines).flatMap(([id, engine]) =>
      engineSecrets(engine).map(([path, name]) => [["engines", id, ...path], name] as const),
    ),
    ...secretLists("sources", config.sources),
    ...secretLists("sources", config.sources, "handshakeSecrets"),
    ...secretLists("callbacks", config.callbacks),
    ...(config.links?.secrets ?? []).map((name, index) => [["links", "secrets", index], name] as const),
    ...Object.entries(config.callbacks).flatMap(([id, callback]) =>
      callbackSecrets(callback).map(([path, name]) => [["callbacks", id, ...path], name] as const),
    ),
  ];
  return named
    .filter(([, name]) => !hasSecret(name))
    .map(([path, name]) => ({
      path: pathOf(path),
      message: `the Worker has no secret named ${name}: set it with "wrangler secret put ${name}" (locally in .dev.vars)`,
    }));
}

function secretLists<Key extends "secrets" | "handshakeSecrets" = "secrets">(
  kind: string,
  parts: Record<string, { [key in Key]?: readonly string[] | undefined }>,
  key = "secrets" as Key,
) {
  return Object.entries(parts).flatMap(([id, part]) =>
    (part[key] ?? []).map((name, index) => [[kind, id, key, index], name] as const),
  );
}

function urlFaults(config: BridgeConfig, policy: UrlPolicy): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const [id, callback] of Object.entries(config.callbacks)) {
    const told = (url: string, ...path: string[]): void => {
      const fault = publicUrlFault(url, policy);
      if (fault !== undefined) faults.push({ path: pathOf(["callbacks", id, ...path]), message: `the URL ${fault}` });
    };
    // One that the event chooses is looked at when it does.
    if (!isWrapped(callback.url)) told(callback.url, "url");
    const { authorization } = callback;
    if (authorization?.type === "oauth2") told(authorization.tokenUrl, "authorization", "tokenUrl");
  }
  if (config.links?.url.startsWith("http:") && !policy.development) {
    faults.push({ path: "links.url", message: "the URL must be https: whoever has a link has the result" });
  }
  for (const [id, engine] of Object.entries(config.engines)) {
    if (engine.baseUrl !== undefined && new URL(engine.baseUrl).protocol === "http:" && !policy.development) {
      faults.push({
        path: pathOf(["engines", id, "baseUrl"]),
        message: "the URL must be https: it carries the API token",
      });
    }
  }
  return faults;
}

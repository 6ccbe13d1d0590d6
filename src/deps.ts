// The composition root: builds the bridge out of the platform's Env. The only place that reads the clock, makes random
// numbers, calls fetch or looks at secrets; everything else is given what it needs.
import bundledConfig from "../bridge.config.json";
import { createAccess } from "./access/access-client.ts";
import { raiseAlert } from "./bridge/alerts.ts";
import type { ConfigDesk } from "./bridge/configure.ts";
import { createEarlierSetups, type EarlierSetups } from "./bridge/earlier-setups.ts";
import type {
  Access,
  Bridge,
  ConfigUnreachable,
  Engine,
  KeyFetcher,
  Log,
  Misconfigured,
  Setup,
  SourceDesk,
  SweepElsewhere,
} from "./bridge/ports.ts";
import { readSetup } from "./bridge/setup.ts";
import { createSetupInForce, type SetupInForce } from "./bridge/setup-in-force.ts";
import { createWatchdog, type Watchdog } from "./bridge/watchdog.ts";
import type { CallbackTokens } from "./callbacks/authorization.ts";
import { createCallbackSender } from "./callbacks/callback-sender.ts";
import { createConfigStore } from "./config/config-client.ts";
import { alertOf } from "./core/alert.ts";
import { compileCallbacks } from "./core/callback.ts";
import { callbackLimits } from "./core/callback-config.ts";
import { type EngineConfig, gateLimits } from "./core/engine-config.ts";
import type { Json } from "./core/json.ts";
import { ok, type Result } from "./core/result.ts";
import { createSourceDesk } from "./desk/desk-client.ts";
import { forDevelopment } from "./development.ts";
import { createEngine } from "./engine/engine-client.ts";
import { type EngineDefinition, resolveEngine } from "./engine/presets.ts";
import { apiToken, exchangedToken, operationTokens, type TokenMemory, type TokenSource } from "./engine/token.ts";
import { createEngineGate } from "./gate/gate-client.ts";
import { createGateMemory, type GateMemory } from "./gate/gate-memory.ts";
import { createJobs } from "./jobs/jobs-client.ts";
import { createKeyFetcher } from "./keys/key-fetcher.ts";
import { createLedger } from "./ledger/ledger-client.ts";
import { senderList } from "./listings/lists.ts";
import { log } from "./log.ts";
import { enginePush } from "./sources/engine-push.ts";

/** What an isolate makes once and keeps, bounded: the compiled configuration, and the parts that remember or sample. */
interface Lasting {
  readonly setups: SetupInForce;
  readonly earlier: EarlierSetups;
  readonly configDesk: ConfigDesk;
  readonly watchdog: Watchdog;
  readonly desk: SourceDesk;
  readonly keys: KeyFetcher;
  readonly gates: GateMemory;
  readonly callbackGates: GateMemory;
  readonly tokens: TokenMemory;
  readonly callbackTokens: CallbackTokens;
  readonly access: Access;
}

/** One per isolate: env does not change while an isolate lives. */
const isolates = new WeakMap<Env, Lasting>();

/** What an invocation brings to its bridge. */
export interface Invocation {
  /**
   * When a cron event says that it is, ms since the epoch. Locally it may say anything, and the sweep lives at that time: so
   * tests and the demo travel. Deployed, the real clock rules.
   */
  readonly scheduledTime?: number | undefined;
  /** By which its lines in the log can be told from others'. */
  readonly requestId?: string;
  /** Keeps work going after the answer (the platform's waitUntil). */
  defer?(work: Promise<unknown>): void;
  /** Where it may share out a sweep. */
  readonly sweepElsewhere?: SweepElsewhere;
}

/**
 * @returns the bridge with the configuration that is in force now, every fault of the configuration, or that nobody
 *   could say what it is
 */
export async function composeBridge(
  env: Env,
  { scheduledTime, requestId, defer, sweepElsewhere }: Invocation = {},
): Promise<Result<Bridge, Misconfigured | ConfigUnreachable>> {
  const { setups, earlier, desk, keys, gates, callbackGates, tokens, callbackTokens } = lastingOf(env);
  const setup = await setups.current();
  if (!setup.ok) return setup;

  const { config } = setup.value;
  const offsetMs = isDevelopment(env) && scheduledTime !== undefined ? scheduledTime - realNow() : 0;
  const now = (): number => realNow() + offsetMs;
  const secrets = (names: readonly string[]): string[] => names.map((name) => textBinding(env, name) ?? "");
  const engines = new Map<string, Engine>();
  const engineOf = (id: string): Engine | undefined => {
    const known = engines.get(id);
    const engine = Object.hasOwn(config.engines, id) ? config.engines[id] : undefined;
    if (known || !engine) return known;
    const definition = resolveEngine(engine);
    const token = tokenSource(id, engine, definition, { tokens, secrets });
    const given = { token, tokens: operationTokens(engine, secrets), fetch: callFetch, now: realNow };
    const made = createEngine(definition, given);
    engines.set(id, made);
    return made;
  };
  const plainLog = logOf(requestId);
  // What turns is told to the log in one place; whatever of it is for people goes on from here.
  const alertingLog: Log = (level, name, fields) => {
    plainLog(level, name, fields);
    const alert = alertOf(name, fields);
    if (alert) defer?.(raiseAlert(bridge, alert));
  };
  const bridge: Bridge = {
    setup: setup.value,
    setupOf: (revision) =>
      revision === setup.value.revision ? Promise.resolve(setup.value) : earlier.setupOf(revision),
    ledger: createLedger({
      namespace: env.LEDGER,
      settings: config.ledger,
      revision: setup.value.revision,
      token,
    }),
    jobs: createJobs({ namespace: env.JOBS }),
    callbacks: createCallbackSender({
      callbacks: config.callbacks,
      policy: { development: isDevelopment(env) },
      tokens: callbackTokens,
      secrets,
      fetch: callFetch,
      now: realNow,
    }),
    desk,
    gate: createEngineGate({
      kind: "engine",
      namespace: env.GATE,
      memory: gates,
      limits: (id) => config.engines[id] && gateLimits(config.engines[id]),
      token,
      log: alertingLog,
      now: realNow,
    }),
    callbackGate: createEngineGate({
      kind: "callback",
      namespace: env.GATE,
      memory: callbackGates,
      limits: (id) => config.callbacks[id] && callbackLimits(config.callbacks[id]),
      token,
      log: alertingLog,
      // Ends wait by the time of the sweep, so what they wait for goes by it too.
      now,
    }),
    keys,
    engine: engineOf,
    listing(id) {
      const source = config.sources[id];
      const [token = ""] = secrets(source?.compare ? [source.compare.token] : []);
      return source && senderList(source, { policy: { development: isDevelopment(env) }, token, fetch: callFetch });
    },
    push: (id) => {
      const engine = config.engines[id];
      if (!engine?.push.enabled) return undefined;
      return enginePush(id, resolveEngine(engine).baseUrl, engine.push.runId);
    },
    secrets,
    now,
    random: () => Math.random(),
    token,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    sweepElsewhere,
    log: alertingLog,
  };
  return ok(bridge);
}

/** What changing the configuration needs: it works where the bridge does not, so that a refused one can be mended. */
export function composeConfigDesk(env: Env): ConfigDesk {
  return lastingOf(env).configDesk;
}

/** What the operations API needs of who uses it: there also while the bridge does not work. */
export function composeAccess(env: Env, requestId: string) {
  return { access: lastingOf(env).access, requestId, log: logOf(requestId), now: realNow };
}

/** The platform's own id of a request, which its support knows too; a random one elsewhere. */
export function requestIdOf(request: Request): string {
  return request.headers.get("cf-ray") ?? token();
}

function logOf(request: string | undefined): Log {
  return request === undefined ? log : (level, name, fields) => log(level, name, { ...fields, request });
}

/** Notices should the cron trigger stop. */
export function watchdogOf(env: Env): Watchdog {
  return lastingOf(env).watchdog;
}

// Other parties live by the real clock, whatever time a travelling sweep believes it to be.
const realNow = (): number => Date.now();

/** Chance once for each isolate, since that costs as much as a statement of SQL; then it counts. */
let tokenPrefix = "";
let tokens = 0;

function token(): string {
  tokenPrefix ||= crypto.randomUUID();
  return `${tokenPrefix}-${(++tokens).toString(36)}`;
}

const callFetch = (url: string, init: RequestInit): Promise<Response> => fetch(url, init);

function lastingOf(env: Env): Lasting {
  const lasting = isolates.get(env) ?? makeLasting(env);
  isolates.set(env, lasting);
  return lasting;
}

function makeLasting(env: Env): Lasting {
  const config = {
    store: createConfigStore({ namespace: env.CONFIG, token }),
    bundled: bundledDocument(env),
    read: (document: Json, revision: number) => readDocument(env, document, revision),
    readStored: (document: Json, revision: number) => readDocument(env, document, revision, true),
    now: realNow,
    log,
  };
  const setups = createSetupInForce({ ...config, bundledRules: isDevelopment(env) });
  return {
    setups,
    earlier: createEarlierSetups(config),
    configDesk: { ...config, adopt: setups.adopt },
    watchdog: createWatchdog(),
    desk: createSourceDesk({
      namespace: env.DESK,
      key: textBinding(env, "SOURCE_SECRETS_KEY"),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      log,
      now: realNow,
    }),
    keys: createKeyFetcher({ policy: { development: isDevelopment(env) }, fetch: callFetch, now: realNow }),
    gates: createGateMemory(),
    callbackGates: createGateMemory(),
    tokens: new Map(),
    callbackTokens: new Map(),
    access: createAccess({
      namespace: env.ACCESS,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      token,
      now: realNow,
    }),
  };
}

/** Credentials are remembered by the names of their secrets, never by their values. */
function tokenSource(
  id: string,
  { token, credentials }: EngineConfig,
  { baseUrl, authorizePath, timeoutMs }: EngineDefinition,
  given: { readonly tokens: TokenMemory; secrets(names: readonly string[]): string[] },
): TokenSource {
  if (!credentials) return apiToken(given.secrets([token ?? ""])[0]?.trim() ?? "");
  const names = [credentials.key, credentials.secret];
  const [key = "", secret = ""] = given.secrets(names);
  const url = baseUrl + authorizePath;
  const name = JSON.stringify([id, url, ...names]);
  return exchangedToken({ name, url, key, secret, timeoutMs, memory: given.tokens, fetch: callFetch, now: realNow });
}

/** Development may bring a whole configuration in place of bridge.config.json. */
function bundledDocument(env: Env): Json {
  const own = isDevelopment(env) ? textBinding(env, "DEVELOPMENT_CONFIG") : undefined;
  return own === undefined ? bundledConfig : JSON.parse(own);
}

function readDocument(env: Env, document: Json, revision: number, checked = false): Result<Setup, Misconfigured> {
  const development = isDevelopment(env);
  const surroundings = { development, hasSecret: (name: string) => textBinding(env, name) !== undefined };
  const setup = readSetup(document, surroundings, revision, checked);
  if (!setup.ok || !development) return setup;
  const local = {
    engineUrl: textBinding(env, "DEVELOPMENT_ENGINE_URL"),
    callbackUrl: textBinding(env, "DEVELOPMENT_CALLBACK_URL"),
  };
  const config = forDevelopment(setup.value.config, local);
  return ok({ ...setup.value, config, callbacks: compileCallbacks(config.callbacks).callbacks });
}

/** Development relaxes the URL policy and lets a scheduled event set the clock. Off unless switched on by its name. */
function isDevelopment(env: Env): boolean {
  return textBinding(env, "DEVELOPMENT") === "true";
}

/** A secret or variable. The configuration names secrets, so the type of Env cannot know them. */
export function textBinding(env: Env, name: string): string | undefined {
  const value = (env as unknown as Record<string, unknown>)[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

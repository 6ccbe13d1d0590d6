// The order of a deployment: checks, `wrangler deploy`, then the bridge itself is asked how it is. What it does to the world
// (wrangler, HTTP, time) is given, so that a test can be the world.
import { checkConfig, type Migration, migrationFaults, readSecretList, type WorkerConfig } from "./checks.ts";

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  /** The configuration that is deployed with the Worker; undefined where it is no JSON. */
  readonly document: unknown;
  readonly worker: WorkerConfig;
  readonly released: readonly Migration[];
  /** Names in the file of --secrets-file. */
  readonly secretsInFile: readonly string[];
  wrangler(args: readonly string[]): Promise<Finished>;
  /** `wrangler deploy`, whose output people see. @returns the addresses at which the Worker is now */
  deploy(args: readonly string[]): Promise<{ readonly code: number; readonly targets: readonly string[] }>;
  fetch(url: string): Promise<{ readonly status: number; readonly text: string }>;
  sleep(ms: number): Promise<void>;
  say(line: string): void;
}

export interface Options {
  readonly env: string | undefined;
  readonly dryRun: boolean;
  readonly secretsFile: string | undefined;
  /** The bridge's address, where wrangler does not tell it. */
  readonly url: string | undefined;
}

/** A new version is everywhere within seconds. */
const HEALTH_TRIES = 10;
const HEALTH_WAIT_MS = 3_000;

/** @returns the exit code: 0 deployed and well (or the dry run is), 1 not deployed, 2 deployed and not well */
export async function deploy(world: World, options: Options): Promise<0 | 1 | 2> {
  const { say } = world;
  const config = checkConfig(world.document);
  const faults = [
    ...config.faults.map((fault) => `bridge.config.json: ${fault}`),
    ...migrationFaults(world.worker, world.released).map((fault) => `wrangler.toml: ${fault}`),
  ];
  if (faults.length > 0) {
    for (const fault of faults) say(`✗ ${fault}`);
    say("Nothing was deployed.");
    return 1;
  }
  say(`✓ bridge.config.json is valid: ${config.counts}`);
  say(`✓ the migrations of wrangler.toml go on from those that were released`);
  if (!(await secretsThere(world, config.secrets, options))) return 1;

  const target = options.env === undefined ? ["--env="] : ["--env", options.env];
  const file = options.secretsFile === undefined ? [] : ["--secrets-file", options.secretsFile];
  const { code, targets } = await world.deploy([...target, ...file, ...(options.dryRun ? ["--dry-run"] : [])]);
  if (code !== 0) {
    say(`✗ wrangler deploy ended with exit code ${code}`);
    return 1;
  }
  if (options.dryRun) {
    say("✓ dry run: nothing was deployed, and nobody was asked");
    return 0;
  }
  return askHealth(world, options.url ?? targets.find((each) => each.startsWith("https://")));
}

async function secretsThere(world: World, named: readonly string[], options: Options): Promise<boolean> {
  const { say } = world;
  const put = `npx wrangler secret put NAME --env "${options.env ?? ""}"`;
  if (options.dryRun) {
    say(
      `- secrets are not looked at in a dry run; the configuration names ${named.join(", ")}, and the API needs ADMIN_TOKEN`,
    );
    return true;
  }
  const target = options.env === undefined ? ["--env="] : ["--env", options.env];
  const list = readSecretList(await world.wrangler(["secret", "list", "--format", "json", ...target]));
  if (!list.known && list.why === "not-logged-in") {
    say("✗ wrangler is not logged in: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN. Nothing was deployed.");
    return false;
  }
  if (!list.known && list.why === "failed") {
    say(`✗ the secrets could not be listed. Nothing was deployed. wrangler said:\n${list.said}`);
    return false;
  }
  const there = [...(list.known ? list.names : []), ...world.secretsInFile];
  const missing = named.filter((name) => !there.includes(name));
  if (!there.includes("ADMIN_TOKEN")) say(`- there is no secret ADMIN_TOKEN: the operations API stays closed. ${put}`);
  if (missing.length === 0) {
    say("✓ every secret that the configuration names is there");
    return true;
  }
  if (!list.known) {
    // The first deployment: secrets belong to a Worker, and there is none yet. Until they are set senders get 503 and come back.
    say(
      `- the Worker does not exist yet, so it has no secrets: set ${missing.join(", ")} once it is deployed, each by ${put}`,
    );
    say("  or deploy them with it: npm run deploy -- --secrets-file FILE");
    return true;
  }
  say(`✗ the Worker has no secret ${missing.join(", ")}: set each by ${put}. Nothing was deployed.`);
  return false;
}

async function askHealth(world: World, url: string | undefined): Promise<0 | 2> {
  const { say } = world;
  if (url === undefined) {
    say("- deployed; wrangler told no address. Ask /healthz yourself, or give --url");
    return 0;
  }
  const address = `${url.replace(/\/+$/, "")}/healthz`;
  let last = "";
  for (let attempt = 1; attempt <= HEALTH_TRIES; attempt++) {
    if (attempt > 1) await world.sleep(HEALTH_WAIT_MS);
    try {
      const { status, text } = await world.fetch(address);
      last = `${status} ${text.slice(0, 500)}`;
      if (status === 200) {
        say(`✓ ${address}: ${last}`);
        return 0;
      }
    } catch (thrown) {
      last = String(thrown);
    }
  }
  say(`✗ deployed, but ${address} says: ${last}`);
  say(
    "  A secret that is missing and a configuration with a fault are told by `npx wrangler tail`; docs/deploying.md has the rest.",
  );
  return 2;
}

// npm run deploy in a world of the test's own: what stops it, what it says, and what it asks afterwards. And wrangler.toml
// against the migrations that were released.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";
import { checkConfig, type Migration, migrationFaults, type WorkerConfig } from "../../../scripts/deploy/checks.ts";
import { deploy, type Options, type World } from "../../../scripts/deploy/run.ts";

const root = (path: string): URL => new URL(`../../../${path}`, import.meta.url);
const readJson = (path: string) => JSON.parse(readFileSync(root(path), "utf8"));
const RELEASED: Migration[] = readJson("scripts/deploy/released-migrations.json");
const DOCUMENT = readJson("docs/examples/first-rule.config.json");
const NAMED = ["CRM_CALLBACK_SECRET", "SHOP_WEBHOOK_TOKEN", "TRANSACTIONLINK_TOKEN"];

function wranglerToml(env?: string): WorkerConfig & { name?: string; triggers: { crons?: string[] } } {
  const config = unstable_readConfig({ config: root("wrangler.toml").pathname, ...(env === undefined ? {} : { env }) });
  return config as never;
}

const listOf = (names: readonly string[]) => ({
  code: 0,
  stdout: JSON.stringify(names.map((name) => ({ name, type: "secret_text" }))),
  stderr: "",
});

/** Deploys into a world where all is well but for the changes. */
async function deployed(changes: Partial<World> = {}, options: Partial<Options> = {}) {
  const said: string[] = [];
  const calls: string[] = [];
  const world: World = {
    document: DOCUMENT,
    worker: wranglerToml(),
    released: RELEASED,
    secretsInFile: [],
    wrangler: async () => listOf([...NAMED, "ADMIN_TOKEN"]),
    deploy: async (args) => {
      calls.push(`deploy ${args.join(" ")}`);
      return { code: 0, targets: ["https://hookspan.acme.workers.dev", "schedule: * * * * *"] };
    },
    fetch: async (url) => {
      calls.push(`GET ${url}`);
      return { status: 200, text: '{"status":"ok"}' };
    },
    sleep: async () => undefined,
    say: (line) => void said.push(line),
    ...changes,
  };
  const code = await deploy(world, {
    env: undefined,
    dryRun: false,
    secretsFile: undefined,
    url: undefined,
    ...options,
  });
  return { code, said: said.join("\n"), calls };
}

describe("npm run deploy", () => {
  it("checks, deploys, and tells what /healthz says", async () => {
    const { code, said, calls } = await deployed();
    expect(code).toBe(0);
    expect(calls).toEqual(["deploy --env=", "GET https://hookspan.acme.workers.dev/healthz"]);
    expect(said).toContain('✓ https://hookspan.acme.workers.dev/healthz: 200 {"status":"ok"}');
  });

  it("goes to the environment that is named, whose secrets are looked at", async () => {
    const asked: string[] = [];
    const wrangler: World["wrangler"] = async (args) => {
      asked.push(args.join(" "));
      return listOf([...NAMED, "ADMIN_TOKEN"]);
    };
    const { calls } = await deployed({ wrangler }, { env: "staging", url: "https://staging.example.com/" });
    expect(asked).toEqual(["secret list --format json --env staging"]);
    expect(calls).toEqual(["deploy --env staging", "GET https://staging.example.com/healthz"]);
  });

  it("asks nobody in a dry run", async () => {
    const never = () => Promise.reject(new Error("it asked"));
    const { code, calls, said } = await deployed({ wrangler: never, fetch: never }, { dryRun: true });
    expect([code, calls]).toEqual([0, ["deploy --env= --dry-run"]]);
    expect(said).toContain(NAMED.join(", "));
  });

  it.each([
    [{ sources: {} }, "bridge.config.json: rules[0].source"],
    [{ rules: [{ ...DOCUMENT.rules[0], when: "data.total >=" }] }, "bridge.config.json: rules[0].when"],
  ])("stops at a configuration with a fault: %#", async (changes, fault) => {
    const { code, said, calls } = await deployed({ document: { ...DOCUMENT, ...changes } });
    expect([code, calls]).toEqual([1, []]);
    expect(said).toContain(fault);
  });

  it("stops where a secret is missing, and says which", async () => {
    const { code, said, calls } = await deployed({ wrangler: async () => listOf(["TRANSACTIONLINK_TOKEN"]) });
    expect([code, calls]).toEqual([1, []]);
    expect(said).toContain(
      "the Worker has no secret CRM_CALLBACK_SECRET, SHOP_WEBHOOK_TOKEN: set each by npx wrangler secret put NAME",
    );
    expect(said).toContain("no secret ADMIN_TOKEN");
  });

  it("takes the secrets of a file for there, and deploys them with the Worker", async () => {
    const missing = { wrangler: async () => listOf([]), secretsInFile: [...NAMED, "ADMIN_TOKEN"] };
    const { code, calls } = await deployed(missing, { secretsFile: "production.env" });
    expect([code, calls[0]]).toEqual([0, "deploy --env= --secrets-file production.env"]);
  });

  it("says how to log in", async () => {
    // wrangler 4.155.0, without a terminal and without a token.
    const stderr =
      "✘ [ERROR] In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN environment variable for wrangler to work.";
    const { code, said, calls } = await deployed({ wrangler: async () => ({ code: 1, stdout: "", stderr }) });
    expect([code, calls]).toEqual([1, []]);
    expect(said).toContain("not logged in: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN");
  });

  it("deploys for the first time without secrets, which belong to a Worker, and says what to set", async () => {
    const stderr =
      "✘ [ERROR] A request to the Cloudflare API failed. This Worker does not exist on your account. [code: 10007]";
    const { code, said } = await deployed({ wrangler: async () => ({ code: 1, stdout: "", stderr }) });
    expect(code).toBe(0);
    expect(said).toContain(`set ${NAMED.join(", ")} once it is deployed`);
  });

  it.each(["something else", ""])("stops where the secrets cannot be listed: %j", async (stderr) => {
    const { code, said, calls } = await deployed({ wrangler: async () => ({ code: 1, stdout: "no JSON", stderr }) });
    expect([code, calls]).toEqual([1, []]);
    expect(said).toContain("the secrets could not be listed");
  });

  it("stops where wrangler fails", async () => {
    const { code, said } = await deployed({ deploy: async () => ({ code: 7, targets: [] }) });
    expect(code).toBe(1);
    expect(said).toContain("exit code 7");
  });

  it("waits for a new version to be everywhere, and tells what it says when it does not get well", async () => {
    let asked = 0;
    const better: World["fetch"] = async () => {
      if (++asked < 3) throw new Error("ENOTFOUND");
      return { status: 200, text: "{}" };
    };
    expect((await deployed({ fetch: better })).code).toBe(0);
    const failing = { status: 503, text: '{"checks":{"configuration":"failing"}}' };
    const { code, said } = await deployed({ fetch: async () => failing });
    expect(code).toBe(2);
    expect(said).toContain('healthz says: 503 {"checks":{"configuration":"failing"}}');
  });
});

describe("the migrations of wrangler.toml", () => {
  it("go on from those that were released, for every environment", () => {
    for (const env of [undefined, "staging"]) expect(migrationFaults(wranglerToml(env), RELEASED)).toEqual([]);
  });

  it.each([
    ["one is taken out", RELEASED.slice(1)],
    ["one is put before", [{ tag: "v0", new_sqlite_classes: [] }, ...RELEASED]],
    [
      "one is changed",
      RELEASED.map((each) => (each.tag === "v2" ? { ...each, new_sqlite_classes: ["ConfigObject"] } : each)),
    ],
    ["one is called otherwise", RELEASED.map((each) => (each.tag === "v3" ? { ...each, tag: "v4" } : each))],
    ["two have one name", [...RELEASED, { tag: "v3", deleted_classes: ["Old"] }]],
  ])("are refused where %s", (_, migrations) => {
    expect(migrationFaults({ ...wranglerToml(), migrations }, RELEASED)).not.toEqual([]);
  });

  it("make every class that is bound, one more after those that were released included", () => {
    const bindings = [{ name: "NEW", class_name: "NewObject" }];
    const worker = { migrations: RELEASED, durable_objects: { bindings } };
    expect(migrationFaults(worker, RELEASED)).toEqual([
      "no migration makes the class NewObject, which NEW is bound to",
    ]);
    const migrations = [...RELEASED, { tag: "v4", new_sqlite_classes: ["NewObject"] }];
    expect(migrationFaults({ ...worker, migrations }, RELEASED)).toEqual([]);
  });
});

describe("the environment staging", () => {
  it("is another Worker with the same bindings and the same cron trigger", () => {
    const [production, staging] = [wranglerToml(), wranglerToml("staging")];
    expect([production.name, staging.name]).toEqual(["hookspan", "hookspan-staging"]);
    expect(staging.durable_objects).toEqual(production.durable_objects);
    expect(staging.triggers).toEqual(production.triggers);
  });
});

describe("Cloudflare's deploy button", () => {
  const { cloudflare, scripts } = readJson("package.json");
  const example = readFileSync(root(".dev.vars.example"), "utf8");
  const asked = [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => ({ name, value }));

  it("asks for the secrets of bridge.config.json and the admin token, and describes each", () => {
    const needed = [...checkConfig(readJson("bridge.config.json")).secrets, "ADMIN_TOKEN"].toSorted();
    expect(asked.map(({ name }) => name).toSorted()).toEqual(needed);
    expect(Object.keys(cloudflare.bindings).toSorted()).toEqual(
      [...needed, ...wranglerToml().durable_objects.bindings.map(({ name }) => name)].toSorted(),
    );
  });

  it("suggests no value: whoever accepted it would have deployed a secret that everyone knows", () => {
    expect(asked.map(({ value }) => value)).toEqual(asked.map(() => '""'));
  });

  it("runs the script that checks", () => {
    expect(scripts.deploy).toBe("node scripts/deploy.ts");
  });
});

describe("the pages", () => {
  it("call npm run deploy with flags that it has", () => {
    const usage = readFileSync(root("scripts/deploy.ts"), "utf8");
    const pages = ["README.md", "docs/deploying.md"].map((path) => readFileSync(root(path), "utf8")).join("\n");
    const used = [...pages.matchAll(/npm run deploy -- ([^\n`]+)/g)].flatMap(
      ([, flags = ""]) => flags.match(/--[a-z-]+/g) ?? [],
    );
    expect(used.length).toBeGreaterThan(3);
    for (const flag of new Set(used)) expect(usage).toMatch(new RegExp(`"?${flag.slice(2)}"?: \\{ type:`));
  });
});

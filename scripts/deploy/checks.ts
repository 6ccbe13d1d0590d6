// What must be true before the bridge is deployed: the configuration is valid, its secrets exist, the migrations of the Durable
// Objects go on from those that were released, and every bound class is made by one of them. Pure.
import { readSetup } from "../../src/bridge/setup.ts";

export interface Migration {
  readonly tag: string;
  readonly [change: string]: unknown;
}

export interface WorkerConfig {
  readonly migrations: readonly Migration[];
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
}

export interface ConfigCheck {
  /** Each a line for people. */
  readonly faults: readonly string[];
  /** The secrets that the configuration names. */
  readonly secrets: readonly string[];
  readonly counts: string;
}

export function checkConfig(document: unknown): ConfigCheck {
  const secrets = new Set<string>();
  const hasSecret = (name: string): boolean => {
    secrets.add(name);
    return true;
  };
  const setup = readSetup(document, { development: false, hasSecret });
  const faults = setup.ok ? [] : setup.error.faults.map(({ path, message }) => `${path}: ${message}`);
  const { sources = {}, rules = [] } = setup.ok ? setup.value.config : {};
  const counts = `${Object.keys(sources).length} sources, ${rules.length} rules`;
  return { faults, secrets: [...secrets].toSorted(), counts };
}

/** A migration that has been applied cannot be changed or taken out: Cloudflare goes on from the last tag that it has seen. */
export function migrationFaults(
  { migrations, durable_objects }: WorkerConfig,
  released: readonly Migration[],
): string[] {
  const faults = released.flatMap((migration, index) => {
    const now = migrations[index];
    if (now && same(now, migration)) return [];
    return [
      `migration ${migration.tag} has been released and must stay as it was, at its place: ${JSON.stringify(migration)}`,
    ];
  });
  const tags = migrations.map(({ tag }) => tag);
  for (const tag of tags.filter((each, index) => tags.indexOf(each) !== index))
    faults.push(`two migrations are called ${tag}`);
  const made = new Set(migrations.flatMap(classesMadeBy));
  for (const { name, class_name } of durable_objects.bindings) {
    if (!made.has(class_name)) faults.push(`no migration makes the class ${class_name}, which ${name} is bound to`);
  }
  return faults;
}

function same(one: Migration, other: Migration): boolean {
  const entries = (migration: Migration): string => JSON.stringify(Object.entries(migration).toSorted());
  return entries(one) === entries(other);
}

function classesMadeBy({ new_sqlite_classes, renamed_classes }: Migration): string[] {
  const renamed = Array.isArray(renamed_classes) ? renamed_classes.map(({ to }) => String(to)) : [];
  return [...(Array.isArray(new_sqlite_classes) ? new_sqlite_classes.map(String) : []), ...renamed];
}

export type SecretList =
  | { readonly known: true; readonly names: readonly string[] }
  | { readonly known: false; readonly why: "not-logged-in" | "no-worker-yet" | "failed"; readonly said: string };

/** What `wrangler secret list --format json` has said. */
export function readSecretList({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }): SecretList {
  const said = `${stderr}\n${stdout}`.trim();
  if (code !== 0) {
    if (/CLOUDFLARE_API_TOKEN|wrangler login|not logged in|Authentication error|\[code: 10000\]/i.test(said)) {
      return { known: false, why: "not-logged-in", said };
    }
    if (/\[code: 10007\]|does not exist/i.test(said)) return { known: false, why: "no-worker-yet", said };
    return { known: false, why: "failed", said };
  }
  try {
    const list = JSON.parse(stdout) as { name: string }[];
    return { known: true, names: list.map(({ name }) => name) };
  } catch {
    return { known: false, why: "failed", said };
  }
}

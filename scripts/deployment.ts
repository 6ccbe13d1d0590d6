// What the deployment's wrangler.toml says, and where workerd is: for whoever serves the Worker without wrangler.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The program that Miniflare runs, itself: not the Node script around it. */
export function workerdPath(): string {
  const { resolve } = createRequire(import.meta.url);
  return createRequire(resolve("miniflare"))("workerd").default;
}

/** What a deployment's wrangler.toml says that matters here. */
export interface Deployment {
  readonly entry: string;
  readonly date: string;
  readonly flags: string;
  readonly objects: readonly { readonly binding: string; readonly className: string }[];
}

/** Read by patterns, which the project's own two files fit: wrangler's reader would take two seconds and 200 MB. */
export function readDeployment(path: string): Deployment {
  const toml = readFileSync(path, "utf8");
  const main = /^main = "(.+)"$/m.exec(toml)?.[1];
  const date = /^compatibility_date = "(.+)"$/m.exec(toml)?.[1];
  const objects = [...toml.matchAll(/^\[\[durable_objects\.bindings\]\]\nname = "(\w+)"\nclass_name = "(\w+)"$/gm)].map(
    ([, binding = "", className = ""]) => ({ binding, className }),
  );
  if (main === undefined || date === undefined || objects.length === 0) throw new Error(`${path} is not understood`);
  const flags = /^compatibility_flags = (\[.*\])$/m.exec(toml)?.[1] ?? "[]";
  return { entry: join(dirname(path), main), date, flags, objects };
}

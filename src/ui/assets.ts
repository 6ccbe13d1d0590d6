// What the pages load: style, scripts, icon. Each has its hash in its address, so browsers keep it for good.
import { Hono } from "hono";
import { ASSETS } from "./assets.generated.ts";

type Name = keyof typeof ASSETS;

/** Where each is to be had. */
export const ASSET_PATHS = Object.fromEntries(
  Object.entries(ASSETS).map(([name, { path }]) => [name, path]),
) as Readonly<Record<Name, string>>;

export const assets = new Hono();
for (const { path, type, text } of Object.values(ASSETS)) {
  assets.get(path.replace("/ui/assets", ""), (c) =>
    c.body(text, 200, { "content-type": type, "cache-control": "public, max-age=31536000, immutable" }),
  );
}

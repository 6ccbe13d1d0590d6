// backup.json: what a copy consists of, so that it can be held against it before anything is put back.
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { STORAGE } from "../workerd/capnp.ts";
import { writeDurably } from "./durable-files.ts";

/** How a copy is laid out. Not the version of the bridge: its objects bring their tables up to date by themselves. */
export const FORMAT = 1;

/** A file of the storage and nothing outside of it. */
const isInside = (path: string): boolean =>
  path.endsWith(".sqlite") && !isAbsolute(path) && !path.split(/[\\/]/).includes("..");

const ManifestSchema = z.object({
  format: z.literal(FORMAT),
  /** ISO 8601; when the last object was copied. */
  made: z.iso.datetime(),
  files: z
    .array(
      z.object({
        path: z.string().refine(isInside, "must be a database inside the copy"),
        bytes: z.int().nonnegative(),
        /** In hex. */
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1),
});
export type Manifest = z.infer<typeof ManifestSchema>;

const manifestOf = (copy: string): string => join(copy, "backup.json");

export function writeManifest(copy: string, manifest: Manifest): void {
  writeDurably(manifestOf(copy), `${JSON.stringify(manifest, null, 2)}\n`);
}

export async function measure(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(file)) hash.update(part);
  return { bytes: statSync(file).size, sha256: hash.digest("hex") };
}

/** Holds all of a copy against what it says of itself. @throws with words for the operator */
export async function readSoundCopy(copy: string): Promise<Manifest> {
  const file = manifestOf(copy);
  if (!existsSync(file)) throw new Error(`${copy} is no whole copy: it has no backup.json, which is written last.`);
  const manifest = ManifestSchema.safeParse(jsonOf(file));
  if (!manifest.success) throw new Error(`${file} is not understood:\n${z.prettifyError(manifest.error)}`);
  for (const expected of manifest.data.files) await mustBe(join(copy, STORAGE, expected.path), expected);
  return manifest.data;
}

/** @throws where the file is another */
export async function mustBe(file: string, { bytes, sha256 }: Manifest["files"][number]): Promise<void> {
  if (!existsSync(file)) throw new Error(`${file} is missing, though backup.json names it.`);
  const found = await measure(file);
  if (found.bytes !== bytes) throw new Error(`${file} has ${found.bytes} bytes; backup.json says ${bytes}.`);
  if (found.sha256 !== sha256) throw new Error(`${file} is not what was copied: its SHA-256 differs from backup.json.`);
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

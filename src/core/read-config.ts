// Reads a configuration document: its shape, with the defaults filled in. Where the shape of one entry is wrong, that entry
// is left out, so that whoever wrote the document hears of the faults of all the others at the same time. Pure.
import { type ConfigFault, type IsLeftOut, pathOf } from "./check-config.ts";
import { BridgeConfig } from "./config.ts";
import { nearest } from "./did-you-mean.ts";
import { isJsonObject } from "./json.ts";
import { explain, type ShapeFault, shapeFaults } from "./shape-faults.ts";

export interface ReadConfig {
  /** What of the document has the right shape; all of it where there are no faults. */
  readonly config: BridgeConfig;
  readonly faults: readonly ConfigFault[];
  readonly isLeftOut: IsLeftOut;
  /** The same fault, with its path in the document: positions in `config` are others where an entry was left out. */
  inDocument(fault: ConfigFault): ConfigFault;
}

/** What must be there at least. */
const EMPTY = { engines: {}, sources: {} };

export function readConfig(document: unknown): ReadConfig {
  const parsed = BridgeConfig.safeParse(document, { error: explain });
  const doubles = sameIds(document);
  if (parsed.success) {
    return { config: parsed.data, faults: doubles, isLeftOut: () => false, inDocument: (fault) => fault };
  }
  const faults = shapeFaults(parsed.error.issues);
  const broken = brokenEntries(document, faults);
  const { rest, kept } = without(document, broken);
  const again = BridgeConfig.safeParse(rest);
  return {
    config: again.success ? again.data : BridgeConfig.parse(EMPTY),
    faults: [...faults.map(({ keys, message }) => ({ path: pathOf(keys), message })), ...doubles],
    isLeftOut: (kind, id) => !again.success || broken.isWhole(kind) || broken.has(kind, id),
    inDocument: ({ path, message }) => ({
      path: path.replace(
        /^(\w+)\[(\d+)\]/,
        (_, list, position) => `${list}[${kept.get(list)?.[Number(position)] ?? position}]`,
      ),
      message,
    }),
  };
}

/** The entries, and whole parts, that have a fault of their shape. */
interface Broken {
  /** @param entry its name, or in a list its position or its id */
  has(part: string, entry: string | number): boolean;
  isWhole(part: string): boolean;
}

function brokenEntries(document: unknown, faults: readonly ShapeFault[]): Broken {
  const entries = new Set<string>();
  const parts = new Set<string>();
  const mark = (part: string, entry: unknown): void => void entries.add(JSON.stringify([part, entry]));
  for (const { keys } of faults) {
    const [part, entry] = [keys[0], keys[1]];
    if (typeof part !== "string") {
      for (const each of PARTS) parts.add(each);
    } else if (entry === undefined) {
      // What stands under a misspelt name is not missing either.
      parts.add(part).add(nearest(part, PARTS) ?? part);
    } else {
      mark(part, entry);
      // An entry of a list is referred to by its id.
      if (typeof entry === "number") mark(part, idOf(at(document, part, entry)));
    }
  }
  return {
    has: (part, entry) => entries.has(JSON.stringify([part, entry])),
    isWhole: (part) => parts.has(part),
  };
}

function at(document: unknown, part: string, position: number): unknown {
  const list = isJsonObject(document) ? document[part] : undefined;
  return Array.isArray(list) ? list[position] : undefined;
}

function idOf(entry: unknown): string | undefined {
  return isJsonObject(entry) && typeof entry.id === "string" ? entry.id : undefined;
}

const PARTS = Object.keys(BridgeConfig.shape);

/** @returns the document without what is broken, and for each list the positions of what was kept */
function without(document: unknown, broken: Broken) {
  const kept = new Map<string, number[]>();
  const parts = Object.entries(isJsonObject(document) ? document : {})
    .filter(([part]) => PARTS.includes(part) && !broken.isWhole(part))
    .map(([part, value]): [string, unknown] => {
      if (Array.isArray(value)) {
        const positions = [...value.keys()].filter((position) => !broken.has(part, position));
        kept.set(part, positions);
        return [part, positions.map((position) => value[position])];
      }
      if (!isJsonObject(value)) return [part, value];
      return [part, Object.fromEntries(Object.entries(value).filter(([entry]) => !broken.has(part, entry)))];
    });
  return { rest: { ...EMPTY, ...Object.fromEntries(parts) }, kept };
}

/** Entries of a list that have an id must differ in it. Looked for in the document, so that none is left out. */
function sameIds(document: unknown): ConfigFault[] {
  return Object.entries(isJsonObject(document) ? document : {}).flatMap(([list, entries]) => {
    const first = new Map<string, number>();
    return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown, position) => {
      const id = idOf(entry);
      if (id === undefined) return [];
      const before = first.get(id);
      if (before === undefined) first.set(id, position);
      if (before === undefined) return [];
      return [{ path: pathOf([list, position, "id"]), message: `"${id}" is already the id of ${list}[${before}]` }];
    });
  });
}

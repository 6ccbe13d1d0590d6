// Keeps docs/record-ids.md true: its vectors are what the bridge derives, what its own words say, and what its snippets
// give in every language whose interpreter is on this machine.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_RECORD_NAMESPACE, deriveRecordId } from "../../src/core/record-id.ts";
import { uuid5 } from "./core/uuid5.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const SNIPPETS = join(DOCS, "examples/record-id");
const page = readFileSync(join(DOCS, "record-ids.md"), "utf8");

interface Vector {
  readonly why: string;
  readonly namespace: string;
  readonly text: string;
  readonly recordId: string | null;
}

const vectors: readonly Vector[] = JSON.parse(readFileSync(join(DOCS, "examples/record-ids.json"), "utf8"));

/** The spaces that the page's first step lists. */
const trimmed = new Set(
  [...section("1. **Trim**").matchAll(/U\+([0-9A-F]{4})(?:–U\+([0-9A-F]{4}))?/g)].flatMap(rangeOf),
);

describe("the page", () => {
  it("shows each snippet as it stands in its file, and nothing else", () => {
    const shown = [...page.matchAll(/<!-- file: docs\/examples\/record-id\/(\S+) -->\n```\w+\n([\s\S]*?)```\n/g)];
    expect(shown.map(([, file]) => file).toSorted()).toEqual(readdirSync(SNIPPETS).toSorted());
    for (const [, file = "", text] of shown) expect(text).toBe(readFileSync(join(SNIPPETS, file), "utf8"));
    expect(page.match(/```\w/g)).toHaveLength(shown.length);
  });

  it("names the namespace that is the default", () => {
    expect(page).toContain(DEFAULT_RECORD_NAMESPACE);
  });

  it("lists the spaces that are trimmed, all of them", () => {
    const all = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
    expect([...trimmed].toSorted()).toEqual(all.filter((char) => char.trim() === "").toSorted());
  });
});

describe("the vector", () => {
  it.each(vectors)("of $why is what the bridge derives, and what the page says", ({ namespace, text, recordId }) => {
    expect(deriveRecordId(namespace, text) ?? null).toBe(recordId);
    expect(asThePageSays(namespace, text)).toBe(recordId);
  });

  it("is one of at least twenty, each with a reason of its own", () => {
    expect(new Set(vectors.map(({ why }) => why)).size).toBe(vectors.length);
    expect(vectors.length).toBeGreaterThan(20);
  });
});

it("any text gives what the page says", () => {
  // UUIDs, and what is one but for a digit.
  const digit = fc.constantFrom(..."0189abcfACF-g{");
  const uuid = fc
    .tuple(fc.uuid(), fc.constantFrom(0, 8, 14, 19, 35), digit)
    .map(([text, at, changed]) => text.slice(0, at) + changed + text.slice(at + 1));
  const space = fc.constantFrom(...trimmed, "\u0085", "\u200b", "\u001f", "");
  const core = fc.oneof(fc.string(), marked(), uuid, halves());
  fc.assert(
    fc.property(fc.uuid(), space, core, space, (namespace, before, text, after) => {
      const value = before + text + after;
      expect(deriveRecordId(namespace, value) ?? null).toBe(asThePageSays(namespace, value));
    }),
    { numRuns: 500 },
  );
});

/** One that gives, for all of some vectors, what its language derives. */
interface Runner {
  readonly file: string;
  readonly command: string;
  /** The language's texts are UTF-8, which has no halves of surrogate pairs. */
  readonly utf8?: true;
  run(snippet: string, vectors: readonly Vector[]): unknown;
}

const SCRIPTS: readonly Runner[] = [
  {
    file: "record_id.py",
    command: "python3",
    run: (snippet, given) => {
      const main = "import json, sys\nprint(json.dumps([record_id(n, t) for n, t in json.load(sys.stdin)]))";
      return answerOf("python3", ["-c", `${snippet}\n${main}`], given);
    },
  },
  {
    file: "record-id.mjs",
    command: process.execPath,
    run: (_, given) => {
      const url = pathToFileURL(join(SNIPPETS, "record-id.mjs"));
      const main = `import { recordId } from "${url}"; import { readFileSync } from "node:fs";
        console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(([n, t]) => recordId(n, t))));`;
      return answerOf(process.execPath, ["--input-type=module", "-e", main], given);
    },
  },
  {
    file: "record_id.php",
    command: "php",
    utf8: true,
    run: (snippet, given) => {
      const main = "echo json_encode(array_map(fn($v) => record_id(...$v), json_decode(stream_get_contents(STDIN))));";
      return answerOf("php", ["-r", `${snippet.replace("<?php\n", "")}\n${main}`], given);
    },
  },
  {
    file: "record_id.rb",
    command: "ruby",
    utf8: true,
    run: (snippet, given) => {
      const main =
        'require "json"\nputs JSON.parse(STDIN.set_encoding("UTF-8").read).map { |n, t| record_id(n, t) }.to_json';
      return answerOf("ruby", ["-e", `${snippet}\n${main}`], given);
    },
  },
  { file: "RecordId.java", command: "java", run: runJava },
];

describe("the snippet", () => {
  for (const { file, command, utf8, run } of SCRIPTS) {
    it.skipIf(spawnSync(command, ["--version"]).status !== 0)(`${file} gives every vector`, { timeout: 60_000 }, () => {
      const given = vectors.filter(({ text }) => !utf8 || text.isWellFormed());
      expect(run(readFileSync(join(SNIPPETS, file), "utf8"), given)).toEqual(given.map(({ recordId }) => recordId));
    });
  }
});

function answerOf(command: string, args: readonly string[], given: readonly Vector[]): unknown {
  const input = JSON.stringify(given.map(({ namespace, text }) => [namespace, text]));
  const { stdout, stderr } = spawnSync(command, args, { input, encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The JDK has no JSON: a line for each, of the namespace and the UTF-16 units in hex. */
function runJava(snippet: string, given: readonly Vector[]): unknown {
  const main = `
    public static void main(String[] args) throws Exception {
      for (String line : new String(System.in.readAllBytes()).split("\\n")) {
        StringBuilder text = new StringBuilder();
        for (int i = 37; i + 4 <= line.length(); i += 4) text.append((char) Integer.parseInt(line.substring(i, i + 4), 16));
        System.out.println(recordId(line.substring(0, 36), text.toString()));
      }
    }
  }`;
  const folder = mkdtempSync(join(tmpdir(), "record-id-"));
  try {
    writeFileSync(join(folder, "RecordId.java"), snippet.replace(/}\s*$/, main));
    const input = given.map(({ namespace, text }) => `${namespace} ${hexUnits(text)}`).join("\n");
    const { stdout, stderr } = spawnSync("java", [join(folder, "RecordId.java")], { input, encoding: "utf8" });
    if (stdout === "") throw new Error(stderr);
    return stdout
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => (line === "null" ? null : line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hexUnits(text: string): string {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, "0")).join("");
}

/** The derivation once more, in the page's steps. Shares with src nothing but Unicode. */
function asThePageSays(namespace: string, value: string): string | null {
  const points = Array.from(value);
  while (trimmed.has(points[0] ?? "")) points.shift();
  while (trimmed.has(points.at(-1) ?? "")) points.pop();
  const whole = points.map((point) => (/^[\ud800-\udfff]$/.test(point) ? "\ufffd" : point)).join("");
  const text = whole.normalize("NFC");
  if (text === "") return null;
  return isUuidByThePage(text) ? text.toLowerCase() : uuid5(namespace, text);
}

function isUuidByThePage(text: string): boolean {
  const groups = text.toLowerCase().split("-");
  if (groups.map(({ length }) => length).join() !== "8,4,4,4,12") return false;
  const digits = groups.join("");
  if ([...digits].some((digit) => !"0123456789abcdef".includes(digit))) return false;
  const [version = "", variant = ""] = [groups[2]?.[0], groups[3]?.[0]];
  return ("12345678".includes(version) && "89ab".includes(variant)) || /^(0+|f+)$/.test(digits);
}

/** Letters and the marks that may be composed with them. */
function marked() {
  const part = fc.constantFrom(
    ..."aeoZl ŁǪÖÅ한ﬁ客",
    "\u0301",
    "\u0323",
    "\u0308",
    "\u0328",
    "\u212b",
    "\u1100",
    "\u1161",
    "👩",
  );
  return fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
}

/** Any UTF-16 units, halves of surrogate pairs among them. */
function halves() {
  return fc
    .array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 6 })
    .map((units) => String.fromCharCode(...units));
}

/** The text of a numbered step up to its first full stop. */
function section(start: string): string {
  const from = page.indexOf(start);
  return page.slice(from, page.indexOf(". ", from + start.length));
}

function rangeOf([, first = "", last = first]: RegExpMatchArray): string[] {
  const [from, to] = [Number.parseInt(first, 16), Number.parseInt(last ?? first, 16)];
  return Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));
}

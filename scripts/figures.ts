// Tables of figures for the README and docs/cost.md, taken from bench/RESULTS.md: no number is written twice. Reads tables of Markdown and nothing
// else; fails where one that it wants is not there.

interface Figure {
  readonly what: string;
  readonly section: string;
  /** What the cells of the row begin with, from the first on. */
  readonly row: readonly string[];
  /** Which cells are shown: position and how, where {} stands for it. */
  readonly shown: readonly (readonly [position: number, how: string])[];
}

const FIGURES: readonly Figure[] = [
  {
    what: "a signed webhook taken, a hundred rules, 4 shards: to a bare Worker with one row",
    section: "ingress",
    row: ["4", "Hookspan"],
    shown: [
      [3, "{} of its requests"],
      [7, "{} times its CPU"],
    ],
  },
  {
    what: "a Worker written by hand for the same promises, to the same floor",
    section: "ingress",
    row: ["4", "floor, with HMAC, JSON, key and log"],
    shown: [
      [3, "{} of its requests"],
      [7, "{} times its CPU"],
    ],
  },
  {
    what: "10,000 rules, to the rules that take the event",
    section: "rules",
    row: ["JSON.parse, and the rules decide: 10,000 rules"],
    shown: [[2, "{} times"]],
  },
  {
    what: "an admission into a shard of 100,000, of 1,000,000 executions, to an empty one",
    section: "growth",
    row: ["20 admissions, one by one"],
    shown: [[4, "{} times"]],
  },
  {
    what: "a million executions, gross, at the published prices",
    section: "alternatives",
    row: ["Hookspan"],
    shown: [[1, "{} dollars"]],
  },
  {
    what: "a webhook to its start call, quiet, half of them within",
    section: "latency",
    row: ["webhook to start call, push, quiet"],
    shown: [[1, "{} ms"]],
  },
  {
    what: "the end of a run to its callback, where the engine pushes, quiet, half of them within",
    section: "latency",
    row: ["the engine pushes, quiet"],
    shown: [[1, "{} ms"]],
  },
  { what: "the whole Worker, compressed", section: "bundle", row: ["the whole Worker"], shown: [[2, "{} KiB"]] },
];

/** @throws where the results have no such row */
export function figuresTable(results: string): string {
  const rows = FIGURES.map(({ what, section, row, shown }) => {
    const cells = rowOf(results, section, row);
    const values = shown.map(([position, how]) => {
      const value = cells[position];
      if (value === undefined)
        throw new Error(`bench/RESULTS.md, ${section}: the row of ${row.join(", ")} is too short`);
      return how.replace("{}", value);
    });
    return `| ${what} | ${values.join(", ")} |`;
  });
  return ["| what | measured |", "|---|---|", ...rows].join("\n");
}

function rowOf(results: string, section: string, begins: readonly string[]): readonly string[] {
  const text = results.split(/^## /m).find((part) => part.startsWith(`${section}\n`));
  const rows = (text ?? "").split("\n").flatMap((line) =>
    line.startsWith("|")
      ? [
          line
            .split("|")
            .slice(1, -1)
            .map((cell) => cell.trim()),
        ]
      : [],
  );
  const found = rows.filter((cells) => begins.every((begin, index) => cells[index] === begin));
  const [row] = found;
  if (!row || found.length > 1)
    throw new Error(`bench/RESULTS.md, ${section}: ${found.length} rows begin with ${begins.join(", ")}`);
  return row;
}

/** What a month costs by the events of a day, as the benchmark of scale has computed it. @throws where it is not there */
export function monthTable(results: string): string {
  const [table] = /(?<=### Dollars a month, gross\n\n)(?:\|.*\n)+/.exec(results) ?? [];
  if (table === undefined) throw new Error("bench/RESULTS.md has lost its dollars a month");
  return table.trimEnd();
}

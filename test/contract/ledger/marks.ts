// Marks: how far repeated work has come. They move forwards only, whoever comes late.
import { it } from "vitest";
import { admitNew, type LedgerUnderTest, NOW, purgeAll } from "./executions.ts";

export function marksContract({ open }: LedgerUnderTest): void {
  it("are none at first", async ({ expect }) => {
    expect(await open().marks("")).toEqual(new Map());
  });

  it("are kept, and move forwards", async ({ expect }) => {
    const ledger = open();
    await ledger.setMarks(new Map([["a:1", NOW]]));
    await ledger.setMarks(
      new Map([
        ["a:1", NOW + 1],
        ["a:2", 7],
      ]),
    );
    expect(await ledger.marks("a:")).toEqual(
      new Map([
        ["a:1", NOW + 1],
        ["a:2", 7],
      ]),
    );
  });

  it("never move back", async ({ expect }) => {
    const ledger = open();
    await ledger.setMarks(new Map([["a", NOW]]));
    await ledger.setMarks(
      new Map([
        ["a", NOW - 1],
        ["b", 1],
      ]),
    );
    expect(await ledger.marks("")).toEqual(
      new Map([
        ["a", NOW],
        ["b", 1],
      ]),
    );
  });

  it("are found by the beginning of their names, letter by letter", async ({ expect }) => {
    const ledger = open();
    await ledger.setMarks(new Map(["a:1", "A:1", "ab", "a%", "a_:"].map((name) => [name, 1])));
    expect([...(await ledger.marks("a:")).keys()]).toEqual(["a:1"]);
    expect([...(await ledger.marks("a_")).keys()]).toEqual(["a_:"]);
  });

  it("are forgotten where that is asked, and then begin anew", async ({ expect }) => {
    const ledger = open();
    await ledger.setMarks(
      new Map([
        ["a", NOW],
        ["b", NOW],
      ]),
    );
    await ledger.setMarks(
      new Map<string, number | null>([
        ["a", null],
        ["never seen", null],
      ]),
    );
    expect(await ledger.marks("")).toEqual(new Map([["b", NOW]]));
    await ledger.setMarks(new Map([["a", 3]]));
    expect((await ledger.marks("a")).get("a")).toBe(3);
  });

  it("do not disturb each other, nor the purge's own", async ({ expect }) => {
    const ledger = open();
    await admitNew(ledger);
    await ledger.setMarks(new Map([["schedule:a", NOW]]));
    await purgeAll(ledger, NOW);
    expect(await ledger.marks("schedule:")).toEqual(new Map([["schedule:a", NOW]]));
  });

  it("may all be left as they are", async ({ expect }) => {
    const ledger = open();
    await ledger.setMarks(new Map());
    expect(await ledger.marks("")).toEqual(new Map());
  });
}

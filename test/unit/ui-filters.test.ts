// The filter of the executions as an address says it, and what an id may be that somebody looks for.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { FILTER } from "../../src/http/api-filter.ts";
import { addressOf, filterIn, forField } from "../../src/ui/pages/executions/filters.tsx";
import { kindsOf } from "../../src/ui/pages/executions/find.ts";

describe("a filter in an address", () => {
  it("is what a form has filled in, and nothing that is no filter", () => {
    const query = new URLSearchParams("state=held&rule=&source=+stripe+&said=canceled&cursor=exe_0_a&nonsense=1");
    expect(filterIn(query)).toEqual({ state: "held", source: "stripe" });
    expect(filterIn(new URLSearchParams())).toEqual({});
  });

  it("knows everything that the API can filter by", () => {
    const all = new URLSearchParams(Object.keys(FILTER).map((name): [string, string] => [name, "x"]));
    expect(Object.keys(filterIn(all)).toSorted()).toEqual(Object.keys(FILTER).toSorted());
  });

  it.for([
    ["2026-11-26T18:00", "2026-11-26T18:00:00Z"],
    ["2026-11-26T18:00:05", "2026-11-26T18:00:05Z"],
    ["2026-11-26T18:00:05.250", "2026-11-26T18:00:05.250Z"],
    ["2026-11-26T18:00:05+02:00", "2026-11-26T18:00:05+02:00"],
  ] as const)("takes a time as a browser gives it for UTC, in a form that the API takes: %s", ([field, time]) => {
    expect(filterIn(new URLSearchParams({ since: field, until: field }))).toEqual({ since: time, until: time });
    expect(z.object(FILTER).safeParse({ since: time }).success).toBe(true);
  });

  it("leaves what is no time to the API, which says so, and to the field nothing", () => {
    expect(filterIn(new URLSearchParams({ since: "yesterday" }))).toEqual({ since: "yesterday" });
    expect(forField("yesterday")).toBe("");
    expect(forField(undefined)).toBe("");
    expect(forField("2026-11-26T18:00:05+02:00")).toBe("2026-11-26T16:00:05");
  });

  it("is read back from the address that it makes", () => {
    const filter = { rule: 'a&b="<', record: "ключ 🔑", since: "2026-11-26T18:00:05Z" };
    expect(filterIn(new URL(addressOf(filter), "https://b.example").searchParams)).toEqual(filter);
    expect(addressOf({})).toBe("/ui/executions");
  });
});

describe("an id that somebody looks for", () => {
  it("is looked for by what its shape allows, first where an index finds it", () => {
    expect(kindsOf("5D1F7C0A-6a37-5a1c-9d0e-3b7f0c9a2e41")).toEqual(["recordId", "runId", "eventId"]);
    expect(kindsOf("cus_1")).toEqual(["record", "eventId", "runId"]);
  });
});

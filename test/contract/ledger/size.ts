// Payloads and results of any size come back whole, whether they fit into a row or not.
import { it } from "vitest";
import type { Ledger } from "../../../src/bridge/ports.ts";
import type { Execution } from "../../../src/core/execution.ts";
import { LEASE_MS } from "../../../src/core/retry.ts";
import { admission, admitNew, advance, claimAll, finished, type LedgerUnderTest, NOW, running } from "./executions.ts";

const KIB = 1024;
const LARGEST = Math.floor(3.9 * KIB * KIB);

/** Bytes of JSON text: the smallest, both sides of what fits into a row, and the largest that an engine may give. */
const SIZES = [5, 899 * KIB, 901 * KIB, LARGEST];

export function sizeContract({ open }: LedgerUnderTest): void {
  it.for(SIZES)("a payload of %d bytes comes back whole", async (bytes, { expect }) => {
    const ledger = open();
    const data = textOf(bytes, 1);
    const { id } = await admitNew(ledger, admission({ data }));
    expect((await ledger.get(id))?.event.data === data).toBe(true);
    const [claimed] = await claimAll(ledger, NOW + LEASE_MS);
    expect(claimed?.event.data === data).toBe(true);
  });

  it.for(SIZES)("a result of %d bytes comes back whole", async (bytes, { expect }) => {
    const ledger = open();
    const result = textOf(bytes, 1);
    const { id } = await end(ledger, await admitNew(ledger), result);
    expect((await ledger.get(id))?.result === result).toBe(true);
    const [claimed] = await claimAll(ledger, NOW);
    expect(claimed?.result === result).toBe(true);
  });

  it.for([0, 1, 2, 3])(
    "a character cut by a border of storage comes back whole, shifted by %d",
    async (shift, { expect }) => {
      const ledger = open();
      const data = textOf(LARGEST, shift);
      const result = textOf(LARGEST, shift + 1);
      const { id } = await end(ledger, await admitNew(ledger, admission({ data })), result);
      const found = await ledger.get(id);
      expect(found?.event.data === data).toBe(true);
      expect(found?.result === result).toBe(true);
    },
  );

  it("a large payload and a large result do not get into each other's way, or into another execution's", async ({
    expect,
  }) => {
    const ledger = open();
    const [one, other] = [textOf(2 * KIB * KIB, 0), textOf(2 * KIB * KIB, 3)];
    const first = await admitNew(ledger, admission({ dedupeKey: "one", data: one }));
    const second = await admitNew(ledger, admission({ dedupeKey: "other", data: other }));
    await end(ledger, first, other);
    await end(ledger, second, one);
    const [a, b] = [await ledger.get(first.id), await ledger.get(second.id)];
    expect([a?.event.data === one, a?.result === other]).toEqual([true, true]);
    expect([b?.event.data === other, b?.result === one]).toEqual([true, true]);
  });
}

function end(ledger: Ledger, execution: Execution, result: string): Promise<Execution> {
  return advance(ledger, execution, running, (started) => finished(started, NOW, result));
}

/** A text that is so many bytes as JSON: four-byte characters, after so many of one byte. */
function textOf(bytes: number, shift: number): string {
  const inner = bytes - 2 - shift;
  const text = "a".repeat(shift) + "😀".repeat(Math.floor(inner / 4)) + "z".repeat(inner % 4);
  if (new TextEncoder().encode(JSON.stringify(text)).byteLength !== bytes) throw new Error("wrong size");
  return text;
}

// Payloads that are not kept: there as long as anything is owed, gone the moment nothing is, and not a moment later.
import { it } from "vitest";
import { admission, admitNew, delivered, finished, type LedgerUnderTest, NOW, running, save } from "./executions.ts";

const LARGE = "x".repeat(1_500_000);

export function payloadContract({ open }: LedgerUnderTest): void {
  for (const [size, text] of [
    ["small", "secret-text"],
    ["large", LARGE],
  ] as const) {
    it(`drops a ${size} payload and its result once the end is delivered, and keeps it until then`, async ({
      expect,
    }) => {
      const ledger = open();
      let execution = await admitNew(ledger, admission({ data: { name: text }, dropPayload: true }));
      execution = await save(ledger, running(execution));
      execution = await save(ledger, finished(execution, NOW, { verdict: text }));
      const owed = await ledger.get(execution.id);
      expect(JSON.stringify(owed).includes(text)).toBe(true);
      expect(owed).toMatchObject({ result: { verdict: text } });
      expect(owed?.payloadDropped).toBeUndefined();
      await ledger.save(delivered(execution));
      const over = await ledger.get(execution.id);
      expect(JSON.stringify(over)).not.toContain(text.slice(0, 50));
      expect(over).toMatchObject({
        payloadDropped: true,
        run: "succeeded",
        start: null,
        event: { data: null, id: "evt_1" },
      });
      expect((await ledger.list({ limit: 1 })).executions[0]).toMatchObject({ payloadDropped: true });
    });
  }

  it("never writes the payload of what is over from the beginning", async ({ expect }) => {
    const ledger = open();
    const { id } = await admitNew(
      ledger,
      admission({
        rule: "",
        callbacks: [],
        start: null,
        dropPayload: true,
        data: { name: "secret-text" },
        over: { state: "unmatched", reason: null },
      }),
    );
    expect(await ledger.get(id)).toMatchObject({ payloadDropped: true, event: { data: null } });
  });

  it("still knows the key: the same event is a duplicate", async ({ expect }) => {
    const ledger = open();
    let execution = await admitNew(ledger, admission({ dropPayload: true }));
    for (const step of [running, finished, delivered]) execution = await save(ledger, step(execution, NOW));
    const again = await ledger.admit([admission({ dropPayload: true })], NOW);
    expect(again).toMatchObject({ value: [{ outcome: "duplicate", execution: { id: execution.id } }] });
  });
}

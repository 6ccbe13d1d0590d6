// Erasing a person: nothing of theirs is left in the ledger, and what was done once is still not done again.
import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { http, type Receipt } from "./http-bridge.ts";
import { openLedger, ownShards, type ShardStub } from "./ledger-objects.ts";

describe("POST /api/erasures", () => {
  it("leaves nothing of the record but that something was done, and keeps it from being done again", async ({
    expect,
  }) => {
    const namespace = ownShards();
    const over = http({ ledger: openLedger(namespace, 1) });
    const event = { id: "evt_of_anna", customer: "cus_anna", ends: "succeeded" } as const;
    const { executions } = await (await over.stripe(event)).json<Receipt>();
    await over.stripe({ id: "evt_of_bert", customer: "cus_bert", ends: "succeeded" });
    await over.settled();
    const id = executions[0]?.id ?? "";

    const answer = await over.api("/erasures", { record: "cus_anna" });
    expect([answer.status, await answer.json()]).toMatchObject([200, { erased: 1, left: 0 }]);
    const shard = namespace.getByName("ledger/0") as ShardStub;
    const kept = await runInDurableObject(shard, (_object, { storage }) =>
      JSON.stringify([
        storage.sql.exec("SELECT * FROM executions").toArray(),
        storage.sql.exec("SELECT count(*) FROM chunks").toArray(),
      ]),
    );
    expect(kept).not.toContain("anna");
    expect(kept).toContain("cus_bert");

    expect(await (await over.api(`/executions/${id}`)).json()).toMatchObject({
      state: "succeeded",
      reason: "erased",
      event: { id: "erased", data: null },
      start: null,
      result: null,
    });
    const again = await (await over.stripe(event)).json<Receipt>();
    expect(again.executions).toMatchObject([{ id, outcome: "duplicate" }]);
    for (const intent of ["restart", "re-evaluate", "refetch", "resend"]) {
      expect((await over.api(`/executions/${id}/replay`, { intent })).status).toBe(409);
    }
    expect(await (await over.api("/erasures", { record: "cus_anna" })).json()).toMatchObject({ erased: 0, left: 0 });
  });

  it("leaves alone what still goes on, and says so", async ({ expect }) => {
    const over = http();
    await over.stripe({ id: "evt_1", customer: "cus_anna" });
    await over.settled();
    expect(await (await over.api("/erasures", { record: "cus_anna" })).json()).toMatchObject({ erased: 0, left: 1 });
  });

  it.for([{}, { record: " " }, { record: "a", recordId: crypto.randomUUID() }, { recordId: "cus_1" }])(
    "does not understand %j",
    async (body, { expect }) => {
      expect((await http().api("/erasures", body)).status).toBe(400);
    },
  );
});

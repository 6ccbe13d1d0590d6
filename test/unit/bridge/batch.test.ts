// A request that carries many events: all are admitted together, the first hundred are taken up at once, and the sweep
// starts the rest without anybody having to doubt whether it was started before.
import { describe, expect, test } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import type { Source } from "../../../src/bridge/ports.ts";
import { fresh, type Receipt, receive } from "../../../src/bridge/receive.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import { SourceConfig } from "../../../src/core/source.ts";
import { resolveSource } from "../../../src/sources/presets.ts";
import { NOW } from "../../fakes/fake-clock.ts";
import { createTestBridge, type TestBridge } from "../../fakes/test-bridge.ts";

function listSource(): Source {
  const config = SourceConfig.parse({ verify: { family: "none" }, body: { split: "$" } });
  const source = resolveSource("signup", config);
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  return source.value;
}

async function received(bridge: TestBridge, items: readonly object[]): Promise<Receipt> {
  const receipt = await receive(bridge, listSource(), {
    method: "POST",
    url: "https://bridge.example.com/in/signup",
    headers: new Headers({ "content-type": "application/json" }),
    body: new Uint8Array(new TextEncoder().encode(JSON.stringify(items))),
    receivedAt: NOW,
  });
  if (!receipt.ok || receipt.value.kind !== "receipt") throw new Error(JSON.stringify(receipt));
  return receipt.value;
}

function items(count: number): { id: string; order: number }[] {
  return Array.from({ length: count }, (_, i) => ({ id: `item-${i}`, order: i }));
}

function startsOf(bridge: TestBridge): number {
  return bridge.fakeEngine.calls.filter(({ operation }) => operation === "start").length;
}

describe("a batch of 150 events", () => {
  test("is admitted whole and taken up a hundred at a time, and no start is in doubt", async () => {
    const bridge = createTestBridge({ followForMs: 0 });
    const receipt = await received(bridge, items(150));
    expect(receipt.admitted.filter(({ outcome }) => outcome === "new")).toHaveLength(150);
    expect(fresh(receipt)).toHaveLength(100);

    for (const execution of fresh(receipt)) await follow(bridge, execution);
    expect(startsOf(bridge)).toBe(100);
    await sweep(bridge);
    expect(startsOf(bridge)).toBe(150);
    for (const { execution } of receipt.admitted) {
      expect(await bridge.stored(execution.id)).toMatchObject({ uncertainStarts: 0, startAttempts: 1 });
    }
  });

  test("with one event twice in it starts that once, and says so", async () => {
    const bridge = createTestBridge();
    const [one] = items(1);
    const receipt = await received(bridge, [one ?? {}, one ?? {}]);
    expect(receipt.admitted.map(({ outcome }) => outcome)).toEqual(["new", "duplicate"]);
    expect(fresh(receipt)).toHaveLength(1);
  });
});

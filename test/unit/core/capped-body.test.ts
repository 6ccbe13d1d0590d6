// Bodies are read up to a limit and no further, whatever pieces they come in.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCapped } from "../../../src/core/capped-body.ts";

function streamOf(chunks: readonly Uint8Array[], ended: { canceled?: boolean } = {}): ReadableStream<Uint8Array> {
  const queue = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const next = queue.shift();
      if (next) controller.enqueue(next);
      else controller.close();
    },
    cancel() {
      ended.canceled = true;
    },
  });
}

describe("readCapped", () => {
  test("gives the bytes of a body of exactly the limit, and none of a body of one more", async () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    expect(await readCapped(streamOf([bytes]), 4)).toEqual(bytes);
    expect(await readCapped(streamOf([bytes]), 3)).toBeUndefined();
  });

  test("gives no bytes for no body, and for an empty one", async () => {
    expect(await readCapped(null, 10)).toEqual(new Uint8Array(0));
    expect(await readCapped(streamOf([]), 10)).toEqual(new Uint8Array(0));
    expect(await readCapped(streamOf([]), 0)).toEqual(new Uint8Array(0));
  });

  test("stops reading as soon as there is too much, even of a body that never ends", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(10));
      },
      cancel: () => new Promise(() => undefined),
    });
    expect(await readCapped(endless, 35)).toBeUndefined();
    expect(pulled).toBeLessThan(8);
  });

  test("tells the other side that nobody listens any more", async () => {
    const ended = { canceled: false };
    await readCapped(streamOf([new Uint8Array(5), new Uint8Array(5), new Uint8Array(5)], ended), 7);
    expect(ended.canceled).toBe(true);
  });

  test("a body that breaks off is an error, not a short body", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error("connection lost"));
      },
    });
    await expect(readCapped(broken, 10)).rejects.toThrow("connection lost");
  });

  test("however a body is cut into pieces, it is the same body", async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(150), async (chunks, limit) => {
        const whole = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
        const read = await readCapped(streamOf(chunks), limit);
        expect(read).toEqual(whole.byteLength <= limit ? whole : undefined);
      }),
    );
  });
});

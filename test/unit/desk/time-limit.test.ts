// How long something is waited for.
import { expect, it } from "vitest";
import { within } from "../../../src/core/time-limit.ts";

it("gives what comes in time, and throws what is thrown in time", async () => {
  expect(await within(1_000, Promise.resolve("value"))).toBe("value");
  await expect(within(1_000, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});

it("does not wait for what never comes", async () => {
  // Node ends where only such a timer is left, so something else has to keep it going meanwhile.
  const alive = setTimeout(() => undefined, 1_000);
  await expect(within(10, new Promise(() => undefined))).rejects.toMatchObject({ name: "TimeoutError" });
  clearTimeout(alive);
});

// After a callback was resumed: what has waited for it, and was put off for up to half an hour, is made due at once, as far as a
// bounded look finds it. What is left comes by itself within that time. Never fails.
import { postponed } from "../core/attempt.ts";
import type { Execution } from "../core/execution.ts";
import type { Bridge } from "./ports.ts";

/** Each costs a read and a few rows; a receiver that was away for long has more, and is better not sent all of it at once. */
const MAX_WOKEN = 400;
const PAGE = 100;

export async function wakeOwed(bridge: Bridge, callback: string): Promise<void> {
  let woken = 0;
  try {
    let before: string | undefined;
    for (let looked = 0; looked < MAX_WOKEN; looked += PAGE) {
      const now = bridge.now();
      const page = await bridge.ledger.list({
        delivery: "due",
        limit: PAGE,
        ...(before === undefined ? {} : { before }),
      });
      const waiting = page.executions.filter((each) => waitsFor(each, callback, now)).map(({ id }) => id);
      for (const execution of await bridge.ledger.getAll(waiting)) {
        if (!waitsFor(execution, callback, now)) continue;
        // Where somebody else has just changed it, it is being looked at anyway.
        if ((await bridge.ledger.save(postponed(execution, callback, now))) !== "conflict") woken++;
      }
      if (page.next === null) break;
      before = page.next;
    }
    bridge.log("info", "callback.woken", { callback, executions: woken });
  } catch (thrown) {
    bridge.log("warn", "callback.wake-failed", { callback, executions: woken, error: String(thrown) });
  }
}

function waitsFor(
  { endedAt, deliveries }: Pick<Execution, "endedAt" | "deliveries">,
  callback: string,
  now: number,
): boolean {
  if (endedAt === null) return false;
  return deliveries.some((each) => each.callback === callback && each.state === "due" && (each.nextAt ?? 0) > now);
}

// Fires the cron trigger of a Worker that plain workerd serves (TICKER in workers.ts), by the socket that is there for it.
import { request } from "node:http";

/** As long as a sweep may take. */
const TIMEOUT_MS = 120_000;

/** Where its socket may be reached: in the file system, or at a port of this machine. */
export type TickerAddress = { readonly socketPath: string } | { readonly port: number };

/**
 * @param at what time it is, ms since the epoch; the Worker's clock otherwise
 * @returns the outcome, `ok` where the sweep came to its end
 * @throws where it was not to be reached, or not until the end
 */
export function fireTicker(address: TickerAddress, { at, signal }: { at?: number; signal?: AbortSignal } = {}) {
  return new Promise<string>((resolve, reject) => {
    const target = "port" in address ? { host: "127.0.0.1", ...address } : address;
    const path = at === undefined ? "/" : `/?at=${at}`;
    const asked = request(
      { ...target, path, method: "POST", timeout: TIMEOUT_MS, ...(signal && { signal }) },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        answer.on("end", () => resolve(text));
        answer.on("error", reject);
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("it took longer than two minutes")));
    asked.on("error", reject);
    asked.end();
  });
}

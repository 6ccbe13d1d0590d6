// Notices that workerd hangs: it is asked for its health again and again, and any answer will do. What the answer says is no reason to
// kill anybody: a bridge without a configuration, say, would not have one after it either.
import { get } from "node:http";
import { pause } from "./pause.ts";

/** Times in ms. */
export interface Watch {
  readonly url: string;
  readonly everyMs: number;
  /** For the answer to one question. */
  readonly deadlineMs: number;
  /** So many questions without an answer, one after the other, mean that it hangs. */
  readonly failures: number;
  /** For its first answer: before that it may be still beginning. */
  readonly startMs: number;
}

/** A process that works has answered by then, however much it has to do: a minute and more without any answer. */
export const WATCH: Omit<Watch, "url"> = { everyMs: 10_000, deadlineMs: 15_000, failures: 3, startMs: 60_000 };

/** @returns whether it hangs; false once `over` is told */
export async function hangs(
  { url, everyMs, deadlineMs, failures, startMs }: Watch,
  over: AbortSignal,
  say: (text: string) => void,
): Promise<boolean> {
  const begunAt = Date.now();
  let hasAnswered = false;
  let missed = 0;
  while (!over.aborted) {
    const fault = await asked(url, AbortSignal.any([over, AbortSignal.timeout(deadlineMs)]));
    if (over.aborted) return false;
    hasAnswered ||= fault === undefined;
    if (fault === undefined) missed = 0;
    else if (hasAnswered || Date.now() - begunAt > startMs) {
      missed++;
      say(`workerd has not answered (${missed} of ${failures}): ${fault}`);
      if (missed >= failures) return true;
    }
    await pause(everyMs, over);
  }
  return false;
}

/** By a connection of its own, as anybody comes. @returns what was wrong; undefined where there was an answer */
function asked(url: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal }, (answer) => {
      answer.destroy();
      resolve(undefined);
    });
    request.on("error", (error: NodeJS.ErrnoException) =>
      resolve(error.name === "AbortError" ? "the time was over" : error.message),
    );
  });
}

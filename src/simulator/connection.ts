// Turns an answer into what the client sees: late, or with its connection cut, or as it is. Waits; reads no state.
import type { Answer, Cut } from "./wire.ts";

const CUT_MESSAGE = "simulated connection reset";
/** How long the first byte and the headers have for leaving before the body is cut. */
const CUT_IN_BODY_AFTER_MS = 20;

/**
 * Gives an answer to the client.
 *
 * @param direct true if nothing but workerd itself stands between this Worker and the client's socket
 */
export async function deliver(answer: Answer, direct: boolean): Promise<Response> {
  if (answer.delayMs > 0) {
    await scheduler.wait(answer.delayMs);
  }
  if (answer.cut !== null) {
    return cutConnection(answer.cut, direct);
  }
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}

/**
 * A response that breaks. workerd closes the socket without a status line if the body has failed before the response is
 * handed over. The proxy of wrangler dev sees that, repeats a GET up to three times and then puts a 500 of its own in
 * the place; a cut in the body passes through every proxy.
 */
function cutConnection(cut: Cut, direct: boolean): Response {
  const beforeHeaders = cut === "before-headers" || (cut === "hardest" && direct);
  const body = beforeHeaders ? failedBody() : failingBody();
  return new Response(body, { headers: { "content-type": "application/json;charset=UTF-8" } });
}

function failedBody(): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.error(new Error(CUT_MESSAGE));
    },
  });
}

/** A body that fails after its first byte. workerd sends nothing at all of a body that fails too soon, hence the wait. */
function failingBody(): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("{"));
    },
    async pull(controller) {
      await scheduler.wait(CUT_IN_BODY_AFTER_MS);
      controller.error(new Error(CUT_MESSAGE));
    },
  });
}

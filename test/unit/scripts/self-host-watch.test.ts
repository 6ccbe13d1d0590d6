// The health watch: what counts as an answer, and from when on none means that workerd hangs.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { hangs } from "../../../scripts/self-host/watch.ts";

/** Watches a server that deals with its questions in this order, and with all further ones as with the last. */
async function watched(...deals: ("answer" | "503" | "silence" | "break")[]) {
  const over = new AbortController();
  const said: string[] = [];
  let asked = 0;
  const listener: RequestListener = (request, response) => {
    const deal = deals[Math.min(asked++, deals.length - 1)];
    if (asked > 30) over.abort();
    if (deal === "answer") response.end("ok");
    else if (deal === "503") response.writeHead(503).end();
    else if (deal === "break") request.socket.destroy();
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`;
  const watch = { url, everyMs: 1, deadlineMs: 200, failures: 3, startMs: 600 };
  const hung = await hangs(watch, over.signal, (text) => said.push(text));
  server.closeAllConnections();
  server.close();
  return { hung, asked, said };
}

it("three questions without an answer, one after the other, mean that it hangs", async () => {
  expect(await watched("answer", "silence", "silence", "silence")).toEqual({
    hung: true,
    asked: 4,
    said: [1, 2, 3].map((n) => `workerd has not answered (${n} of 3): the time was over`),
  });
  expect(await watched("answer", "break")).toMatchObject({ hung: true, asked: 4 });
});

it("an answer in between begins the count anew, and any answer is one", async () => {
  expect(await watched("answer", "silence", "break", "503", "break", "break", "503")).toMatchObject({
    hung: false,
    asked: 31,
  });
});

it("before its first answer it has time to begin, but not for ever", async () => {
  const { hung, asked, said } = await watched("silence");
  expect(hung).toBe(true);
  expect(said).toHaveLength(3);
  // 600 ms, of which a question takes 200.
  expect(asked).toBeGreaterThan(4);
});

// A real HTTP server on the loopback interface that gives keys, counts what it was asked, and misbehaves on demand.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface KeyServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** How the next requests are answered. */
  answer: (response: ServerResponse, asked: Asked) => void;
  stop(): Promise<void>;
}

export async function startKeyServer(): Promise<KeyServer> {
  const asked: Asked[] = [];
  const http = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const each = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
    asked.push(each);
    server.answer(response, each);
  }).listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const server: KeyServer = {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    answer: (response) => response.end("{}"),
    async stop() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
  return server;
}

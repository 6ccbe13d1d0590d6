// Real servers on loopback for the clients under test: one that speaks HTTP, one whose bytes a test writes itself. Each
// is gone when its test is.
import { createServer as createHttpServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface SeenRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Loopback {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

/** An HTTP server that notes each whole request before it answers. */
export async function httpServer(answer: (response: ServerResponse, request: SeenRequest) => void): Promise<Loopback> {
  const seen: SeenRequest[] = [];
  const server = createHttpServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "", url: path = "", headers } = incoming;
      const request = { method, path, headers, body: Buffer.concat(chunks).toString("utf8") };
      seen.push(request);
      answer(response, request);
    });
  });
  const url = await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url, seen };
}

/** An HTTP server with one answer for everything. */
export function answering(
  status: number,
  body: string | Buffer = "",
  headers: Record<string, string> = {},
): Promise<Loopback> {
  return httpServer((response) => void response.writeHead(status, headers).end(body));
}

/** A server that is handed the socket as soon as the first bytes of a request are there. */
export async function tcpServer(answer: (socket: Socket) => void): Promise<{ url: string; connections(): number }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => answer(socket));
  });
  const url = await listening(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url, connections: () => sockets.size };
}

/** The head of an answer that promises more than follows, then a piece of its body, then the end of the connection. */
export function cutInBody(status: number, body: string, headers: Record<string, string> = {}) {
  return tcpServer((socket) => {
    socket.write(head(status, { "content-length": String(body.length + 100), ...headers }) + body);
    // After the client has had the head: a reset may overtake what was written.
    setTimeout(() => socket.resetAndDestroy(), 20);
  });
}

/** The head of an answer and the beginning of its body; nothing ever follows. */
export function hangingInBody(status: number, body: string, headers: Record<string, string> = {}) {
  return tcpServer((socket) => {
    socket.write(head(status, { "content-length": String(body.length + 100), ...headers }) + body);
  });
}

/**
 * Node's fetch, but its time is up as soon as the head of the answer is there. What a timer would decide, by chance, on
 * a machine that is busy, is decided here.
 */
export async function timeUpAfterHead(url: string, init: RequestInit): Promise<Response> {
  const timer = new AbortController();
  const response = await fetch(url, { ...init, signal: timer.signal });
  timer.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  return response;
}

/** Takes the request and never says anything. */
export function silent() {
  return tcpServer(() => undefined);
}

/** Takes the request and breaks the connection. */
export function resetting() {
  return tcpServer((socket) => socket.resetAndDestroy());
}

/** An address at which nobody listens. */
export async function nobody(): Promise<string> {
  const server = createTcpServer();
  const url = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

function head(status: number, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join("")}\r\n`;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

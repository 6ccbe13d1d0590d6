// Sits between the bridge and the simulator and writes down of each start call whether its answer got back to the bridge.
// It passes everything on as it is, and knows nothing of either side but HTTP. Each life of the bridge, from one kill to
// the next, gets an entrance of its own: a call that is only read when its caller is dead can be told by that.
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A start call as it passed by. Times are ms since the epoch. */
export interface StartCall {
  readonly event: string;
  readonly recordId: string | null;
  /** Which life of the bridge made it, from 0. */
  readonly life: number;
  readonly begunAt: number;
  /** When the last byte of its answer was given to the bridge's connection, or when that was seen to be broken. */
  readonly overAt: number;
  /** The status that the bridge was given; null where it got no whole answer. */
  readonly status: number | null;
  /** Whether the bridge has asked for the run that the answer named, which it does only once it has written that down. */
  polled: boolean;
}

export interface Tap {
  /** Opens the entrance for the bridge's next life. @returns the URL of the engine for it */
  enter(): Promise<string>;
  readonly calls: readonly StartCall[];
  close(): void;
}

export function createTap(simulatorPort: number): Tap {
  const calls: StartCall[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });

  const servers: Server[] = [];
  /** By the id of the run that they were answered with. */
  const started = new Map<string, StartCall>();

  function receive(life: number, inbound: IncomingMessage, outbound: ServerResponse): void {
    const begunAt = Date.now();
    const polled = started.get(inbound.url?.split("/")[2] ?? "");
    if (polled) polled.polled = true;

    const chunks: Buffer[] = [];
    inbound.on("data", (chunk: Buffer) => chunks.push(chunk));
    inbound.on("error", () => undefined);
    inbound.on("end", () => {
      const body = Buffer.concat(chunks);
      const answer = passOn(inbound, body, outbound);
      if (inbound.method !== "POST" || inbound.url !== "/workflows") return;
      const { parameters, recordId } = JSON.parse(body.toString("utf8"));
      outbound.once("close", () => {
        const status = outbound.writableFinished ? outbound.statusCode : null;
        const known = { event: parameters.event, recordId, life, begunAt, overAt: Date.now(), status };
        note({ ...known, polled: false }, answer);
      });
    });
  }

  function note(call: StartCall, answer: readonly Buffer[]): void {
    calls.push(call);
    if (call.status === 200) started.set(JSON.parse(Buffer.concat(answer).toString("utf8")).id, call);
  }

  /** @returns what has come of the answer's body so far */
  function passOn(inbound: IncomingMessage, body: Buffer, outbound: ServerResponse): readonly Buffer[] {
    const chunks: Buffer[] = [];
    const { method, url, headers } = inbound;
    const upstream = request({ host: "127.0.0.1", port: simulatorPort, agent, method, path: url, headers });
    // Whatever breaks behind the tap breaks in front of it.
    const breakOff = (): void => void outbound.destroy();
    upstream.on("error", breakOff);
    upstream.on("response", (answer) => {
      outbound.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.on("error", breakOff);
      answer.on("aborted", breakOff);
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.pipe(outbound);
    });
    outbound.on("close", () => {
      if (!outbound.writableFinished) upstream.destroy();
    });
    upstream.end(body);
    return chunks;
  }

  return {
    calls,
    async enter() {
      const life = servers.length;
      const server = createServer((inbound, outbound) => receive(life, inbound, outbound));
      servers.push(server);
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    close() {
      agent.destroy();
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

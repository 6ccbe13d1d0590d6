// A TCP proxy between the bridge and the engine that can be shut in either direction, so that a test can decide how far
// a call gets before something is killed.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type GateMode =
  /** Everything passes. */
  | "open"
  /** Connections are taken and nothing is passed on: the call never reaches the engine. */
  | "hold-requests"
  /** Requests reach the engine, its answers do not come back. */
  | "hold-answers";

export interface Gate {
  readonly url: string;
  mode: GateMode;
  /** Where it leads to, once that is known. */
  target: string;
  /** Resolves as soon as bytes have been held back. */
  held(): Promise<void>;
  close(): Promise<void>;
}

export async function startGate(): Promise<Gate> {
  const sockets = new Set<Socket>();
  let holding = Promise.withResolvers<void>();

  const server = createServer((client) => {
    const { hostname, port } = new URL(gate.target);
    const engine = connect(Number(port), hostname);
    track(client);
    track(engine);
    client.on("data", (bytes) => {
      if (gate.mode === "hold-requests") holding.resolve();
      else engine.write(bytes);
    });
    engine.on("data", (bytes) => {
      if (gate.mode === "hold-answers") holding.resolve();
      else client.write(bytes);
    });
    engine.on("close", () => client.destroy());
    client.on("close", () => engine.destroy());
  });
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: "open",
    target: "",
    async held() {
      await holding.promise;
      holding = Promise.withResolvers<void>();
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
  return gate;
}

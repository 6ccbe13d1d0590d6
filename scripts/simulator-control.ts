// The engine simulator's control API, as the demo and the tests use it: what it saw, how its workflows behave, what goes
// wrong, what time it is.

/** A request that the simulator saw, in the order in which they came. */
export interface SeenRequest {
  readonly seq: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number | "reset";
  readonly fault: string | null;
}

export interface SimulatorControl {
  requests(): Promise<SeenRequest[]>;
  /** The start calls among them. */
  starts(): Promise<SeenRequest[]>;
  define(definitionId: string, behaviour: object): Promise<void>;
  faults(...rules: object[]): Promise<void>;
  noFaults(): Promise<void>;
  settings(change: object): Promise<void>;
  /** Sets the simulator's clock to so many ms ahead of the real one. */
  clock(offsetMs: number): Promise<void>;
}

export function simulatorControl(url: string): SimulatorControl {
  async function call(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(`${url}/_control${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    if (!answer.ok) throw new Error(`${method} /_control${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }
  async function requests(): Promise<SeenRequest[]> {
    const answer = (await (await call("GET", "/requests?limit=10000")).json()) as { requests: SeenRequest[] };
    return answer.requests;
  }
  return {
    requests,
    starts: async () => (await requests()).filter(({ method, path }) => method === "POST" && path === "/workflows"),
    define: async (id, behaviour) => void (await call("PUT", `/definitions/${id}`, behaviour)),
    faults: async (...rules) => void (await call("POST", "/faults", rules)),
    noFaults: async () => void (await call("DELETE", "/faults")),
    settings: async (change) => void (await call("PUT", "/settings", change)),
    clock: async (offsetMs) => void (await call("PUT", "/clock", { offsetMs })),
  };
}

// What the stand-ins for other engines have in common: a server of one API as a function from request to answer, whose
// answers a test can spoil. Each is written from its vendor's documentation, not from the presets.

export interface SeenCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** In place of the good answer, once: before the work is done, or after it. */
export interface Spoiled {
  readonly done: boolean;
  /** Left out: the connection breaks. */
  readonly answer?: Response;
}

export interface StandIn {
  readonly seen: SeenCall[];
  /** By method; each is used once, in order. */
  readonly spoiled: { method: string; how: Spoiled }[];
  fetch(url: string, init: RequestInit): Promise<Response>;
}

export function standIn(baseUrl: string, answer: (call: SeenCall) => Response): StandIn {
  const server: StandIn = {
    seen: [],
    spoiled: [],
    async fetch(url, init) {
      if (!url.startsWith(`${baseUrl}/`)) throw new Error(`a call to ${url}`);
      const request = new Request(url, init);
      const text = await request.text();
      const call: SeenCall = {
        method: request.method,
        path: url.slice(baseUrl.length),
        headers: Object.fromEntries(request.headers),
        body: text === "" ? undefined : JSON.parse(text),
      };
      server.seen.push(call);
      const index = server.spoiled.findIndex(({ method }) => method === call.method);
      const [spoiled] = index < 0 ? [] : server.spoiled.splice(index, 1);
      const good = spoiled && !spoiled.how.done ? undefined : answer(call);
      if (!spoiled) return good ?? new Response(null, { status: 500 });
      if (!spoiled.how.answer) throw new Error("Network connection lost.");
      return spoiled.how.answer;
    },
  };
  return server;
}

// The API of the configuration as an operator calls it: the app over isolates that share one object, each request with
// the setup that is in force for it, as the entry does it.
import type { Bridge } from "../../src/bridge/ports.ts";
import { ok } from "../../src/core/result.ts";
import { app } from "../../src/http/app.ts";
import { plainRequest } from "../fakes/fake-access.ts";
import { type ConfigRoom, type Isolate, type IsolateOptions, openConfigRoom, openIsolate } from "./config-objects.ts";
import { ADMIN } from "./http-bridge.ts";

export interface ConfigApi extends Isolate {
  readonly room: ConfigRoom;
  /** @param path from /api on, where it does not start with /in */
  call(method: string, path: string, init?: RequestInit): Promise<Response>;
  /** PUT of a document by someone who has seen this revision. */
  put(json: unknown, seen: number | string | null, query?: string): Promise<Response>;
}

export function openConfigApi(options: IsolateOptions = {}, room: ConfigRoom = openConfigRoom()): ConfigApi {
  const isolate = openIsolate(room, options);
  async function call(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const setup = await isolate.setups.current();
    const bindings = {
      bridge: setup.ok ? ok({ setup: setup.value, log: isolate.desk.log } as unknown as Bridge) : setup,
      config: isolate.desk,
      adminToken: ADMIN,
      ...plainRequest(),
      defer: () => undefined,
    };
    const headers = { authorization: `Bearer ${ADMIN}`, ...(init.headers as Record<string, string> | undefined) };
    const url = `https://bridge.example.com${path.startsWith("/in/") ? "" : "/api"}${path}`;
    return app.fetch(new Request(url, { ...init, method, headers }), bindings);
  }
  return Object.assign(isolate, {
    room,
    call,
    put: (json: unknown, seen: number | string | null, query = "") =>
      call("PUT", `/config${query}`, {
        body: typeof json === "string" ? json : JSON.stringify(json),
        headers: seen === null ? {} : { "if-match": typeof seen === "string" ? seen : `"${seen}"` },
      }),
  });
}

// The floor of the ingress: what the platform costs whoever makes a webhook durable before it is answered, and nothing more. Reads
// the body, one call to a Durable Object, one INSERT, 202. For the benchmark only.
import { DurableObject } from "cloudflare:workers";

export class FloorObject extends DurableObject {
  readonly #sql: SqlStorage;

  constructor(state: DurableObjectState, env: unknown) {
    super(state, env as never);
    this.#sql = state.storage.sql;
    this.#sql.exec("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
  }

  insert(body: string): void {
    this.#sql.exec("INSERT INTO events (body) VALUES (?)", body);
  }
}

interface Bindings {
  readonly FLOOR: DurableObjectNamespace<FloorObject>;
  readonly SHARDS: string;
}

let turn = 0;

export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    const body = await request.text();
    if (body === "") return new Response("up");
    await env.FLOOR.getByName(`floor/${turn++ % Number(env.SHARDS)}`).insert(body);
    return new Response(null, { status: 202 });
  },
};

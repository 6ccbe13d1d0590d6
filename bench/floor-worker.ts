// The floors of the ingress: what the platform costs whoever makes a webhook durable before it is answered. The bare one reads the
// body, makes one call to a Durable Object with one INSERT, and answers 202. The other also does, as plainly as possible, what nobody
// can leave out who keeps the bridge's promises: HMAC, JSON, a row with a unique key and a due time, a line of the log. For the
// benchmark only.
import { DurableObject } from "cloudflare:workers";

export class FloorObject extends DurableObject {
  readonly #sql: SqlStorage;

  constructor(state: DurableObjectState, env: unknown) {
    super(state, env as never);
    this.#sql = state.storage.sql;
    this.#sql.exec("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS keyed (id INTEGER PRIMARY KEY, record TEXT NOT NULL, key TEXT NOT NULL,
      due_at INTEGER, body TEXT NOT NULL, UNIQUE (record, key)) STRICT`);
    this.#sql.exec("CREATE INDEX IF NOT EXISTS due ON keyed (due_at) WHERE due_at IS NOT NULL");
  }

  insert(body: string): void {
    this.#sql.exec("INSERT INTO events (body) VALUES (?)", body);
  }

  admit(record: string, key: string, dueAt: number, body: string): boolean {
    if (this.#sql.exec("SELECT id FROM keyed WHERE record = ? AND key = ?", record, key).toArray().length > 0)
      return false;
    this.#sql.exec("INSERT INTO keyed (record, key, due_at, body) VALUES (?, ?, ?, ?)", record, key, dueAt, body);
    return true;
  }
}

interface Bindings {
  readonly FLOOR: DurableObjectNamespace<FloorObject>;
  readonly SHARDS: string;
  readonly PROMISES: string;
  readonly SECRET: string;
  /** Whom it tells, after the answer, of what it got. */
  readonly PASS_ON_TO?: string;
}

const encoder = new TextEncoder();
let turn = 0;

export default {
  async fetch(request: Request, env: Bindings, context: ExecutionContext): Promise<Response> {
    if (request.method !== "POST") return new Response("up");
    if (env.PASS_ON_TO !== undefined) {
      context.waitUntil(fetch(env.PASS_ON_TO, { method: "POST", body: await request.text() }));
      return new Response(null, { status: 202 });
    }
    const stub = env.FLOOR.getByName(`floor/${turn++ % Number(env.SHARDS)}`);
    if (env.PROMISES !== "true") {
      await stub.insert(await request.text());
      return new Response(null, { status: 202 });
    }
    const body = await request.text();
    const [at = "", signature = ""] = (request.headers.get("stripe-signature") ?? "")
      .split(",")
      .map((part) => part.slice(part.indexOf("=") + 1));
    const key = await crypto.subtle.importKey(
      "raw",
      encoder.encode(env.SECRET),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["verify"],
    );
    const mac = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    if (!(await crypto.subtle.verify("HMAC", key, mac, encoder.encode(`${at}.${body}`))))
      return new Response(null, { status: 401 });
    const event = JSON.parse(body);
    const fresh = await stub.admit(event.data.object.customer, event.id, Date.now(), body);
    console.log(
      JSON.stringify({
        level: "info",
        name: "webhook.received",
        source: "stripe",
        event: event.id,
        type: event.type,
        fresh,
      }),
    );
    return Response.json({ id: event.id, outcome: fresh ? "new" : "duplicate" }, { status: 202 });
  },
};

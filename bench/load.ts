// The other process of the benchmark of the ingress: signs so many Stripe events, then sends them over so many connections, each as
// soon as the one before is answered. Prints what it saw as JSON.
import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { median, quantile } from "./quantile.ts";

export interface Load {
  readonly url: string;
  readonly secret: string;
  readonly requests: number;
  readonly connections: number;
  /** So that no two loads send the same event. */
  readonly name: string;
}

export interface Seen {
  readonly seconds: number;
  /** ms */
  readonly p50: number;
  readonly p99: number;
  /** Answers other than 202. */
  readonly others: number;
}

const load: Load = JSON.parse(process.argv[2] ?? "{}");
const at = Math.floor(Date.now() / 1_000);
const filler = Object.fromEntries(
  Array.from({ length: 60 }, (_, n) => [`field_${n}`, `some value of a field, number ${n}`]),
);

const events = Array.from({ length: load.requests }, (_, n) => {
  const id = `evt_${load.name}_${n}`;
  const object = {
    id: `sub_${load.name}_${n}`,
    customer: `cus_${load.name}_${n}`,
    status: "active",
    plan: { amount: 4_900 },
    ...filler,
  };
  const body = JSON.stringify({
    id,
    object: "event",
    created: at,
    type: "customer.subscription.created",
    data: { object },
  });
  const signature = createHmac("sha256", load.secret).update(`${at}.${body}`).digest("hex");
  return {
    body,
    headers: {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      // As the platform names each request.
      "cf-ray": `${load.name}-${n}`,
      "stripe-signature": `t=${at},v1=${signature}`,
    },
  };
});

const agent = new Agent({ keepAlive: true, maxSockets: load.connections });
const times: number[] = [];
let others = 0;

function send({ body, headers }: (typeof events)[number]): Promise<void> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(load.url, { method: "POST", agent, headers }, (answer) => {
      answer.resume().on("end", () => {
        times.push(performance.now() - begun);
        if (answer.statusCode !== 202) others++;
        resolve();
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const rest = events.values();
const begun = performance.now();
await Promise.all(
  Array.from({ length: load.connections }, async () => {
    for (const event of rest) await send(event);
  }),
);
const seconds = (performance.now() - begun) / 1_000;
agent.destroy();
const seen: Seen = { seconds, p50: median(times), p99: quantile(times, 0.99), others };
console.log(JSON.stringify(seen));

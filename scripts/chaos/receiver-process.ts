// The callback receiver as a process of its own, which can be killed: it appends each message to a file before it answers,
// so that a killed receiver may lose an answer and never a record. Faults are set with PUT /faults.
//   node receiver-process.ts PORT LOG SECRET…
import { openSync, writeSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";

/** A message as the receiver writes it down. */
export interface ReceivedLine {
  readonly at: number;
  readonly id: string;
  /** Whether one of the secrets verifies it. */
  readonly verified: boolean;
  /** What it was going to be answered with. */
  readonly answer: ReceiverAnswer;
  readonly type: string;
  readonly event: string;
  readonly execution: string;
  readonly runId: string | null;
}

/** A status, late or at once, or a connection that breaks in place of one. */
export type ReceiverAnswer = 204 | 429 | 500 | 503 | "reset" | "late";

/** The share of messages that meet each fault. */
export type ReceiverFaults = Partial<Record<Exclude<ReceiverAnswer, 204>, number>>;

/** Longer than the bridge waits. */
const LATE_MS = 1_500;

const [port, path = "", ...secrets] = process.argv.slice(2);
const webhooks = secrets.map((secret) => new Webhook(secret));
const log = openSync(path, "a");
let faults: ReceiverFaults = {};

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("error", () => undefined);
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString("utf8");
    if (request.method === "PUT") faults = JSON.parse(body);
    if (request.method !== "POST") return void response.writeHead(204).end();
    const headers = request.headers as Record<string, string>;
    const { type, data } = JSON.parse(body);
    const answer = chosen();
    const line: ReceivedLine = {
      at: Date.now(),
      id: headers["webhook-id"] ?? "",
      verified: webhooks.some((webhook) => verifies(webhook, body, headers)),
      answer,
      type,
      event: data.event.id,
      execution: data.execution,
      runId: data.runId,
    };
    writeSync(log, `${JSON.stringify(line)}\n`);
    give(response, answer);
  });
}).listen(Number(port), "127.0.0.1");

function chosen(): ReceiverAnswer {
  let rest = Math.random();
  for (const [fault, share] of Object.entries(faults)) {
    if (rest < share) return fault === "reset" || fault === "late" ? fault : (Number(fault) as ReceiverAnswer);
    rest -= share;
  }
  return 204;
}

function give(response: ServerResponse, answer: ReceiverAnswer): void {
  if (answer === "reset") response.destroy();
  else if (answer === "late") setTimeout(() => response.writeHead(204).end(), LATE_MS);
  else response.writeHead(answer, answer === 429 ? { "retry-after": "5" } : {}).end();
}

function verifies(webhook: Webhook, body: string, headers: Record<string, string>): boolean {
  try {
    webhook.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

// A callback receiver, as a user would write one: a real HTTP server that checks each signature with the
// `standardwebhooks` package, remembers what came, and can be told to fail.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export interface ReceivedMessage {
  readonly callback: string;
  readonly id: string;
  /** Whether one of the callback's secrets verifies it. */
  readonly verified: boolean;
  readonly answered: number;
  readonly type: string;
  readonly data: { execution: string; rule: string; recordId: string | null; runId: string | null; result: unknown };
}

export interface Receiver {
  readonly url: string;
  readonly messages: readonly ReceivedMessage[];
  /** Answers the next messages with these statuses, then with 204 again. A text is the body of a 500. */
  answerWith(...answers: (number | string)[]): void;
  /** The first message that fits, as soon as it is there. */
  message(fits: (message: ReceivedMessage) => boolean, timeoutMs?: number): Promise<ReceivedMessage>;
  stop(): Promise<void>;
}

export async function startReceiver(
  secretsOf: (callback: string) => readonly string[],
  onMessage: (message: ReceivedMessage) => void = () => undefined,
): Promise<Receiver> {
  const messages: ReceivedMessage[] = [];
  const waiting = new Set<() => void>();
  const answers: (number | string)[] = [];

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const callback = (request.url ?? "/").slice(1);
      const headers = request.headers as Record<string, string>;
      const next = answers.shift() ?? 204;
      const [answered, words] = typeof next === "number" ? [next, ""] : [500, next];
      const verified = secretsOf(callback).some((secret) => verifies(secret, body, headers));
      const message = { ...JSON.parse(body), callback, id: headers["webhook-id"] ?? "", verified, answered };
      messages.push(message);
      onMessage(message);
      response.writeHead(answered, { "content-type": "text/html" }).end(words);
      for (const wake of waiting) wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    messages,
    answerWith: (...next) => answers.push(...next),
    message(fits, timeoutMs = 30_000) {
      return new Promise((resolve, reject) => {
        const done = (): void => {
          waiting.delete(look);
          clearTimeout(timer);
        };
        const look = (): void => {
          const found = messages.find(fits);
          if (!found) return;
          done();
          resolve(found);
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error(`no such message within ${timeoutMs} ms; ${messages.length} others came`));
        }, timeoutMs);
        waiting.add(look);
        look();
      });
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function verifies(secret: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

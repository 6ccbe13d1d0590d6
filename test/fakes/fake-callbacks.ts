// A sender of callbacks that sends nothing: it writes down every message and gives the outcome that the test has
// scripted for the callback, else "delivered".
import type { CallbackMessage, CallbackSender } from "../../src/bridge/ports.ts";
import type { AttemptOutcome } from "../../src/core/attempt.ts";
import type { Json } from "../../src/core/json.ts";
import type { FakeClock } from "./fake-clock.ts";

export interface SentMessage extends CallbackMessage {
  readonly at: number;
}

export interface FakeCallbacks extends CallbackSender {
  readonly sent: readonly SentMessage[];
  to(callback: string): SentMessage[];
  /** Outcomes per callback: each is given once, in order. */
  readonly script: Record<string, AttemptOutcome[]>;
  /** What comes of an attempt where the script is silent. */
  otherwise: (message: CallbackMessage) => AttemptOutcome;
  latencyMs: number;
}

export const DELIVERED: AttemptOutcome = { delivered: true, status: 200, durationMs: 12 };

export function refused(status: number, more: { retryAfterMs?: number; final?: boolean } = {}): AttemptOutcome {
  return { delivered: false, status, detail: `HTTP ${status}`, durationMs: 12, ...more };
}

export function createFakeCallbacks(clock: FakeClock): FakeCallbacks {
  const sent: SentMessage[] = [];
  const callbacks: FakeCallbacks = {
    sent,
    script: {},
    otherwise: () => DELIVERED,
    latencyMs: 0,
    to: (callback) => sent.filter((message) => message.callback === callback),
    async send(message) {
      sent.push({ ...message, at: clock.now() });
      await clock.sleep(callbacks.latencyMs);
      return callbacks.script[message.callback]?.shift() ?? callbacks.otherwise(message);
    },
  };
  return callbacks;
}

/** A message as its receiver reads it. */
export function bodyOf(message: CallbackMessage | undefined): { type: string; timestamp: string; data: BodyData } {
  if (!message) throw new Error("no such message was sent");
  return JSON.parse(message.body);
}

interface BodyData {
  readonly execution: string;
  readonly status: string;
  readonly reason: string | null;
  readonly runId: string | null;
  readonly recordId: string | null;
  readonly result: Json;
}

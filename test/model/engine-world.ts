// The other parties of the model: an engine and a receiver that keep their own books, and whose answers go wrong as the weather
// wants it. What they have written down is believed at the end, not what the bridge says of itself.
import type { CallbackMessage, CallbackSender, Engine, EngineFailure, Run, StartCall } from "../../src/bridge/ports.ts";
import type { AttemptOutcome } from "../../src/core/attempt.ts";
import type { Json } from "../../src/core/json.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import { DELIVERED, refused } from "../fakes/fake-callbacks.ts";
import { type FakeClock, MINUTE_MS } from "../fakes/fake-clock.ts";
import { FAILURES } from "../fakes/fake-engine.ts";

/** What becomes of a call. `lost-before` and `lost-after` look alike to the caller; only one of them has had an effect. */
export const ENGINE_WEATHER = [
  "fine",
  "unavailable",
  "throttled",
  "unauthorized",
  "lost-before",
  "lost-after",
] as const;
export type EngineWeather = (typeof ENGINE_WEATHER)[number];

export const RECEIVER_WEATHER = ["fine", "500", "429", "410", "lost-before", "lost-after"] as const;
export type ReceiverWeather = (typeof RECEIVER_WEATHER)[number];

export interface RunOnRecord {
  readonly runId: string;
  readonly order: string;
  readonly startedAt: number;
  canceled: boolean;
}

export interface ReceivedMessage extends CallbackMessage {
  /** Whether the receiver has it, whatever it has answered. */
  readonly taken: boolean;
}

export interface OtherParties {
  readonly engine: Engine;
  readonly receiver: CallbackSender;
  readonly runs: readonly RunOnRecord[];
  readonly messages: readonly ReceivedMessage[];
  /** Orders that the engine has refused for good. */
  readonly rejected: ReadonlySet<string>;
  /** One for each coming call, then fine. */
  readonly weather: { engine: EngineWeather[]; receiver: ReceiverWeather[] };
}

/** The order that a start call or a message is about: the parameter by which the rules pass it on. */
function orderOf({ parameters }: StartCall): string {
  return String(parameters.order);
}

/** How a run goes follows from its order, so that it is the same whenever it is asked. */
function endOf(order: string): { readonly status: Run["status"]; readonly afterMs: number } {
  const number = Number(order);
  const status = (["succeeded", "failed", "succeeded", "expired"] as const)[number % 4] ?? "succeeded";
  return { status, afterMs: (number % 7) * 13 * MINUTE_MS };
}

const REJECTED_EVERY = 9;

export function otherParties(clock: FakeClock): OtherParties {
  const runs: RunOnRecord[] = [];
  const messages: ReceivedMessage[] = [];
  const rejected = new Set<string>();
  const weather: OtherParties["weather"] = { engine: [], receiver: [] };

  async function answer<T>(effect: () => Result<T, EngineFailure>): Promise<Result<T, EngineFailure>> {
    const today = weather.engine.shift() ?? "fine";
    await clock.sleep(40);
    switch (today) {
      case "fine":
        return effect();
      case "unavailable":
        return FAILURES.unavailable;
      case "throttled":
        return FAILURES.throttled;
      case "unauthorized":
        return FAILURES.unauthorized;
      case "lost-before":
        return FAILURES.uncertain;
      case "lost-after":
        effect();
        return FAILURES.uncertain;
    }
  }

  function runOf(runId: string): Result<RunOnRecord, EngineFailure> {
    const run = runs.find((each) => each.runId === runId);
    return run ? ok(run) : err({ reason: "rejected", status: 404, detail: "HTTP 404" });
  }

  function standing({ runId, order, startedAt, canceled }: RunOnRecord): Run {
    const { status, afterMs } = endOf(order);
    const over = clock.now() >= startedAt + afterMs;
    return { runId, status: canceled ? "canceled" : over ? status : "running", expiresAt: null };
  }

  const engine: Engine = {
    followForMs: 20_000,
    absentRunId: "no-run",
    start: (call) =>
      answer(() => {
        const order = orderOf(call);
        if (Number(order) % REJECTED_EVERY === REJECTED_EVERY - 1) {
          rejected.add(order);
          return FAILURES.rejected;
        }
        const run = { runId: `run-${runs.length + 1}`, order, startedAt: clock.now(), canceled: false };
        runs.push(run);
        return ok(standing(run));
      }),
    get: (runId) =>
      answer(() => {
        const run = runOf(runId);
        return run.ok ? ok(standing(run.value)) : run;
      }),
    cancel: (runId) =>
      answer(() => {
        const run = runOf(runId);
        if (!run.ok) return run;
        if (standing(run.value).status === "running") run.value.canceled = true;
        return ok(null);
      }),
    openResult: async () => ok(null),
    result: (runId) =>
      answer((): Result<Json, EngineFailure> => {
        const run = runOf(runId);
        return run.ok ? ok({ order: run.value.order }) : run;
      }),
  };

  async function send(message: CallbackMessage): Promise<AttemptOutcome> {
    const today = weather.receiver.shift() ?? "fine";
    await clock.sleep(30);
    messages.push({ ...message, taken: today === "fine" || today === "lost-after" });
    switch (today) {
      case "fine":
        return DELIVERED;
      case "500":
        return refused(500);
      case "429":
        return refused(429, { retryAfterMs: 20 * MINUTE_MS });
      case "410":
        return refused(410, { final: true });
      default:
        return { delivered: false, detail: "the connection broke", durationMs: 30 };
    }
  }

  return { engine, receiver: { send }, runs, messages, rejected, weather };
}

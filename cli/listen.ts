// hookspan listen: what a bridge elsewhere receives, or tells a callback, posted to a program on this machine. Nobody is called from outside:
// the API is polled. Nothing at the bridge changes; a program that does not answer here is told, and not tried again.
import { signatures } from "../src/callbacks/signature.ts";
import { isActive } from "../src/core/run-state.ts";
import { isLoopback } from "../src/core/url-policy.ts";
import type { ExecutionFacts, ExecutionSummaryFacts } from "../src/http/execution-view.ts";
import { ask, type BridgeOptions, Stop, withQuery } from "./bridge.ts";
import { type Listing, newcomers } from "./follow.ts";

export interface EventFacts {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  readonly receivedAt: string;
  readonly executions: readonly { readonly id: string; readonly rule: string | null; readonly state: string }[];
}

export interface Posted {
  readonly id: string;
  readonly type: string;
  /** null where nobody has answered. */
  readonly status: number | null;
  readonly detail: string;
}

export interface Wanted extends BridgeOptions {
  readonly to: string;
  readonly source?: string;
  readonly callback?: string;
  /** By which what a callback is told is signed; none: without signature. */
  readonly secrets: readonly string[];
}

const ACTIVE = ["queued", "starting", "running", "held"] as const;
const PAGE = 200;
const TIMEOUT_MS = 15_000;

export function events(
  options: BridgeOptions,
  source: string | undefined,
): Pick<Listing<EventFacts>, "page" | "timeOf"> {
  return {
    async page(query) {
      const path = withQuery("/events", { ...query, source });
      const { events: items, next } = await ask<{ events: EventFacts[]; next: string | null }>(options, "GET", path);
      return { items, next };
    },
    timeOf: ({ receivedAt }) => receivedAt,
  };
}

/** @returns a look that posts what has come since the last one */
export async function listener(wanted: Wanted): Promise<() => Promise<Posted[]>> {
  const { name, role } = await ask<{ name: string; role: string }>(wanted, "GET", "/whoami");
  if (role === "viewer")
    throw new Stop(4, `${name} is a viewer, who sees no payloads: use a token of the role operator.`);
  if (!URL.canParse(wanted.to) || !isLoopback(new URL(wanted.to).hostname)) {
    throw new Stop(2, `--to: ${wanted.to} is not on this machine; it takes http://localhost:… only.`);
  }
  return wanted.callback === undefined ? eventListener(wanted) : callbackListener(wanted, wanted.callback);
}

async function eventListener(wanted: Wanted): Promise<() => Promise<Posted[]>> {
  const keysOf = ({ source, id }: EventFacts): string[] => [JSON.stringify([source, id])];
  const look = await newcomers({ ...events(wanted, wanted.source), keysOf }, undefined);
  return async () => {
    const posted: Posted[] = [];
    for (const { executions } of await look()) {
      const { event } = await executionOf(wanted, executions[0]?.id ?? "");
      posted.push(await post(wanted.to, event.id, event.type, JSON.stringify(event), {}));
    }
    return posted;
  };
}

/** What goes on is known by name; what is no longer among what goes on has ended, and is told. */
async function callbackListener(wanted: Wanted, callback: string): Promise<() => Promise<Posted[]>> {
  const list = async (query: object) => {
    const path = withQuery("/executions", { source: wanted.source, callback, limit: PAGE, ...query });
    return ask<{ executions: ExecutionSummaryFacts[]; next: string | null }>(wanted, "GET", path);
  };
  const goingOn = async (): Promise<string[]> => {
    const ids: string[] = [];
    for (const state of ACTIVE) {
      let cursor: string | undefined;
      do {
        const { executions, next } = await list({ state, cursor });
        ids.push(...executions.map(({ id }) => id));
        cursor = next ?? undefined;
      } while (cursor !== undefined);
    }
    return ids;
  };
  const look = await newcomers<ExecutionSummaryFacts>(
    {
      async page(query) {
        const { executions: items, next } = await list(query);
        return { items, next };
      },
      timeOf: ({ admittedAt }) => admittedAt,
      keysOf: ({ id }) => [id],
    },
    undefined,
  );
  const known = new Set(await goingOn());
  return async () => {
    for (const { id } of await look()) known.add(id);
    if (known.size === 0) return [];
    const active = new Set(await goingOn());
    const posted: Posted[] = [];
    for (const id of known) {
      if (active.has(id)) continue;
      const execution = await executionOf(wanted, id);
      if (isActive(execution.state)) continue;
      known.delete(id);
      const delivery = execution.deliveries.find((each) => each.callback === callback);
      if (delivery === undefined || delivery.state === "unwanted") continue;
      posted.push(await tell(wanted, callback, execution));
    }
    return posted;
  };
}

async function executionOf(options: BridgeOptions, id: string): Promise<ExecutionFacts> {
  return ask<ExecutionFacts>(options, "GET", `/executions/${encodeURIComponent(id)}`);
}

async function tell({ to, secrets }: Wanted, callback: string, execution: ExecutionFacts): Promise<Posted> {
  const message = messageOf(execution);
  const body = JSON.stringify(message);
  const id = `${execution.id}_${callback}`;
  const seconds = Math.floor(Date.now() / 1_000);
  const headers: Record<string, string> = { "webhook-id": id, "webhook-timestamp": String(seconds) };
  if (secrets.length > 0) {
    const signed = await signatures(secrets, id, seconds, body);
    if (!signed.ok) throw new Stop(2, signed.error);
    headers["webhook-signature"] = signed.value;
  }
  return post(to, id, message.type, body, headers);
}

/** The usual message, made of what the API shows. Pure. */
export function messageOf(execution: ExecutionFacts) {
  const { id, rule, recordId, runId, state, reason, result, event } = execution;
  const { data, subject, ...attributes } = event;
  // What a person is to be told speaks for itself.
  if (state === "alert")
    return { type: event.type, timestamp: event.time, data: { ...(data as object), execution: id } };
  return {
    type: `execution.${state}`,
    timestamp: execution.endedAt ?? execution.admittedAt,
    data: {
      execution: id,
      rule,
      recordId,
      runId,
      status: state,
      reason,
      event: { ...attributes, ...(subject === null ? {} : { subject }) },
      result,
    },
  };
}

async function post(
  to: string,
  id: string,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Posted> {
  try {
    const answer = await fetch(to, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json", "user-agent": "hookspan" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    return { id, type, status: answer.status, detail: `HTTP ${answer.status}` };
  } catch (thrown) {
    const { message, cause } = thrown as Error & { cause?: Error };
    return { id, type, status: null, detail: `nobody has taken it: ${cause?.message || message}` };
  }
}

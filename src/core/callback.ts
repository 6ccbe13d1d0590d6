// A callback that is ready to be used: what an end is sent to, and as what. Pure. The URL and the body follow from the execution
// alone, so that every attempt is the same.
import type { CallbackConfig } from "./callback-config.ts";
import { type ConfigFault, pathOf } from "./check-config.ts";
import { durationMs } from "./duration.ts";
import type { Execution } from "./execution.ts";
import { compileTemplate, describeFault, eventAttributes, type Template } from "./expression.ts";
import { isWrapped } from "./expression-program.ts";
import type { Json } from "./json.ts";
import { messageBody, messageOf } from "./message.ts";
import { err, ok, type Result } from "./result.ts";
import type { ResultLink } from "./result-link.ts";
import { hostFault } from "./url-policy.ts";

export interface Callback {
  readonly config: CallbackConfig;
  /** Waits after failed attempts, ms; undefined: the usual ones. */
  readonly delaysMs: readonly number[] | undefined;
  wants(execution: Execution): boolean;
  /**
   * @param link in place of the result
   * @returns where and what; or why this end can be sent nowhere, in words
   */
  address(execution: Execution, link?: ResultLink): Promise<Result<Addressed, string>>;
}

export interface Addressed {
  readonly url: string;
  readonly body: string;
}

export function compileCallbacks(configs: Readonly<Record<string, CallbackConfig>>): {
  readonly callbacks: ReadonlyMap<string, Callback>;
  readonly faults: readonly ConfigFault[];
} {
  const faults: ConfigFault[] = [];
  const compiled = Object.entries(configs).map(([id, config]): [string, Callback] => {
    const template = (value: Json | undefined, key: "url" | "body"): Template | null => {
      if (value === undefined) return null;
      const made = compileTemplate(value);
      if (made.ok) return made.value;
      const told = made.error.map((fault) => ({
        path: pathOf(["callbacks", id, key, ...fault.path]),
        message: describeFault(fault),
      }));
      faults.push(...told);
      return null;
    };
    const url = isWrapped(config.url) ? template(config.url, "url") : null;
    if (isWrapped(config.url) && config.allowHosts === undefined) {
      const message = "an event may choose the URL among allowHosts only: name them";
      faults.push({ path: pathOf(["callbacks", id, "url"]), message });
    }
    return [id, callbackOf(config, url, template(config.body, "body"))];
  });
  return { callbacks: new Map(compiled), faults };
}

function callbackOf(config: CallbackConfig, url: Template | null, body: Template | null): Callback {
  return {
    config,
    delaysMs: config.retry?.map(durationMs),
    wants: ({ run }) => config.on === undefined || run === "alert" || (config.on as readonly string[]).includes(run),
    async address(execution, link) {
      if (execution.payloadDropped && (url ?? body))
        return err("what it is made of is not kept: keepPayloads is false");
      const where = await urlOf(config, url, execution);
      if (!where.ok) return where;
      const what = await bodyOf(body, execution, link);
      return what.ok ? ok({ url: where.value, body: what.value }) : what;
    },
  };
}

async function urlOf(
  { url, allowHosts = [] }: CallbackConfig,
  chosen: Template | null,
  { event }: Execution,
): Promise<Result<string, string>> {
  if (!isWrapped(url)) return ok(url);
  const found = await (chosen?.evaluate(event) ?? ok(undefined));
  if (!found.ok) return err(`its URL cannot be made: ${describeFault(found.error)}`);
  if (typeof found.value !== "string") return err("its URL cannot be made: the event names none");
  const fault = hostFault(found.value, allowHosts);
  return fault === undefined ? ok(found.value) : err(`the URL that the event names ${fault}`);
}

/** The message as an event of our own: what expressions know of events, they know of messages. */
async function bodyOf(
  template: Template | null,
  execution: Execution,
  link: ResultLink | undefined,
): Promise<Result<string, string>> {
  if (!template) return ok(messageBody(execution, link));
  const { type, timestamp, data } = messageOf(execution, link);
  const made = await template.evaluate({
    id: execution.id,
    source: "hookspan",
    type,
    time: timestamp,
    data: { ...data, event: eventAttributes(execution.event) },
    headers: {},
    dedupeKey: "",
  });
  if (!made.ok) return err(`its body cannot be made: ${describeFault(made.error)}`);
  return made.value === undefined ? err("its body cannot be made: it selects nothing") : ok(JSON.stringify(made.value));
}

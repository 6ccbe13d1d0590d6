// The callback sender as the tests of `callbacks` use it: loopback receivers (development), a clock that a test sets.
import type { CallbackMessage } from "../../../src/bridge/ports.ts";
import { type CallbackDeps, createCallbackSender } from "../../../src/callbacks/callback-sender.ts";
import type { AttemptOutcome } from "../../../src/core/attempt.ts";
import type { CallbackConfig } from "../../../src/core/callback-config.ts";

/** 2026-11-23T12:00:00Z */
export const NOW = Date.UTC(2026, 10, 23, 12);

export const SECRETS: Readonly<Record<string, string>> = {
  CRM_CALLBACK_SECRET: `whsec_${Buffer.from("the secret that is in use now").toString("base64")}`,
  CRM_NEXT_SECRET: `whsec_${Buffer.from("the secret that takes its place").toString("base64")}`,
};

export const MESSAGE: CallbackMessage = {
  id: "exe_3_1a2b3c_crm",
  callback: "crm",
  url: "",
  body: JSON.stringify({ type: "execution.succeeded", data: { result: { name: "Zażółć 🦉", note: "a\r\nb" } } }),
};

export interface SenderOptions {
  readonly secrets?: readonly string[];
  readonly timeout?: string;
  /** Further settings of the callback. */
  readonly settings?: Partial<CallbackConfig>;
  readonly deps?: Partial<CallbackDeps>;
}

/** A sender whose callback `crm` is at the URL. */
export function senderTo(
  url: string,
  { secrets = ["CRM_CALLBACK_SECRET"], timeout = "15s", settings, deps }: SenderOptions = {},
) {
  return createCallbackSender({
    callbacks: {
      crm: { url, secrets: [...secrets], timeout, headers: {}, disableAfter: "5d", ordered: false, ...settings },
    },
    policy: { development: true },
    tokens: new Map(),
    secrets: (names) => names.map((name) => SECRETS[name] ?? ""),
    fetch: (address, init) => fetch(address, init),
    now: () => NOW,
    ...deps,
  });
}

export function sendTo(url: string, options: SenderOptions = {}): Promise<AttemptOutcome> {
  return senderTo(url, options).send({ ...MESSAGE, url });
}

// Talks to a bridge's operations API for the commands: where it is, with which token, and what its refusals mean for whoever has asked.
import { existsSync, readFileSync } from "node:fs";
import { DEVELOPMENT_TOKEN } from "../scripts/development-secrets.ts";
import { isOpenToOthers } from "./owner-only.ts";
import { valuesInFile } from "./values-file.ts";

const TIMEOUT_MS = 30_000;

/** Ends the program. 1: a fault was found, or what was asked for failed; 2: wrong usage; 3: nobody answers; 4: not allowed. */
export class Stop extends Error {
  readonly exitCode: 1 | 2 | 3 | 4;
  constructor(exitCode: 1 | 2 | 3 | 4, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface BridgeOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

export const LOCAL_URL = "http://127.0.0.1:8787";

/** @returns the address without a slash at its end */
export function addressOf({ url }: BridgeOptions): string {
  const address = url ?? process.env.HOOKSPAN_URL ?? LOCAL_URL;
  if (!URL.canParse(address)) throw new Stop(2, `--url: ${address} is no address`);
  return address.replace(/\/+$/, "");
}

/** Never of the command line itself, which others can read. The bridge of `npm run dev` has a token that is known here. */
function tokenOf(options: BridgeOptions): string {
  const { tokenFile } = options;
  if (tokenFile === undefined) {
    const local = addressOf(options) === LOCAL_URL ? valuesInFile().ADMIN_TOKEN || DEVELOPMENT_TOKEN : "";
    return process.env.HOOKSPAN_TOKEN?.trim() || local;
  }
  if (!existsSync(tokenFile)) throw new Stop(2, `--token-file: there is no ${tokenFile}`);
  if (isOpenToOthers(tokenFile)) {
    throw new Stop(2, `${tokenFile} can be read by others than its owner: chmod 600 ${tokenFile}`);
  }
  return readFileSync(tokenFile, "utf8").trim();
}

export interface Asking {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @throws Stop where the bridge refuses, or does not answer */
export async function ask<T>(
  options: BridgeOptions,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  { body, headers }: Asking = {},
): Promise<T> {
  const token = tokenOf(options);
  if (token === "") throw new Stop(2, "Set HOOKSPAN_TOKEN, or name a file that holds the token with --token-file.");
  const answer = await reach(`${addressOf(options)}/api${path}`, {
    method,
    headers: { ...headers, authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Stop(exitCodeOf(answer.status), wordsOf(text, answer.status));
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Stop(3, `${addressOf(options)} is no bridge: it answers ${answer.status} without JSON.`);
  }
}

function exitCodeOf(status: number): 1 | 3 | 4 {
  if (status === 401 || status === 403) return 4;
  return status >= 500 ? 3 : 1;
}

/** A path with what is asked of it. What is undefined is left out. */
export function withQuery(path: string, query: Readonly<Record<string, unknown>>): string {
  const stated = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) stated.set(name, String(value));
  return stated.size === 0 ? path : `${path}?${stated}`;
}

/** @throws Stop where nobody answers */
export async function reach(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "manual" });
  } catch (thrown) {
    const why =
      thrown instanceof Error ? ((thrown.cause as Error | undefined)?.message ?? thrown.message) : String(thrown);
    throw new Stop(3, `${new URL(url).origin} does not answer: ${why}`);
  }
}

/** What a refusal says of itself. */
export function wordsOf(text: string, status: number): string {
  try {
    const {
      title,
      detail,
      faults = [],
    } = JSON.parse(text) as { title?: string; detail?: string; faults?: { path: string; message: string }[] };
    const listed = faults.map(({ path, message }) => `\n  ${path || "document"}: ${message}`).join("");
    return `${title ?? `HTTP ${status}`}: ${detail ?? ""}${listed}`;
  } catch {
    return `HTTP ${status}`;
  }
}

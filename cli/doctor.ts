// hookspan doctor: what is wrong with a running bridge and with what is here, and what to do about it. Asks, and changes nothing. A question that
// is refused is a finding, and the others are asked all the same.
import { DAY_MS } from "../src/core/duration.ts";
import { isLoopback } from "../src/core/url-policy.ts";
import { addressOf, ask, type BridgeOptions, reach, Stop, withQuery } from "./bridge.ts";
import { examineHere } from "./doctor-here.ts";
import { type Facts, findings } from "./findings.ts";

export interface Finding {
  readonly well: boolean;
  readonly what: string;
  /** What to do, where something is wrong. */
  readonly advice?: string;
}

export interface Examined {
  readonly found: readonly Finding[];
  readonly exitCode: 0 | 1 | 3 | 4;
}

const CLOCK_OFF_MS = 60_000;

/** @param config the file of the configuration here */
export async function examine(options: BridgeOptions, config: string): Promise<Examined> {
  const address = addressOf(options);
  const here = examineHere(config);
  const health = await healthOf(address);
  if (health === null) {
    const advice = "Start it (npm run dev), or say where it is with --url or HOOKSPAN_URL.";
    return { found: [...here, { well: false, what: `nobody answers at ${address}`, advice }], exitCode: 3 };
  }
  const refused: Stop[] = [];
  const asked = async <T>(path: string): Promise<T | null> => {
    try {
      return await ask<T>(options, "GET", path);
    } catch (thrown) {
      if (!(thrown instanceof Stop)) throw thrown;
      refused.push(thrown);
      return null;
    }
  };
  const [current, stats, engines, callbacks, sources, shards] = await Promise.all([
    asked<Facts["config"]>("/config"),
    asked<Facts["stats"]>(withQuery("/stats", { since: new Date(Date.now() - DAY_MS).toISOString() })),
    asked<{ engines: Facts["engines"] }>("/engines"),
    asked<{ callbacks: Facts["callbacks"] }>("/callbacks"),
    asked<{ sources: Facts["sources"] }>("/sources"),
    asked<{ shards: Facts["shards"] }>("/shards"),
  ]);
  const facts: Facts = {
    config: current,
    stats,
    engines: engines?.engines ?? null,
    callbacks: callbacks?.callbacks ?? null,
    sources: sources?.sources ?? null,
    shards: shards?.shards ?? null,
  };
  const found = [...here, ...transport(address), ...health, ...refusals(refused), ...findings(facts, Date.now())];
  const isWrong = found.some(({ well }) => !well);
  return { found, exitCode: refused.some(({ exitCode }) => exitCode === 4) ? 4 : isWrong ? 1 : 0 };
}

/** @returns null where nobody answers */
async function healthOf(address: string): Promise<Finding[] | null> {
  const answer = await reach(`${address}/healthz`).catch((thrown: unknown) => {
    if (thrown instanceof Stop) return null;
    throw thrown;
  });
  if (answer === null) return null;
  const date = Date.parse(answer.headers.get("date") ?? "");
  const { checks } = (await answer.json().catch(() => ({}))) as { checks?: Record<string, string> };
  const said = Object.entries(checks ?? {}).map(([name, state]) => `${name} ${state}`);
  const what = `health: ${said.join(", ") || `HTTP ${answer.status}, which no bridge answers`}`;
  const advice = checks ? "See the findings below." : "Something else answers there: see --url and HOOKSPAN_URL.";
  return [
    { well: answer.ok && checks !== undefined, what, advice },
    ...(Number.isNaN(date) ? [] : [clockOf(Date.now() - date)]),
  ];
}

function transport(address: string): Finding[] {
  const { protocol, hostname } = new URL(address);
  if (protocol === "https:" || isLoopback(hostname)) return [];
  return [{ well: false, what: "the token travels in the clear", advice: "Use the https address." }];
}

function clockOf(offMs: number): Finding {
  const off = Math.abs(offMs) > CLOCK_OFF_MS;
  return {
    well: !off,
    what: off ? `this clock and the bridge's are ${Math.round(Math.abs(offMs) / 1_000)} s apart` : "the clocks agree",
    advice: "Set the clock: signatures hold their time.",
  };
}

/** Each reason once: where one question is refused, mostly all are. */
function refusals(stops: readonly Stop[]): Finding[] {
  const byWords = new Map(stops.map((stop) => [stop.message, stop]));
  return [...byWords.values()].map(({ message, exitCode }) => ({
    well: false,
    what: `the bridge does not say: ${message}`,
    advice: ADVICE[exitCode],
  }));
}

const ADVICE: Readonly<Record<Stop["exitCode"], string>> = {
  1: "The bridge may be of another version than this command line.",
  2: "A token of the role viewer is enough: hookspan tokens create doctor --role viewer makes one.",
  3: "While the configuration is refused it knows no more; else its log says why (npx wrangler tail).",
  4: "The token is wrong, revoked or expired; npm run dev prints its own, a deployed bridge has the secret ADMIN_TOKEN.",
};

// hookspan send: a webhook as the sender would send it, signed with the secret that is known here, to a bridge.
import { existsSync, readFileSync } from "node:fs";
import { developmentSecrets } from "../../scripts/development-secrets.ts";
import { PRESET_NAMES, type PresetName } from "../../src/core/source.ts";
import { PRESETS } from "../../src/sources/presets.ts";
import { reach, Stop, wordsOf } from "../bridge.ts";
import { knownValues } from "../secrets.ts";
import { isPreset, noPreset } from "../source-config.ts";
import { typesOf } from "./examples.ts";
import { constantsOf, sample, unmakeable } from "./sample.ts";
import { signed, unsignable } from "./sign.ts";

export interface Sending {
  readonly to: string;
  /** The source's name in the configuration; the first of this preset, if left out. */
  readonly source?: string | undefined;
  readonly config: string;
  readonly count: number;
  readonly set: Readonly<Record<string, string>>;
}

export interface Sent {
  readonly status: number;
  /** As the bridge answered. */
  readonly answer: unknown;
}

export async function send(name: string, type: string, { to, source, config, count, set }: Sending): Promise<Sent[]> {
  const preset = presetOf(name);
  const { id, secret, verify, publicUrl, origin } = sourceOf(preset, source, config);
  const cannot = (why: string): Stop => new Stop(1, `${preset} cannot be imitated: ${why}.`);
  const sent: Sent[] = [];
  for (let n = 0; n < count; n++) {
    const now = Date.now();
    const draft = sample(preset, type, set, now);
    if (typeof draft === "string") throw cannot(draft);
    const request = signed(verify, draft, { secret, now, publicUrl, origin });
    if (typeof request === "string") throw cannot(request);
    const answer = await reach(`${to}/in/${encodeURIComponent(id)}${request.query}`, {
      method: "POST",
      headers: request.headers,
      body: request.body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Stop(1, wordsOf(text, answer.status));
    sent.push({ status: answer.status, answer: read(text) });
  }
  return sent;
}

/** Some senders want an answer of their own, which is no JSON. */
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface Sender {
  readonly preset: PresetName;
  readonly title: string;
  /** The usual ones; none where any can be given. */
  readonly types: readonly string[];
  /** Why it cannot be imitated; null where it can. */
  readonly cannot: string | null;
}

/** @param name of one preset, or all */
export function senders(name: string | undefined): Sender[] {
  const wanted = name === undefined ? PRESET_NAMES : [presetOf(name)];
  return wanted.map((preset) => {
    const { title, verify, event } = PRESETS[preset];
    const known = typesOf(preset);
    const types = known.length > 0 ? known : constantsOf(event.type).filter((type) => type !== "event");
    return { preset, title, types, cannot: unsignable(verify) ?? unmakeable(preset) };
  });
}

function presetOf(name: string): PresetName {
  if (!isPreset(name)) throw new Stop(2, noPreset(name));
  return name;
}

interface Configured {
  readonly preset?: string;
  readonly secrets?: readonly string[];
  readonly verify?: unknown;
  readonly publicUrl?: string;
  readonly allowOrigins?: readonly string[];
}

/** The secret of the environment, of .dev.vars, or what `npm run dev` has made up. */
function sourceOf(preset: PresetName, wanted: string | undefined, config: string) {
  if (!existsSync(config)) throw new Stop(2, `There is no ${config}: name the configuration with --config.`);
  const document = JSON.parse(readFileSync(config, "utf8"));
  const sources = Object.entries<Configured>(document.sources ?? {});
  const found = sources.find(([id, each]) => (wanted === undefined ? each.preset === preset : id === wanted));
  if (!found) throw new Stop(2, `${config} has no source ${wanted ?? `of the preset ${preset}`}.`);
  const [id, { secrets = [], verify = PRESETS[preset].verify, publicUrl = "", allowOrigins = [] }] = found;
  const secret = knownValues()[secrets[0] ?? ""] || developmentSecrets(document).ofSource(id);
  return { id, secret, verify, publicUrl, origin: allowOrigins[0] ?? "" };
}

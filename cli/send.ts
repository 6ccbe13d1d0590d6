// hookspan send: a webhook as the sender would send it, signed with the secret that is known here, to a bridge.
import { existsSync, readFileSync } from "node:fs";
import { developmentSecrets } from "../scripts/development-secrets.ts";
import { didYouMean } from "../src/core/did-you-mean.ts";
import { PRESET_NAMES, type PresetName } from "../src/core/source.ts";
import { reach, Stop, wordsOf } from "./bridge.ts";
import { knownValues } from "./secrets.ts";
import { sample, signed } from "./sign.ts";

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
  const { id, secret } = sourceOf(preset, source, config);
  const sent: Sent[] = [];
  for (let n = 0; n < count; n++) {
    const request = signed(preset, sample(preset, type, set), secret, Date.now());
    if (typeof request === "string") throw new Stop(1, `${preset} cannot be imitated: ${request}.`);
    const answer = await reach(`${to}/in/${encodeURIComponent(id)}${request.query}`, {
      method: "POST",
      headers: request.headers,
      body: request.body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Stop(1, wordsOf(text, answer.status));
    sent.push({ status: answer.status, answer: text === "" ? null : JSON.parse(text) });
  }
  return sent;
}

function presetOf(name: string): PresetName {
  const found = PRESET_NAMES.find((preset) => preset === name);
  if (!found)
    throw new Stop(2, `There is no preset ${name}${didYouMean(name, PRESET_NAMES)}; hookspan send --list names them.`);
  return found;
}

/** The secret of the environment, of .dev.vars, or what `npm run dev` has made up. */
function sourceOf(preset: PresetName, wanted: string | undefined, config: string): { id: string; secret: string } {
  if (!existsSync(config)) throw new Stop(2, `There is no ${config}: name the configuration with --config.`);
  const document = JSON.parse(readFileSync(config, "utf8"));
  const sources = Object.entries<{ preset?: string; secrets?: string[] }>(document.sources ?? {});
  const found = sources.find(([id, each]) => (wanted === undefined ? each.preset === preset : id === wanted));
  if (!found) throw new Stop(2, `${config} has no source ${wanted ?? `of the preset ${preset}`}.`);
  const [id, { secrets = [] }] = found;
  const [name = ""] = secrets;
  return { id, secret: knownValues()[name] || developmentSecrets(document).ofSource(id) };
}

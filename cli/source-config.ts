// The smallest configuration of a sender that is accepted: what its preset does not know is asked for, until nothing is missing. Pure.
import { didYouMean } from "../src/core/did-you-mean.ts";
import { PRESET_NAMES, type PresetName, SourceConfig } from "../src/core/source.ts";
import { PRESETS, resolveSource } from "../src/sources/presets.ts";

const MAX_ROUNDS = 4;

/** What stands in a source's field, as a configuration has it. */
export type Fields = Readonly<Record<string, () => unknown>>;

/** @returns the configuration, or the field that nothing is known for. @throws where a field is given and not accepted */
export function smallestSource(
  preset: PresetName,
  fields: Fields,
): { config: Record<string, unknown> } | { missing: string } {
  const captures = PRESETS[preset].handshake?.some(({ capture }) => capture !== undefined) ?? false;
  const config: Record<string, unknown> = { preset, ...(captures ? { state: "pending" } : {}) };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const resolved = resolveSource(preset, SourceConfig.parse(config));
    if (resolved.ok) return { config };
    for (const { path } of resolved.error) {
      const name = String(path[0]);
      const value = fields[name]?.();
      if (value === undefined) return { missing: name };
      config[name] = value;
    }
  }
  throw new Error(`no configuration of ${preset} is accepted`);
}

/** Whether a sender's source needs the field. */
export function needs(preset: PresetName, field: string): boolean {
  const found = smallestSource(preset, {
    secrets: () => ["S", "T"].slice(0, preset === "plaid" ? 2 : 1),
    verify: () => ({ family: "none" }),
    publicUrl: () => "https://bridge.example.com/in/s",
    allowOrigins: () => ["https://www.example.com"],
    handshakeSecrets: () => ["H"],
  });
  return "config" in found && Object.hasOwn(found.config, field);
}

export function isPreset(name: string): name is PresetName {
  return (PRESET_NAMES as readonly string[]).includes(name);
}

/** In words, that there is no preset of this name. */
export function noPreset(name: string): string {
  return `There is no preset ${name}${didYouMean(name, PRESET_NAMES)}; hookspan send --list names them.`;
}

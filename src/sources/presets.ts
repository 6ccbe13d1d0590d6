// The presets by name, and the way from a source's configuration to a ready Source. Pure: data in, data out.
// `resolveSource` runs once per configuration revision; what it lets through, `verify` and `normalise` can trust.
import { err, ok, type Result } from "../core/result.ts";
import { DEFAULT_MAX_BODY_BYTES, type EventSelectors, type PresetName, type SourceConfig } from "../core/source.ts";
import { compileEvent } from "./event-plan.ts";
import { github } from "./presets/developer.ts";
import { bearer, GENERIC_EVENT, htmlForm, standardWebhooks, token } from "./presets/generic.ts";
import { stripe } from "./presets/payments.ts";
import type { Preset } from "./presets/preset.ts";
import { compileScheme } from "./scheme.ts";
import type { Source } from "./source.ts";
import { checkSource, type SourceFault } from "./source-rules.ts";

export type { Preset } from "./presets/preset.ts";
export type { SourceFault } from "./source-rules.ts";

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  stripe,
  github,
  "standard-webhooks": standardWebhooks,
  token,
  bearer,
  "html-form": htmlForm,
};

/**
 * Merges preset and overrides. `verify` replaces the preset's as a whole; the parts of `event` and `body` one by one.
 *
 * @param id The source's name in the configuration.
 * @returns The source, or every fault, with paths that start at the source's own configuration.
 */
export function resolveSource(id: string, config: SourceConfig): Result<Source, readonly SourceFault[]> {
  const preset = config.preset === undefined ? null : PRESETS[config.preset];
  const verify = config.verify ?? preset?.verify;
  if (verify === undefined) {
    const message = "Name a preset, or say in 'verify' how the sender proves itself. For no check at all: family none.";
    return err([{ reason: "missing-verification", path: [], message }]);
  }
  const selectors: EventSelectors = { ...(preset?.event ?? GENERIC_EVENT), ...defined(config.event ?? {}) };
  const scheme = compileScheme(verify, config.toleranceSeconds, config.allowOrigins ?? []);
  const source: Source = {
    id,
    preset: config.preset ?? null,
    scheme,
    secrets: config.secrets ?? [],
    accept: config.body?.accept ?? preset?.accept ?? ["json"],
    jsonField: config.body?.jsonField ?? preset?.jsonField ?? null,
    maxBodyBytes: config.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    event: compileEvent(selectors, scheme),
    headers: (config.headers ?? []).map((name) => name.toLowerCase()),
    redirectTo: config.redirectTo ?? null,
  };
  const faults = checkSource(config, verify, source);
  return faults.length === 0 ? ok(source) : err(faults);
}

/** An override that is present but undefined must not erase what the preset says. */
function defined(selectors: EventSelectors): EventSelectors {
  return Object.fromEntries(Object.entries(selectors).filter(([, value]) => value !== undefined));
}

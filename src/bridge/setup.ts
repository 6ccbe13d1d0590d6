// From a configuration document to what the use cases work with: checked, sources resolved, rules and schedules compiled.
// Once per revision. A document with any fault gives all of its faults at once and nothing else.
import { compileCallbacks } from "../core/callback.ts";
import { configFaults, pathOf, type Surroundings } from "../core/check-config.ts";
import { readConfig } from "../core/read-config.ts";
import { err, ok, type Result } from "../core/result.ts";
import { compileRules } from "../core/rule.ts";
import { compileSchedule, type Schedule, type ScheduleFault } from "../core/schedule.ts";
import { scheduleFaults } from "../core/schedule-rules.ts";
import { resolveSource } from "../sources/presets.ts";
import type { Source } from "../sources/source.ts";
import type { Misconfigured, Setup } from "./ports.ts";

/**
 * @param revision the number under which the document is kept; 0 where it is kept nowhere
 * @param checked whether it has been read without faults before it was stored: its expressions are then trusted, and
 *   compiled when they are needed
 */
export function readSetup(
  document: unknown,
  surroundings: Surroundings,
  revision = 0,
  checked = false,
): Result<Setup, Misconfigured> {
  const { config, faults: shape, isLeftOut, inDocument } = readConfig(document);
  const sources = new Map<string, Source>();
  const rules = compileRules(config, revision, checked);
  const { callbacks, faults: callbackFaults } = compileCallbacks(config.callbacks);
  const faults = [
    ...configFaults(config, surroundings, isLeftOut),
    ...scheduleFaults(config),
    ...callbackFaults,
    ...(rules.ok ? [] : rules.error),
  ];
  for (const [id, sourceConfig] of Object.entries(config.sources)) {
    const source = resolveSource(id, sourceConfig);
    if (source.ok) sources.set(id, source.value);
    else faults.push(...source.error.map(({ path, message }) => ({ path: pathOf(["sources", id, ...path]), message })));
  }
  const schedules: Schedule[] = [];
  for (const [index, scheduleConfig] of config.schedules.entries()) {
    const schedule = compileSchedule(scheduleConfig);
    if (!schedule.ok) {
      const ofSchedule = ({ path, message }: ScheduleFault) => ({
        path: pathOf(["schedules", index, ...path]),
        message,
      });
      faults.push(...schedule.error.map(ofSchedule));
    } else if (scheduleConfig.enabled) schedules.push(schedule.value);
  }
  const all = [...shape, ...faults.map(inDocument)];
  if (!rules.ok || all.length > 0) return err({ reason: "misconfigured", faults: all });
  return ok({ revision, config, rules: rules.value, sources, callbacks, schedules });
}

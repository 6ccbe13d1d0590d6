// What schedules are to rules: a schedule that says what it starts is a rule of its own, and one that does not needs a
// rule that takes its events. Pure.
import type { ConfigFault } from "./check-config.ts";
import type { BridgeConfig } from "./config.ts";
import { durationMs } from "./duration.ts";
import { RuleConfig } from "./rule-config.ts";

/** The schedules' own rules, each with its place in the document. */
export function scheduleRules({ schedules }: BridgeConfig): (readonly [readonly PropertyKey[], RuleConfig])[] {
  return schedules.flatMap(({ id, enabled, start, engine, onUncertainStart, callbacks }, index) => {
    if (start === undefined) return [];
    const rule = { id, enabled, source: id, on: ["*"], start, engine, onUncertainStart, callbacks };
    return [[["schedules", index], RuleConfig.parse(rule)] as const];
  });
}

/** What schedules, sources and rules have to say of each other, beyond that what they name exists. */
export function scheduleFaults({ schedules, sources, rules }: BridgeConfig): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const [index, { id, start, callbacks, catchUp }] of schedules.entries()) {
    const fault = (key: string, message: string): void =>
      void faults.push({ path: `schedules[${index}]${key}`, message });

    const rule = rules.findIndex((each) => each.id === id);
    if (Object.hasOwn(sources, id)) fault(".id", `"${id}" is already the id of a source`);
    if (rule >= 0) fault(".id", `"${id}" is already the id of rules[${rule}]`);

    if (start === undefined && !rules.some(({ source }) => source === id)) {
      fault("", `expected 'start', or a rule with "source": "${id}" that takes its events`);
    }
    if (start === undefined && callbacks.length > 0) {
      fault(
        ".callbacks",
        "are those of the schedule's own 'start'; a rule that takes its events has callbacks of its own",
      );
    }
    for (const [at, { source, dedupe }] of rules.entries()) {
      // A sweep that is repeated admits again what has been due within the catch-up.
      if (source !== id || durationMs(dedupe.window) > 2 * durationMs(catchUp)) continue;
      const message = `must be more than twice the catchUp of schedules[${index}], ${catchUp}: else a minute could be taken twice`;
      faults.push({ path: `rules[${at}].dedupe.window`, message });
    }
  }
  return faults;
}

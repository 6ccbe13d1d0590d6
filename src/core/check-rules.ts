// What the rules of a configuration say of each other. Pure. Called by check-config.ts, which names the rest.
import type { ConfigFault, IsLeftOut } from "./check-config.ts";
import type { BridgeConfig } from "./config.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { RuleConfig } from "./rule-config.ts";
import { scheduleRules } from "./schedule-rules.ts";

export function ruleFaults(config: BridgeConfig, isLeftOut: IsLeftOut): ConfigFault[] {
  const { rules } = config;
  const byId = new Map([...rules, ...scheduleRules(config).map(([, rule]) => rule)].map((rule) => [rule.id, rule]));
  return rules.flatMap((rule, index) => {
    const path = `rules[${index}]`;
    if (!rule.start === !rule.cancel) {
      return [{ path, message: 'a rule has either "start" or "cancel": what it does, and one of them only' }];
    }
    if (!rule.cancel) return [];
    const { rule: id } = rule.cancel;
    const target = byId.get(id);
    if (target) return cancelFaults(rule, target, path);
    if (isLeftOut("rules", id)) return [];
    return [{ path: `${path}.cancel.rule`, message: `there is no rule "${id}"${didYouMean(id, [...byId.keys()])}` }];
  });
}

function cancelFaults(rule: RuleConfig, target: RuleConfig, path: string): ConfigFault[] {
  const { cancel } = rule;
  if (!cancel) return [];
  const faults: ConfigFault[] = [];
  if (!target.start)
    faults.push({ path: `${path}.cancel.rule`, message: `"${cancel.rule}" starts nothing that could be canceled` });
  else if (target.start.recordId === undefined && cancel.recordId !== undefined) {
    const message = `"${cancel.rule}" starts its executions without a record id: name them by "key"`;
    faults.push({ path: `${path}.cancel.recordId`, message });
  } else if (target.start.recordId === undefined && cancel.key === undefined) {
    const message = `"${cancel.rule}" starts its executions without a record id: "key" must say which one is meant`;
    faults.push({ path: `${path}.cancel`, message });
  }
  if (rule.callbacks.length > 0) {
    const message = "the callbacks of the canceled execution are told; a cancel has none of its own";
    faults.push({ path: `${path}.callbacks`, message });
  }
  if (rule.dedupe.onDuplicate !== "skip") {
    faults.push({ path: `${path}.dedupe.onDuplicate`, message: "a cancel is applied once: only skip is possible" });
  }
  return faults;
}

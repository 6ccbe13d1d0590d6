// What deciding about one event costs beside its floor, with few and with many rules; what a condition costs beside
// JSON.parse and beside the same condition in JavaScript; and what compiling the rules costs once. Plain Node; the same
// code runs in workerd.
import { BridgeConfig } from "../src/core/config.ts";
import { decideRule } from "../src/core/decide.ts";
import type { Event } from "../src/core/event.ts";
import { compileExpression } from "../src/core/expression.ts";
import { compileRules, type RuleSet } from "../src/core/rule.ts";
import { sideBySide } from "./side-by-side.ts";

const COUNTS = [10, 1_000, 10_000];
const RUNS_PER_ROUND = 50;
/** Of few rules many sets are compiled, so that there is something to measure. */
const RULES_COMPILED = 1_000;
/** So many make the event 3 KB. */
const EVENT_ITEMS = 24;
const WHEN = "data.object.status in ['active', 'trialing'] and data.object.items.data[0].quantity >= 1";

export async function rules({ counts = COUNTS } = {}): Promise<void> {
  const text = eventText();
  console.log(`An event of ${text.length} bytes, taken by 3 rules; Node ${process.version}.\n`);
  const sets = counts.map(measured);
  await decisions(text, sets);
  console.log("\nA condition over the same event:\n");
  await conditions(text);
  console.log(
    "\nCompiling, in ms of the processor: all when a revision is checked; in each isolate the 3 that are needed.\n",
  );
  console.log("| rules | checked | in an isolate, first event included |\n|---|---|---|");
  for (const { count, ms } of sets) {
    console.log(
      `| ${count.toLocaleString("en")} | ${ms.toFixed(1)} | ${(await firstEventMs(count, text)).toFixed(1)} |`,
    );
  }
}

/** What an isolate does that has read a checked configuration, up to its first decision, in ms of the processor. */
async function firstEventMs(count: number, text: string): Promise<number> {
  const config = BridgeConfig.parse(configOf(count));
  const begun = process.cpuUsage();
  await compiled(config, true).decide(eventOf(text));
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
}

/** The rules, and what compiling one set of them took, in ms of the processor: it lasts long enough for others to get in. */
function measured(count: number): { readonly count: number; readonly set: RuleSet; readonly ms: number } {
  const config = BridgeConfig.parse(configOf(count));
  const repetitions = Math.max(1, RULES_COMPILED / count);
  const begun = process.cpuUsage();
  for (let i = 1; i < repetitions; i++) compiled(config);
  const set = compiled(config);
  const { user, system } = process.cpuUsage(begun);
  return { count, set, ms: (user + system) / 1_000 / repetitions };
}

/** The floor does what nobody could leave out: reads the event and evaluates the three rules that take it. */
async function decisions(text: string, sets: readonly { count: number; set: RuleSet }[]): Promise<void> {
  const config = BridgeConfig.parse(configOf(3));
  const three = compiled(config).compiled;
  const surroundings = { namespace: config.recordNamespace, revision: 0, keepPayloads: true };
  const contenders = sets.map(({ count, set }) => ({
    name: `JSON.parse, and the rules decide: ${count.toLocaleString("en")} rules`,
    run: async () => {
      const admissions = await set.decide(eventOf(text));
      if (admissions.length !== 3) throw new Error("three rules must take it");
    },
  }));
  const floor = async (): Promise<void> => {
    const event = eventOf(text);
    const admissions = await Promise.all(three.map((rule) => decideRule(rule, event, surroundings)));
    if (admissions.includes(null)) throw new Error("the floor must hold");
  };
  await sideBySide([{ name: "floor: JSON.parse, and those 3 rules", run: floor }, ...contenders], RUNS_PER_ROUND);
}

async function conditions(text: string): Promise<void> {
  const when = compileExpression(WHEN);
  if (!when.ok) throw new Error("the condition must compile");
  const event = eventOf(text);
  const byHand = async (): Promise<boolean> => {
    const { object } = event.data as { object?: { status?: unknown; items?: { data?: { quantity?: unknown }[] } } };
    const quantity = object?.items?.data?.[0]?.quantity;
    return (
      (object?.status === "active" || object?.status === "trialing") && typeof quantity === "number" && quantity >= 1
    );
  };
  const condition = async (): Promise<void> => {
    const matched = await when.value.evaluate(event);
    if (!matched.ok || matched.value !== true) throw new Error("the condition must hold");
  };
  const runs = RUNS_PER_ROUND * 10;
  await sideBySide(
    [
      { name: "floor: JSON.parse of the event", run: async () => JSON.parse(text) },
      { name: "when", run: condition },
    ],
    runs,
  );
  console.log();
  await sideBySide(
    [
      { name: "floor: the same condition in JavaScript", run: byHand },
      { name: "when", run: condition },
    ],
    runs,
  );
}

function compiled(config: BridgeConfig, checked = false): RuleSet {
  const set = compileRules(config, 0, checked);
  if (!set.ok) throw new Error(JSON.stringify(set.error));
  return set.value;
}

/** Three rules take the event, at the front, in the middle and at the end; the others want other types. */
function configOf(count: number): unknown {
  const taking = new Map([
    [0, "customer.subscription.created"],
    [Math.floor(count / 2), "customer.subscription.*"],
    [count - 1, "customer.*"],
  ]);
  const source = { preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] };
  return {
    engines: { default: { token: "TRANSACTIONLINK_TOKEN" } },
    sources: { stripe: source },
    rules: Array.from({ length: count }, (_, i) => ruleOf(i, taking.get(i) ?? otherType(i))),
  };
}

/** Half of them exact, half of them prefixes of several lengths, some of which begin as the event's type does. */
function otherType(i: number): string {
  const beginning = ["invoice", "customer.subscription.trial", "customer.tax", "c"][i % 4];
  return i % 2 === 0 ? `${beginning}.${i}` : `${beginning}${i}.*`;
}

function ruleOf(i: number, type: string): unknown {
  return {
    id: `rule-${i}`,
    source: "stripe",
    on: [type],
    when: WHEN,
    start: {
      workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
      recordId: "{% data.object.customer %}",
      parameters: { customer: "{% data.object.customer %}", price: "{% data.object.items.data[0].price %}", rule: i },
    },
    dedupe: { key: "{% data.object.id %}" },
  };
}

function eventText(): string {
  const data = Array.from({ length: EVENT_ITEMS }, (_, i) => ({ id: `si_${i}`, price: `price_${i}`, quantity: i + 1 }));
  const object = { id: "sub_1", customer: "cus_1", status: "active", items: { data }, metadata: { locale: "en" } };
  return JSON.stringify({ id: "evt_1", type: "customer.subscription.created", data: { object } }, null, 2);
}

function eventOf(text: string): Event {
  const { id, type, data } = JSON.parse(text);
  return { id, source: "stripe", type, time: "2026-11-23T12:00:00.000Z", data, headers: {}, dedupeKey: id };
}

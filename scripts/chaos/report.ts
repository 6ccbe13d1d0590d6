// Prints what a run has shown: the table, and everything that is known of the first offending events.

import type { Killer, Victim } from "./killer.ts";
import type { Load } from "./load.ts";
import { OFFENCES, type OffenceKind, type Reconciliation } from "./reconcile.ts";
import { SHARDS, type World } from "./world.ts";

const SHOWN_OFFENCES = 20;

export function printTable(found: Reconciliation, load: Load, { kills }: Killer, elapsedMs: number): void {
  const count = (kind: OffenceKind): number => found.offences.filter((offence) => offence.kind === kind).length;
  const killed = (victim: Victim): number => kills.filter((kill) => kill.victim === victim).length;
  const rows: [string, number | string, "must be 0"?][] = [
    ["killed: bridge, simulator, receiver", `${killed("bridge")}, ${killed("simulator")}, ${killed("receiver")}`],
    ["shards, in the beginning and in the end", `${SHARDS.before}, ${SHARDS.after}`],
    ["events sent", found.sent],
    ["requests, with repetitions and duplicates", found.attempts],
    ["of these sent again on purpose", load.duplicates],
    ["events accepted (2xx)", found.accepted],
    ["start calls, and of these answered for certain", `${found.startCalls}, ${found.definiteCalls}`],
    ["runs at the engine", found.runs],
    ["doubled after an uncertain answer, under retry", found.doubledAfterUncertain],
    ["held for a person, under hold", found.held],
    ["ended and told without a run", found.endedWithoutRun],
    ["dead letters", found.deadLetters],
    ["callbacks delivered", found.delivered],
    ["callback repetitions, same message id", found.repetitions],
    ["forged webhooks sent", found.forgedSent],
    ...Object.entries(OFFENCES).map(([kind, words]): [string, number, "must be 0"] => [
      words,
      count(kind as OffenceKind),
      "must be 0",
    ]),
  ];
  const width = Math.max(...rows.map(([words]) => words.length));
  console.log("");
  for (const [words, value, must] of rows) {
    const line = ` ${words.padEnd(width)}  ${String(value).padStart(14)}`;
    console.log(must === undefined ? line : `${line}  ${must}${value === 0 ? "" : "  <-- FAILED"}`);
  }
  console.log(`\n ${Math.round(elapsedMs / 1000)} s`);
}

/** What every side knows of the first offending events, the bridge's own timeline included. */
export async function printOffences({ offences }: Reconciliation, world: World): Promise<void> {
  for (const { kind, event, known } of offences.slice(0, SHOWN_OFFENCES)) {
    console.log(`\n ${event}: ${OFFENCES[kind]}\n${JSON.stringify(known, null, 1)}`);
    const { executions = [] } = known as { executions?: readonly { id: string }[] };
    for (const { id } of executions) {
      console.log(` the bridge's account of ${id}: ${JSON.stringify(await world.api(`/executions/${id}`), null, 1)}`);
    }
  }
  if (offences.length > SHOWN_OFFENCES) console.log(`\n and ${offences.length - SHOWN_OFFENCES} more`);
}

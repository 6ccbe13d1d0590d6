// hookspan engines and callbacks: whether each is called now, and why not; stopping everything to one, and letting it go on.
import type { Command } from "commander";
import { ask, Stop } from "../bridge.ts";
import { type Shared, withBridge } from "../options.ts";
import { print, run } from "../terminal.ts";

/** What engines and callbacks have in common. */
interface Gate {
  readonly id: string;
  readonly state: string;
  readonly since?: string | null;
  readonly openedAt?: string | null;
  readonly paused?: { readonly since: string } | null;
  readonly retryAfter?: string | null;
}

interface Turn extends Shared {
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly test?: boolean;
}

export function gateCommands(hookspan: Command): void {
  gateCommand(hookspan, "engines", "whether each engine is called now, and why not; or stop one, and let it go on");
  gateCommand(
    hookspan,
    "callbacks",
    "whether each callback is called now, and why not; or stop one, let it go on, try it",
  ).option("--test", "send it one signed message of the type bridge.test");
}

function gateCommand(hookspan: Command, name: "engines" | "callbacks", description: string): Command {
  return withBridge(hookspan.command(name).description(description))
    .argument("[id]", "its name in the configuration")
    .option("--pause", "stop everything to it; what is owed waits, and nothing is lost")
    .option("--resume", "let it go on, whatever it waits for")
    .action((id: string | undefined, options: Turn) =>
      run(async () => {
        const turns = (["pause", "resume", "test"] as const).filter((turn) => options[turn]);
        const [turn] = turns;
        if (turns.length > 1) throw new Stop(2, `One of ${turns.map((each) => `--${each}`).join(" and ")}, not both.`);
        if (turn !== undefined && id === undefined) throw new Stop(2, `Which one? hookspan ${name} lists them.`);
        if (turn === "test") return trial(options, id ?? "");
        if (turn !== undefined) {
          const turned = await ask<Gate>(options, "POST", `/${name}/${encodeURIComponent(id ?? "")}/${turn}`);
          return print(options.json ? JSON.stringify(turned) : gateLine(turned));
        }
        const answer = await ask<Record<string, Gate[]>>(options, "GET", `/${name}`);
        const all = answer[name] ?? [];
        const found = all.filter((each) => id === undefined || each.id === id);
        if (id !== undefined && found.length === 0)
          throw new Stop(1, `There is no ${id} among ${all.map((each) => each.id).join(", ")}.`);
        if (options.json) return print(JSON.stringify(id === undefined ? answer : found[0]));
        for (const gate of found) print(gateLine(gate));
      }),
    );
}

async function trial(options: Shared, id: string): Promise<void> {
  const path = `/callbacks/${encodeURIComponent(id)}/test`;
  const tried = await ask<{ delivered: boolean; detail: string | null }>(options, "POST", path);
  if (options.json) print(JSON.stringify(tried));
  else print(`${id}  ${tried.delivered ? "has taken it" : `has not taken it: ${tried.detail}`}`);
  if (!tried.delivered) process.exitCode = 1;
}

function gateLine({ id, state, since, openedAt, paused, retryAfter }: Gate): string {
  const begun = since ?? paused?.since ?? openedAt;
  return [id, state, ...(begun ? [`since ${begun}`] : []), ...(retryAfter ? [`until ${retryAfter}`] : [])].join("  ");
}

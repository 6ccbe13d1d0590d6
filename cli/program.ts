// All commands together: what hookspan is called with.
import { Command } from "commander";
import { configCommands } from "./commands/config.ts";
import { executionCommands } from "./commands/executions.ts";
import { followingCommands } from "./commands/following.ts";
import { localCommands } from "./commands/local.ts";
import { replayCommands } from "./commands/replay.ts";
import { senderCommands } from "./commands/senders.ts";
import { tokenCommands } from "./commands/tokens.ts";
import { examine } from "./doctor.ts";
import { type Shared, withBridge } from "./options.ts";
import { print, run } from "./terminal.ts";

const CODES = `
Exit codes: 0 done; 1 a fault was found, or it failed; 2 wrong usage; 3 nobody answers; 4 not allowed.
HOOKSPAN_URL and HOOKSPAN_TOKEN stand in for --url and the token.`;

export function program(): Command {
  const hookspan = new Command("hookspan")
    .description("The bridge from webhooks to workflows, from a terminal.")
    .addHelpText("after", CODES)
    // Its own word for wrong usage is 1. Before any command, since they inherit it.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  localCommands(hookspan);
  executionCommands(hookspan);
  replayCommands(hookspan);
  followingCommands(hookspan);
  senderCommands(hookspan);
  configCommands(hookspan);
  tokenCommands(hookspan);
  withBridge(
    hookspan.command("doctor").description("what is wrong with a running bridge, and what to do about it"),
  ).action((options: Shared) =>
    run(async () => {
      const found = await examine(options);
      const wrong = found.filter(({ well }) => !well);
      if (options.json) print(JSON.stringify(found));
      else
        print(
          found.map(({ well, what, advice }) => (well ? `ok    ${what}` : `WRONG ${what}\n      ${advice}`)).join("\n"),
        );
      if (wrong.length > 0) process.exitCode = 1;
    }),
  );
  return hookspan;
}

// All commands together: what hookspan is called with.
import { Command } from "commander";
import { configCommands } from "./commands/config.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { executionCommands } from "./commands/executions.ts";
import { followingCommands } from "./commands/following.ts";
import { gateCommands } from "./commands/gates.ts";
import { localCommands } from "./commands/local.ts";
import { replayCommands } from "./commands/replay.ts";
import { senderCommands } from "./commands/senders.ts";
import { tokenCommands } from "./commands/tokens.ts";

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
  gateCommands(hookspan);
  configCommands(hookspan);
  tokenCommands(hookspan);
  doctorCommand(hookspan);
  return hookspan;
}

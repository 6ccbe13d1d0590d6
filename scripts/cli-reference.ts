// Makes docs/cli.md out of the command line's own help, so that the page cannot say anything else.
import type { Command } from "commander";
import { program } from "../cli/program.ts";

const HEAD = `# The command line

\`npm run hookspan -- COMMAND\` in a clone of the repository (\`bin/hookspan.js COMMAND\` is the same). What a command finds goes to stdout, as text or with \`--json\`; everything else to stderr. Exit codes: 0 done; 1 a fault was found, or it failed; 2 wrong usage; 3 nobody answers;
4 not allowed. \`HOOKSPAN_URL\` stands in for \`--url\`, \`HOOKSPAN_TOKEN\` for a token of the [operations API](access.md); a token is never given on the command line, which others can read.

**A first event, offline:** \`npm run hookspan -- init --yes --force\` writes a configuration, over the example that comes with the repository, and values for local use, \`npm run dev -- --quiet\` runs it beside the engine simulator, and
\`npm run hookspan -- send stripe customer.subscription.created\` sends what Stripe would send. The receipt names the execution, and \`npm run hookspan -- executions\` tells what has become of it; for the bridge of \`npm run dev\` no token need be named.

\`send\` makes and signs a request by the description that the bridge verifies and reads by, for every sender whose proof is a shared secret; \`send --list\` names them, their usual types, and why a few others cannot be imitated.
GitHub's and Shopify's events are their published examples, others have the parts that rules ask for; \`--set\` changes any of it, by its path in the event's body. Where a sender gives its events no id, a member \`hookspan_sample\` keeps one from being taken for the one before.

\`npm run config:push\`, \`config:pull\` and \`config:diff\` are \`hookspan config …\` ([living configuration](living-configuration.md)); \`npm run config:backtest\` tries another configuration on past events ([trying rules](trying-rules.md)).

\`replay\` tells first what would be done, then asks; without a terminal it does nothing unless it is told \`--yes\`. What the four intents are: [replays](replay.md).
`;

export function cliReference(): string {
  const commands = program().commands.filter((command) => command.name() !== "help");
  return `${HEAD}\n${commands.flatMap(sections).join("\n")}`;
}

/** Of a command that has others below it, theirs. */
function sections(command: Command): string[] {
  const below = command.commands.filter((each) => each.name() !== "help");
  return below.length > 0 ? below.flatMap(sections) : [section(command)];
}

/** Always of the same width, whoever makes it. */
function section(command: Command): string {
  let help = "";
  command.configureHelp({ helpWidth: 120 }).configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  const above = command.parent?.parent ? `${command.parent.name()} ` : "";
  return `## ${above}${command.name()}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`;
}

// hookspan tail and listen: what comes, as it comes, until Ctrl-C.
import type { Command } from "commander";
import { newcomers, repeatedly } from "../follow.ts";
import { type EventFacts, events, listener } from "../listen.ts";
import { moment, type Shared, withBridge } from "../options.ts";
import { secretValue } from "../secrets.ts";
import { print, run, say, untilInterrupted } from "../terminal.ts";

const LISTEN_HELP = `
What it is: it asks the bridge every second what is new, and posts that to a program here, so that one can be written against a bridge that is
deployed. What it is not: a tunnel. The bridge calls nobody here; its own callbacks go where the configuration says, whether they succeed or
not; what is not taken here is told and not tried again; what comes while it does not run is passed over.
Without --callback each event is posted as rules see it (id, source, type, subject, time, data), not as the sender wrote it: those bytes are not
kept. With --callback each end is posted as the callback would be told, in the usual form, also where the callback has a body of its own.
Needs a token of the role operator, since viewers see no payloads.`;

export function followingCommands(hookspan: Command): void {
  withBridge(hookspan.command("tail").description("what comes in and what becomes of it, as it comes; until Ctrl-C"))
    .option("--source <id>", "of this source")
    .option("--since <time>", "begin there: a time in ISO 8601, or how long ago, such as 10m", moment)
    .action(({ source, since, ...options }: Shared & { source?: string; since?: string }) =>
      run(async () => {
        const stopping = untilInterrupted();
        const keysOf = ({ executions }: EventFacts): string[] => executions.map(({ id }) => id);
        const look = await newcomers({ ...events(options, source), keysOf }, since);
        say("Waiting for events; Ctrl-C ends it.");
        await repeatedly(stopping, async () => {
          for (const event of await look()) print(options.json ? JSON.stringify(event) : eventLine(event));
        });
      }),
    );
  withBridge(
    hookspan
      .command("listen")
      .description(
        "post what a bridge elsewhere receives, or tells a callback, to a program on this machine; until Ctrl-C",
      ),
  )
    .requiredOption("--to <url>", "where to: http://localhost:…")
    .option("--callback <id>", "the ends that this callback is told, in place of events")
    .option("--source <id>", "of this source only")
    .option(
      "--secret <name>",
      "with --callback: the name of its secret, in the environment or in .dev.vars, to sign by",
    )
    .addHelpText("after", LISTEN_HELP)
    .action(({ secret, ...wanted }: Shared & { to: string; callback?: string; source?: string; secret?: string }) =>
      run(async () => {
        const stopping = untilInterrupted();
        const look = await listener({ ...wanted, secrets: secret === undefined ? [] : [secretValue(secret)] });
        say(`Listening; what comes is posted to ${wanted.to}. Ctrl-C ends it.`);
        await repeatedly(stopping, async () => {
          for (const each of await look())
            print(wanted.json ? JSON.stringify(each) : `${each.id}  ${each.type}  ${each.detail}`);
        });
      }),
    );
}

function eventLine({ receivedAt, source, type, subject, id, executions }: EventFacts): string {
  const led = executions.map(
    ({ id: execution, rule, state }) => `${state} ${execution}${rule === null ? "" : ` ${rule}`}`,
  );
  return [receivedAt, source, type, ...(subject === null ? [] : [subject]), id, led.join(", ")].join("  ");
}

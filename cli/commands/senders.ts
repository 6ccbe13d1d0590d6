// hookspan sources and refusals: who is heard, and what was not let in.
import type { Command } from "commander";
import type { RefusalFacts } from "../../src/http/api-records.ts";
import type { SourceFacts, SourceSummary } from "../../src/http/operations-setup.ts";
import { ask, withQuery } from "../bridge.ts";
import { positive, type Shared, withBridge } from "../options.ts";
import { print, run, say } from "../terminal.ts";

export function senderCommands(hookspan: Command): void {
  withBridge(
    hookspan
      .command("sources")
      .description("which senders are heard, and which are silent; or one, with its last refusals and what to do"),
  )
    .argument("[id]", "a source's name in the configuration")
    .action((id: string | undefined, options: Shared) =>
      run(async () => {
        if (id === undefined) {
          const answer = await ask<{ sources: SourceSummary[] }>(options, "GET", "/sources");
          return print(options.json ? JSON.stringify(answer) : answer.sources.map(sourceLine).join("\n"));
        }
        const source = await ask<SourceFacts>(options, "GET", `/sources/${encodeURIComponent(id)}`);
        if (options.json) return print(JSON.stringify(source));
        print([sourceLine(source), `secrets  ${source.secrets.join(", ")}`].join("\n"));
        for (const note of source.refused ?? []) print(refusalLine({ source: id, ...note }));
        for (const { at, reason, detail } of source.unmatched ?? []) print(`${at}  ${reason}: ${detail}`);
      }),
    );
  withBridge(hookspan.command("refusals").description("what was not let in, why, and what to do; the newest first"))
    .option("--source <id>", "of this source")
    .option("--reason <reason>", "for this reason")
    .option("--limit <n>", "how many, at most 200", positive, 20)
    .action(({ source, reason, limit, ...options }: Shared & { source?: string; reason?: string; limit: number }) =>
      run(async () => {
        const answer = await ask<{ refusals: RefusalFacts[]; unreachable: string[] }>(
          options,
          "GET",
          withQuery("/refusals", { source, reason, limit }),
        );
        if (options.json) return print(JSON.stringify(answer));
        for (const refusal of answer.refusals) print(refusalLine(refusal));
        if (answer.unreachable.length > 0) say(`Nobody can say now of ${answer.unreachable.join(", ")}.`);
      }),
    );
}

function sourceLine({ id, preset, state, path, lastEventAt, silentSince, notes }: SourceSummary): string {
  const silent = silentSince === null ? [] : [`silent since ${silentSince}`];
  const refused = notes && notes.refused > 0 ? [`${notes.refused} refused lately`] : [];
  const heard = lastEventAt === null ? "never heard of" : `last heard of ${lastEventAt}`;
  return [id, preset ?? "own scheme", state, path, heard, ...silent, ...refused].join("  ");
}

function refusalLine({ source, at, reason, detail, advice }: RefusalFacts): string {
  return `${at}  ${source}  ${reason}: ${detail}\n    ${advice}`;
}

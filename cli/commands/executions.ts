// hookspan executions, records, cancel: what was started or recorded, and stopping it.
import type { Command } from "commander";
import type { ExecutionFacts, ExecutionSummaryFacts, TimelineLine } from "../../src/http/execution-view.ts";
import { ask, Stop, withQuery } from "../bridge.ts";
import { filterOf, positive, type Shared, withBridge, withFilter } from "../options.ts";
import { counted, print, run, say } from "../terminal.ts";

const PAGE = 20;
const LARGEST_PAGE = 200;

interface Listing {
  readonly executions: readonly ExecutionSummaryFacts[];
  readonly next: string | null;
}

interface Paging extends Shared {
  readonly limit?: number;
  readonly cursor?: string;
  readonly all?: boolean;
}

export function executionCommands(hookspan: Command): void {
  withPaging(
    withFilter(
      withBridge(
        hookspan
          .command("executions")
          .description("what was started or recorded, the newest first; or one, with its timeline"),
      ),
    ),
  )
    .argument("[id]", "an execution's id")
    .action((id: string | undefined, options: Paging) =>
      run(async () => {
        if (id === undefined)
          return list(options, (page) => withQuery("/executions", { ...filterOf({ ...options }), ...page }));
        const execution = await ask<ExecutionFacts>(options, "GET", `/executions/${encodeURIComponent(id)}`);
        if (options.json) return print(JSON.stringify(execution));
        print([executionLine(execution), ...execution.timeline.map(timelineLine)].join("\n"));
      }),
    );
  withPaging(
    withBridge(hookspan.command("records").description("everything that happened to one record, the newest first")),
  )
    .argument("<id>", "the record's id, or the sender's own id that it is derived from")
    .action((id: string, options: Paging) =>
      run(() => list(options, (page) => withQuery(`/records/${encodeURIComponent(id)}`, page))),
    );
  withBridge(hookspan.command("cancel").description("cancel executions, at the engine too"))
    .argument("<id...>", "their ids")
    .action((ids: string[], options: Shared) =>
      run(async () => {
        const refused = await forEach(ids, async (id) => {
          const done = await ask<{ id: string; state: string; detail: string }>(
            options,
            "POST",
            `/executions/${encodeURIComponent(id)}/cancel`,
          );
          print(options.json ? JSON.stringify(done) : `${done.id}  ${done.state}: ${done.detail}`);
        });
        if (refused > 0) process.exitCode = 1;
      }),
    );
}

function withPaging(command: Command): Command {
  return command
    .option(
      "--limit <n>",
      `how many of a page, at most ${LARGEST_PAGE} (${PAGE}; with --all ${LARGEST_PAGE})`,
      positive,
    )
    .option("--cursor <next>", "go on where a page has ended")
    .option("--all", "all pages; with --json one execution a line");
}

async function list(
  options: Paging,
  path: (page: { limit: number; cursor: string | undefined }) => string,
): Promise<void> {
  const limit = options.limit ?? (options.all ? LARGEST_PAGE : PAGE);
  let { cursor } = options;
  for (;;) {
    const page = await ask<Listing>(options, "GET", path({ limit, cursor }));
    if (options.json && !options.all) return print(JSON.stringify(page));
    for (const each of page.executions) print(options.json ? JSON.stringify(each) : executionLine(each));
    if (page.next === null) return;
    if (!options.all) return say(`There are more: --cursor ${page.next}, or --all.`);
    cursor = page.next;
  }
}

/**
 * One after the other. What the bridge refuses for one is told, and the others are done all the same; trouble that concerns all ends it.
 * @returns how many were refused
 */
export async function forEach(ids: readonly string[], work: (id: string) => Promise<void>): Promise<number> {
  let refused = 0;
  for (const id of ids) {
    try {
      await work(id);
    } catch (thrown) {
      if (!(thrown instanceof Stop) || thrown.exitCode !== 1) throw thrown;
      refused++;
      say(`${id}  ${thrown.message}`);
    }
  }
  return refused;
}

export function executionLine({
  id,
  state,
  reason,
  rule,
  admittedAt,
  event,
  deliveries,
}: Pick<ExecutionSummaryFacts, "id" | "state" | "reason" | "rule" | "admittedAt" | "event" | "deliveries">): string {
  const dead = deliveries.filter((delivery) => delivery.state === "exhausted").length;
  const rest = [rule, reason, dead > 0 ? counted({ "dead letters": dead }) : null].filter((part) => part !== null);
  return [admittedAt, state.padEnd(10), id, `${event.source} ${event.type}`, ...rest].join("  ");
}

function timelineLine({ at, step, outcome, detail, callback, status }: TimelineLine): string {
  return [at, step.padEnd(8), outcome, callback, status, detail].filter((part) => part !== undefined).join("  ");
}

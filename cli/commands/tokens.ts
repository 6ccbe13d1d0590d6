// hookspan tokens: who may use the operations API. A new token is told once, on stdout.
import { type Command, Option } from "commander";
import { ROLES } from "../../src/core/role.ts";
import type { TokenFactsView } from "../../src/http/api-tokens.ts";
import { ask } from "../bridge.ts";
import { positive, type Shared, withBridge } from "../options.ts";
import { print, run, say } from "../terminal.ts";
import { forEach } from "./executions.ts";

interface NewToken extends Shared {
  readonly role: string;
  readonly expiresInDays?: number;
}

export function tokenCommands(hookspan: Command): void {
  const tokens = hookspan.command("tokens").description("who may use the operations API; needs the role admin");
  withBridge(tokens.command("list").description("all of them, without their secrets")).action((options: Shared) =>
    run(async () => {
      const answer = await ask<{ tokens: TokenFactsView[] }>(options, "GET", "/tokens");
      print(options.json ? JSON.stringify(answer) : answer.tokens.map(tokenLine).join("\n"));
    }),
  );
  withBridge(tokens.command("create").description("make a token; it is told on stdout, now and never again"))
    .argument("<name>", "what it is for; stands in the record of changes")
    .addOption(new Option("--role <role>", "what it may do").choices(ROLES).makeOptionMandatory())
    .option("--expires-in-days <n>", "when it ends; left out, never", positive)
    .action((name: string, { role, expiresInDays, ...options }: NewToken) =>
      run(async () => {
        const body = { name, role, ...(expiresInDays === undefined ? {} : { expiresInDays }) };
        const made = await ask<TokenFactsView & { token: string }>(options, "POST", "/tokens", { body });
        if (options.json) return print(JSON.stringify(made));
        say(tokenLine(made));
        print(made.token);
      }),
    );
  withBridge(tokens.command("revoke").description("revoke tokens; they are refused everywhere within 15 seconds"))
    .argument("<id...>", "their ids, as list tells them")
    .action((ids: string[], options: Shared) =>
      run(async () => {
        const refused = await forEach(ids, async (id) => {
          const done = await ask<object>(options, "DELETE", `/tokens/${encodeURIComponent(id)}`);
          print(options.json ? JSON.stringify(done) : `${id}  revoked`);
        });
        if (refused > 0) process.exitCode = 1;
      }),
    );
}

function tokenLine({ id, name, role, createdBy, expiresAt, revokedAt, lastUsedAt }: TokenFactsView): string {
  const used = lastUsedAt === null ? "never used" : `last used ${lastUsedAt}`;
  const ends = revokedAt !== null ? [`revoked ${revokedAt}`] : expiresAt !== null ? [`expires ${expiresAt}`] : [];
  return [id, role.padEnd(8), name, `by ${createdBy}`, used, ...ends].join("  ");
}

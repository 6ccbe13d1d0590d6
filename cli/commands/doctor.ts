// hookspan doctor.
import type { Command } from "commander";
import { examine } from "../doctor.ts";
import { type Shared, withBridge } from "../options.ts";
import { print, run } from "../terminal.ts";

export function doctorCommand(hookspan: Command): void {
  withBridge(
    hookspan
      .command("doctor")
      .description("what is wrong with a running bridge and with what is here, and what to do about it"),
  )
    .option("--config <file>", "the configuration here", "bridge.config.json")
    .action(({ config, ...options }: Shared & { config: string }) =>
      run(async () => {
        const { found, exitCode } = await examine(options, config);
        const lines = found.map(({ well, what, advice }) =>
          well ? `ok    ${what}` : `WRONG ${what}\n      ${advice}`,
        );
        print(options.json ? JSON.stringify(found) : lines.join("\n"));
        process.exitCode = exitCode;
      }),
    );
}

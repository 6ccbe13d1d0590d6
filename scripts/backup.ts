// npm run backup -- --data DIRECTORY --to DIRECTORY: a copy of everything that the bridge keeps, consistent object by object, while it runs.
// npm run backup -- --restore DIRECTORY --data DIRECTORY: puts it back, where nothing is yet. For self-hosting; on Cloudflare the
// platform keeps 30 days of each object (docs/self-host.md). The exit statuses are those of npm start.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { backUp } from "./self-host/backup.ts";
import { InUse } from "./self-host/data-directory.ts";
import { EXIT } from "./self-host/exit-status.ts";
import { restore } from "./self-host/restore.ts";

const USAGE = `Usage: npm run backup -- --data DIRECTORY --to DIRECTORY
       npm run backup -- --restore DIRECTORY --data DIRECTORY

  --data     where the bridge keeps what it keeps (./data)
  --to       where the copy goes: a directory that is empty or not there yet
  --restore  a copy; the data directory must hold nothing, and no bridge may run on it`;

const say = (text: string): void => console.error(text);
try {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: "data" },
      to: { type: "string" },
      restore: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const data = resolve(values.data);
  if (values.help) console.log(USAGE);
  else if (values.restore !== undefined && values.to === undefined)
    console.log(`${await restore(values.restore, data, say)} objects are back in ${data}.`);
  else if (values.to !== undefined && values.restore === undefined)
    console.log(`${await backUp(data, values.to)} objects are copied to ${values.to}.`);
  else throw new Error(USAGE);
} catch (thrown) {
  say(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = thrown instanceof InUse ? EXIT.inUse : EXIT.refused;
}

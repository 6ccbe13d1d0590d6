// npm run backup -- --data DIRECTORY --to FILE: a copy of everything that the bridge keeps, consistent object by object, while it runs.
// npm run backup -- --restore FILE --data DIRECTORY: puts it back, where nothing is yet. For self-hosting; on Cloudflare the
// platform keeps 30 days of each object (docs/self-host.md).
import { parseArgs } from "node:util";
import { backUp, restore } from "./self-host/backup.ts";

const USAGE = `Usage: npm run backup -- --data DIRECTORY --to DIRECTORY
       npm run backup -- --restore DIRECTORY --data DIRECTORY

  --data     where the bridge keeps what it keeps (./data)
  --to       where the copy goes: a directory that is not there yet
  --restore  a copy; the data directory must be empty, and the bridge must not run`;

const { values } = parseArgs({
  options: { data: { type: "string", default: "data" }, to: { type: "string" }, restore: { type: "string" } },
});
try {
  if (values.restore !== undefined)
    console.log(`${restore(values.restore, values.data)} objects are back in ${values.data}.`);
  else if (values.to !== undefined)
    console.log(`${await backUp(values.data, values.to)} objects are copied to ${values.to}.`);
  else throw new Error(USAGE);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 1;
}

// hookspan: the command line. What a command finds goes to stdout, as text or with --json; everything else to stderr. Exit codes: 0
// done, 1 a fault was found or it failed, 2 wrong usage, 3 nobody answers, 4 not allowed.
import { program } from "./program.ts";

// Whoever closes the pipe has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

await program().parseAsync();

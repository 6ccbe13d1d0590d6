// One wide JSON line per unit of work, to the platform's log. The only place that uses the console. Never a payload,
// never a secret: callers give ids, states, counts and durations.
import type { Log } from "./bridge/ports.ts";

export const log: Log = (level, name, fields) => {
  console[level](JSON.stringify({ level, name, ...fields }));
};

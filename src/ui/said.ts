// What a page says after something was done: the address names it by a word, and the words stand here, so that nobody can make a
// page say anything by a link.

const SAID: Readonly<Record<string, string>> = {
  canceled: "The cancel is written down; the engine is told at once or by the next sweep.",
  replayed: "Asked for. Whatever comes of it stands in its timeline.",
  restarted: "Started: this is the new execution.",
  resent: "The end is sent again. What comes of it stands in its timeline.",
  refetched: "The engine was asked for the result, and what it has said is what is stored.",
  released: "Released.",
  held: "Held: nothing is started until somebody releases it.",
  paused: "Paused. Whatever comes in is kept and waits.",
  resumed: "Resumed. What has waited goes with the next sweeps.",
  tested: "A test message was sent; see below what came of it.",
  saved: "Saved, and in force everywhere within seconds.",
  restored: "Restored as a new revision.",
  compared: "Compared: everything that the sender has sent has arrived.",
  missed: "Compared: something had not arrived. It is started now, and stands among the executions.",
  forgotten: "The captured secret is forgotten; the next handshake brings another.",
  erased: "Erased.",
  revoked: "Revoked: refused everywhere within 15 seconds.",
  started: "The job has begun.",
  stopped: "The job is stopped.",
  unchanged: "Nothing has changed.",
};

/** @param word from the address */
export function said(word: string | undefined): string | undefined {
  return word !== undefined && Object.hasOwn(SAID, word) ? SAID[word] : undefined;
}

/** @param path of the dashboard. @returns the address to go to after something was done */
export function withSaid(path: string, word: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}said=${word}`;
}

// Pushes about runs that nobody knows (yet): the engine may be faster with its push than with the answer to the start
// call. Bounded and short-lived, in memory only: should one be forgotten, the run is polled. Knows no clock.

const KEPT_MS = 10 * 60_000;

/** The engine tells of every run of the workspace, of ours and of others'. */
const MAX_PUSHES = 1_000;

export class Pushes {
  readonly #until = new Map<string, number>();

  keep(runId: string, now: number): void {
    this.#until.delete(runId);
    const [oldest] = this.#until.keys();
    if (this.#until.size >= MAX_PUSHES && oldest !== undefined) this.#until.delete(oldest);
    this.#until.set(runId, now + KEPT_MS);
  }

  /** @returns whether one has come; it is asked for once */
  take(runId: string, now: number): boolean {
    const until = this.#until.get(runId) ?? 0;
    this.#until.delete(runId);
    return now < until;
  }
}

// Prints the demo's timeline. A line is printed only after what it says has been checked; the first thing that is not so
// ends the demo.
import { styleText } from "node:util";

export class Story {
  readonly #begun = Date.now();
  #chapters = 0;
  #lines = 0;

  chapter(title: string): void {
    this.#chapters++;
    console.log(`\n ${styleText("bold", `${this.#chapters}  ${title}`)}`);
  }

  /** One step of the way: who → whom, and what was said. `seen` is the proof that it happened. */
  line(way: string, text: string, seen: boolean): void {
    if (!seen) throw new Error(`This did not happen: ${way}: ${text}`);
    this.#lines++;
    const seconds = ((Date.now() - this.#begun) / 1000).toFixed(2).padStart(6);
    console.log(
      `  ${styleText("dim", `${seconds} s`)}  ${styleText("green", "✓")} ${styleText("cyan", way.padEnd(18))} ${text}`,
    );
  }

  note(text: string): void {
    console.log(`            ${styleText("dim", text)}`);
  }

  end(): void {
    const summary = `${this.#lines} steps in ${this.#chapters} chapters, each checked against what the other side saw.`;
    console.log(`\n ${styleText(["bold", "green"], "It all happened.")} ${summary}\n`);
  }
}

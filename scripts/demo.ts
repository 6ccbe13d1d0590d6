// npm run demo: the whole main job in local workerd, told as a timeline. Real webhooks go in, the engine simulator runs
// the workflows, a receiver checks the signed results. Exit code 0 only if every step really happened.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import config from "./demo.config.json" with { type: "json" };
import { engineDown, formPost, receiverFails } from "./demo-later.ts";
import { nothingMatches, sameAgain, subscription, tampered } from "./demo-webhooks.ts";
import { type LocalStack, startStack } from "./local-stack.ts";
import { type SimulatorControl, simulatorControl } from "./simulator-control.ts";
import { Story } from "./story.ts";

export interface Scene {
  readonly story: Story;
  readonly stack: LocalStack;
  readonly simulator: SimulatorControl;
}

const directory = mkdtempSync(join(tmpdir(), "hookspan-demo-"));
let output = "";
try {
  console.log(
    "\n Hookspan: signed webhooks become workflow executions, and their results arrive, signed, at a callback.",
  );
  const stack = await startStack({
    persistTo: directory,
    config,
    onOutput: (process, text) => {
      output += `[${process}] ${text}`;
    },
  });
  try {
    console.log(
      ` bridge ${stack.bridge.url} · engine simulator ${stack.simulator.url} · callback receiver ${stack.receiver.url}`,
    );
    const scene: Scene = { story: new Story(), stack, simulator: simulatorControl(stack.simulator.url) };
    const sent = await subscription(scene);
    await sameAgain(scene, sent);
    await tampered(scene);
    await nothingMatches(scene);
    await formPost(scene);
    await engineDown(scene);
    await receiverFails(scene);
    scene.story.end();
  } finally {
    await stack.stop();
  }
} catch (thrown) {
  console.error(
    `\n ${thrown instanceof Error ? thrown.message : String(thrown)}\n\n What the processes printed:\n${output}`,
  );
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}

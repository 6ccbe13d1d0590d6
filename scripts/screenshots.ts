// npm run screenshots -- DIRECTORY: every page of the dashboard, in light, in dark and on a telephone, from the traffic of the demo.
// Needs Chromium. What the README shows is made by it.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openStage, type Stage } from "../test/browser/stage.ts";
import { prepareTraffic } from "./traffic.ts";

const WEBHOOKS = 40;

const [directory = "screenshots"] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });

const config = JSON.parse(readFileSync(new URL("demo.config.json", import.meta.url), "utf8"));
const stage = await openStage(config);
try {
  await fill(stage);
  const pages = await pagesOf(stage);
  const page = await stage.visit("/ui");
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(path);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width: 1280, height: 860 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: join(directory, `${name}-${colorScheme}.png`) });
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "light" });
    await page.screenshot({ path: join(directory, `${name}-telephone.png`) });
    const wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
    console.log(`${name}${wide ? ": is wider than a telephone" : ""}`);
    if (wide) process.exitCode = 1;
  }
} finally {
  await stage.stop();
}

/** Traffic of which most goes well; some ends in the dead letters, something is refused, something waits. */
async function fill({ bridge, secrets, control, receiver, sweep }: Stage): Promise<void> {
  const traffic = await prepareTraffic({ bridge, secrets }, control, {
    sources: Object.keys(config.sources),
    runsForMs: 300,
  });
  for (let n = 0; n < WEBHOOKS; n++) {
    // A callback that says 410 is disabled; one that says 400 gets the message again.
    if (n === 10) receiver.answerWith(500, 500, 500);
    await traffic.send(n);
  }
  await control.define("0940b863-eb4e-471a-8ae4-40a24b889e03", { name: "Know your business", runsForMs: 600_000 });
  await traffic.send(41);
  for (const ahead of [0, 60_000, 120_000]) await sweep(Date.now() + ahead);
}

/** Every page, by a name for its picture. */
async function pagesOf({ ask }: Stage): Promise<Record<string, string>> {
  const { executions } = await ask<{ executions: { id: string; recordId: string | null; state: string }[] }>(
    "GET",
    "/executions?limit=100",
  );
  const ended = executions.find(({ state }) => state === "succeeded") ?? executions[0];
  return {
    overview: "/ui",
    executions: "/ui/executions",
    execution: `/ui/executions/${ended?.id}`,
    records: `/ui/records?record=${ended?.recordId}`,
    "dead-letters": "/ui/dead-letters",
    sources: "/ui/sources",
    source: "/ui/sources/stripe",
    rules: "/ui/rules",
    playground: `/ui/rules/playground?execution=${ended?.id}`,
    callbacks: "/ui/callbacks",
    engines: "/ui/engines",
    jobs: "/ui/jobs",
    configuration: "/ui/configuration",
    access: "/ui/access",
  };
}

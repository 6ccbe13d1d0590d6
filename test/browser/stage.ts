// A real browser before a real bridge: headless Chromium, and the bridge, the simulator and a receiver in local workerd. One stage
// serves a file of tests; each test gets a browser context of its own. Loopback only.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type Config, type LocalStack, startStack } from "../../scripts/local-stack.ts";
import { type SimulatorControl, simulatorControl } from "../../scripts/simulator-control.ts";

/** Where Debian and others put it; another by CHROMIUM. */
const CHROMIUM = [
  process.env.CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Nothing that Chromium would like to ask of the internet. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Stage extends LocalStack {
  readonly control: SimulatorControl;
  readonly browser: Browser;
  /** A page of a context of its own, signed in by `token`; the ADMIN_TOKEN, if left out; by nobody for null. */
  visit(path: string, token?: string | null): Promise<Page>;
  /** A token of this role, made by the API. */
  tokenFor(role: "viewer" | "operator" | "admin"): Promise<string>;
  /** A request to the operations API as an admin. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export function findChromium(): string {
  const found = CHROMIUM.find((path) => path !== "" && existsSync(path));
  if (!found) throw new Error("There is no Chromium: install it (apt-get install chromium), or name it by CHROMIUM.");
  return found;
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: FLAGS });
}

export async function openStage(config: Config): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-browser-"));
  const [browser, stack] = await Promise.all([launchChromium(), startStack({ persistTo: directory, config })]);
  const contexts: BrowserContext[] = [];

  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${stack.bridge.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${stack.secrets.adminToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} /api${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  return {
    ...stack,
    control: simulatorControl(stack.simulator.url),
    browser,
    ask,
    tokenFor: async (role) => (await ask<{ token: string }>("POST", "/tokens", { name: `a ${role}`, role })).token,
    async visit(path, token = stack.secrets.adminToken) {
      const context = await browser.newContext({ baseURL: stack.bridge.url, viewport: { width: 1280, height: 900 } });
      contexts.push(context);
      const page = await context.newPage();
      if (token === null) {
        await page.goto(path);
        return page;
      }
      await page.goto("/ui/login");
      await page.getByLabel("Token", { exact: true }).fill(token);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.goto(path);
      return page;
    },
    async stop() {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
      await stack.stop();
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

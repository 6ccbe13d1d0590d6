// docs/migrating.md: each worked example comes to what it promises, and the hand-written Worker of the page starts the same as the
// configuration that takes its place.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sign } from "@octokit/webhooks-methods";
import { afterEach, describe, expect, it, vi } from "vitest";
import worker from "../../docs/examples/migrating/worker-before.ts";
import { cook } from "./cookbook/kitchen.ts";

const EXAMPLES = join(import.meta.dirname, "../../docs/examples/migrating");
const NAMES = ["from-zapier", "from-n8n", "from-hookdeck", "from-worker"];
const readJson = (file: string) => JSON.parse(readFileSync(join(EXAMPLES, file), "utf8"));

interface Cooked {
  readonly rules: readonly { readonly state: string; readonly start?: { readonly parameters: unknown } }[];
}

describe("the example", () => {
  it.each(NAMES)("%s comes to what it promises", async (name) => {
    const cooked = JSON.parse(JSON.stringify(await cook(`../migrating/${name}`)));
    expect(cooked).toEqual(readJson(`${name}.expected.json`));
  });
});

describe("the hand-written Worker", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("starts what the configuration starts, and nothing else", async () => {
    const started: unknown[] = [];
    vi.stubGlobal("fetch", async (_url: string, { body }: { body: string }) => {
      started.push(JSON.parse(body));
      return new Response();
    });
    const secrets = { GITHUB_WEBHOOK_SECRET: "It's a Secret to Everybody", TRANSACTIONLINK_TOKEN: "tot_1" };
    for (const { headers, body } of readJson("from-worker.requests.json")) {
      const text = JSON.stringify(body);
      const signature = await sign(secrets.GITHUB_WEBHOOK_SECRET, text);
      const request = { method: "POST", headers: { ...headers, "x-hub-signature-256": signature }, body: text };
      expect((await worker.fetch(new Request("https://worker.example.com/", request), secrets)).status).toBe(200);
    }
    const cooked: Cooked[] = readJson("from-worker.expected.json");
    const promised = cooked.flatMap(({ rules }) => rules.flatMap(({ start }) => start ?? []));
    expect(started).toEqual(promised.map(({ parameters }) => expect.objectContaining({ parameters })));
    expect(started).toHaveLength(1);
  });

  it("loses the event when the engine is down, which the bridge does not", async () => {
    vi.stubGlobal("fetch", async () => new Response("", { status: 503 }));
    const secrets = { GITHUB_WEBHOOK_SECRET: "s", TRANSACTIONLINK_TOKEN: "tot_1" };
    const [{ headers, body }] = readJson("from-worker.requests.json");
    const text = JSON.stringify(body);
    const request = {
      method: "POST",
      headers: { ...headers, "x-hub-signature-256": await sign("s", text) },
      body: text,
    };
    expect((await worker.fetch(new Request("https://worker.example.com/", request), secrets)).status).toBe(200);
  });
});

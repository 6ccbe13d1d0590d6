// Every command in the pages on operations and access is one that the bridge understands: run here against the whole app.
import { describe, it } from "vitest";
import access from "../../docs/access.md?raw";
import callbacks from "../../docs/callbacks.md?raw";
import operations from "../../docs/operations.md?raw";
import { ALERT_KINDS } from "../../src/core/alert.ts";
import { openAccessRoom } from "./access-rooms.ts";
import { ADMIN, http, type Receipt } from "./http-bridge.ts";

interface Command {
  readonly line: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

function commandsOf(page: string): Command[] {
  const lines = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"));
  return lines.map((line) => {
    const body = / -d '([^']*)'/.exec(line)?.[1];
    const headers = [...line.matchAll(/ -H "([^":]+): ([^"]+)"/g)].map(([, name = "", value = ""]) => [name, value]);
    return {
      line,
      method: / -X (\w+) /.exec(line)?.[1] ?? (body === undefined ? "GET" : "POST"),
      path: /"\$BRIDGE([^"]+)"/.exec(line)?.[1] ?? "",
      headers: Object.fromEntries(headers),
      body,
    };
  });
}

/** What a command may say of things that are not as the page supposes: this execution is not held, this token is not there. */
const OTHERWISE: Readonly<Record<string, number>> = {
  "/api/executions/$ID/release": 409,
  "/api/tokens/no-such-token": 404,
};

describe("a command of the pages", () => {
  const commands = [...commandsOf(operations), ...commandsOf(access)];

  it("is one of many", ({ expect }) => {
    expect(commands.length).toBeGreaterThan(20);
  });

  it.for(commands)("$method $path does what the page says", async ({ method, path, headers, body }, { expect }) => {
    const { fetch, stripe, settled } = http({}, { access: openAccessRoom().isolate() });
    const { executions } = await (await stripe({ id: "evt_1", customer: "cus_42", ends: "succeeded" })).json<Receipt>();
    await settled();
    const filled = path.replace("$ID", executions[0]?.id ?? "");
    const answer = await fetch(filled, {
      method,
      headers: { ...headers, Authorization: (headers.Authorization ?? "").replace("$TOKEN", ADMIN) },
      ...(body === undefined ? {} : { body }),
    });
    const expected = OTHERWISE[path];
    if (expected === undefined) expect([200, 201, 202]).toContain(answer.status);
    else expect(answer.status).toBe(expected);
    const found = path.includes("record=cus_42") || path.includes("eventId=evt_1") || path.includes("runId=run_1");
    if (found) expect(await answer.json()).toMatchObject({ executions: [{ event: { id: "evt_1" } }] });
    await settled();
  });
});

describe("the page on callbacks", () => {
  it("names every kind of alert", ({ expect }) => {
    const told = [...callbacks.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind]) => kind);
    expect(told).toEqual([...ALERT_KINDS]);
  });
});

// Commands to be copied are run here by a real shell: whatever a sender has written, it stays an argument.
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExecutionFacts } from "../../src/http/execution-view.ts";
import { lookCommand, quoted, startCommand } from "../../src/ui/pages/execution/curl.ts";

const T = Date.UTC(2026, 10, 23, 12);

/** What curl would be called with. */
function argumentsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; TOKEN=tot_1 ENGINE_URL=https://engine.example; ${command}`;
  return execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

const executionWith = (parameters: object): ExecutionFacts =>
  ({
    recordId: "5d1f7c0a-6a37-5a1c-9d0e-3b7f0c9a2e41",
    start: { workflowDefinitionId: "0940b863", locale: "en", parameters, expiresInMs: 3_600_000 },
  }) as unknown as ExecutionFacts;

describe("the start call as a command", () => {
  it("names the token and never holds it, and sends what the engine gets", () => {
    const command = startCommand(executionWith({ customer: "cus_1" }), T) ?? "";
    expect(command).toContain('"Authorization: $TOKEN"');
    const [, , , url, , authorization, , , , body] = argumentsOf(command);
    expect([url, authorization]).toEqual(["https://engine.example/workflows", "Authorization: tot_1"]);
    expect(JSON.parse(body ?? "")).toEqual({
      workflowDefinitionId: "0940b863",
      locale: "en",
      parameters: { customer: "cus_1" },
      expiresAt: "2026-11-23T13:00:00.000Z",
      recordId: "5d1f7c0a-6a37-5a1c-9d0e-3b7f0c9a2e41",
    });
  });

  it("keeps whatever a sender has written an argument of curl, with nothing hidden in it", () => {
    const hostile = [
      "'; touch /tmp/owned; '",
      "$(id)",
      "`id`",
      "\\",
      "\n",
      "\u0000",
      "\u202eevil",
      "👩‍👩‍👧",
      "\u{e0041}",
    ];
    for (const text of hostile) {
      const command = startCommand(executionWith({ text }), T) ?? "";
      expect(command).not.toMatch(/[\p{Cf}]/u);
      expect(JSON.parse(argumentsOf(command).at(-1) ?? "").parameters).toEqual({ text });
    }
  });

  it("is not offered where there is no start, where it is hidden, and where it is too long", () => {
    expect(startCommand({ start: null } as ExecutionFacts, T)).toBeUndefined();
    expect(startCommand(executionWith({ text: "x".repeat(100_000) }), T)).toBeUndefined();
  });
});

describe("a word of a command", () => {
  it("is one word to the shell, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
        (text) => {
          expect(argumentsOf(`curl ${quoted(text)}`)).toEqual([text]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("is the address of an execution in the API", () => {
    expect(lookCommand("https://b.example", "exe_1_a")).toBe(
      `curl -sS 'https://b.example/api/executions/exe_1_a' -H "Authorization: Bearer $TOKEN"`,
    );
  });
});

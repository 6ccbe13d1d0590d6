// What every refusal of the bridge must be: problem JSON with four members, that says nothing it should not.
import type { ExpectStatic } from "vitest";
import { ADMIN, SECRETS } from "./http-bridge.ts";

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** What would help an attacker: secrets, stack traces, places in the code. */
const UNSPEAKABLE = [...Object.values(SECRETS), ADMIN, "    at ", ".ts:", ".js:", "file://", "Error:"];

/** Checks an answer for all of it and gives the problem. */
export async function problemIn(response: Response, status: number, expect: ExpectStatic): Promise<ProblemBody> {
  const text = await response.text();
  const problem: ProblemBody = JSON.parse(text);
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(problem).toEqual({
    type: expect.stringMatching(/^urn:hookspan:problem:[a-z0-9-]+$/),
    title: expect.stringMatching(/\S/),
    status,
    detail: expect.stringMatching(/\S/),
  });
  const whole = text + JSON.stringify([...response.headers]);
  for (const words of UNSPEAKABLE) expect(whole).not.toContain(words);
  return { ...problem, type: problem.type.slice("urn:hookspan:problem:".length) };
}

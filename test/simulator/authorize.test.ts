// The exchange of a key and a secret for a legacy JWT, over HTTP.
import { beforeEach, describe, it } from "vitest";
import { control, forget, request } from "./simulator-client.ts";

beforeEach(forget);

function authorize(body: string) {
  return request("POST", "/auth/authorize", { body, headers: { "content-type": "application/json" } });
}

describe("POST /auth/authorize", () => {
  it("gives a token that the API takes for an hour, another one each time", async ({ expect }) => {
    const body = JSON.stringify({ key: "k", secret: "s" });
    const [first, second] = [await authorize(body), await authorize(body)];
    expect(first.status).toBe(200);
    expect(first.body.accessToken).not.toBe(second.body.accessToken);
    const read = () =>
      request("GET", "/workflows/none", { headers: { authorization: `Bearer ${first.body.accessToken}` } });
    expect((await read()).status).toBe(404);
    await control("PUT", "clock", { offsetMs: 3_600_000 });
    expect((await read()).status).toBe(401);
  });

  it.for(["", "{}", '{"key":"k"}', '{"key":"","secret":"s"}', "[]"])("refuses %j", async (body, { expect }) => {
    expect((await authorize(body)).status).toBe(400);
  });

  it("can be made to fail", async ({ expect }) => {
    await control("POST", "faults", { operation: "authorize", fault: "error-before", status: 503, times: 1 });
    expect((await authorize('{"key":"k","secret":"s"}')).status).toBe(503);
  });
});

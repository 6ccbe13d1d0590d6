// Bodies that are too large, or that never arrive whole: refused before they cost anything.
import { describe, it } from "vitest";
import { http, SECRETS } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

/** The cap of the source `partner`. */
const CAP = 1_000;

const HEADERS = { "content-type": "application/json", "x-webhook-token": SECRETS.PARTNER_TOKEN ?? "" };

function post(body: BodyInit, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body, headers: { ...HEADERS, ...headers } };
}

/** JSON of exactly so many bytes. */
function jsonOf(bytes: number): string {
  const frame = '{"id":"p_1","x":""}';
  return `{"id":"p_1","x":"${"x".repeat(bytes - frame.length)}"}`;
}

interface Pulled {
  readonly body: ReadableStream<Uint8Array>;
  times: number;
  canceled: boolean;
}

/** A body that notes each time it is read. Nothing is read ahead. */
function stream(next: (controller: ReadableStreamDefaultController<Uint8Array>, time: number) => void): Pulled {
  const pulled: Pulled = {
    times: 0,
    canceled: false,
    body: new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled.times += 1;
          next(controller, pulled.times);
        },
        cancel() {
          pulled.canceled = true;
        },
      },
      { highWaterMark: 0 },
    ),
  };
  return pulled;
}

describe("a body", () => {
  it("of exactly the cap is taken", async ({ expect }) => {
    expect((await http().fetch("/in/partner", post(jsonOf(CAP)))).status).toBe(202);
  });

  it("of one byte more is too large, and the answer names the cap", async ({ expect }) => {
    const { fetch, lines } = http();
    const problem = await problemIn(await fetch("/in/partner", post(jsonOf(CAP + 1))), 413, expect);
    expect([problem.type, problem.detail]).toEqual(["body-too-large", expect.stringContaining("1000 bytes")]);
    expect(lines).toEqual([
      { level: "warn", name: "webhook.refused", fields: { source: "partner", reason: "body-too-large" } },
    ]);
  });

  it("whose Content-Length is beyond the cap is refused unread", async ({ expect }) => {
    const endless = stream(() => undefined);
    const init = post(endless.body, { "content-length": String(CAP + 1) });
    expect((await problemIn(await http().fetch("/in/partner", init), 413, expect)).type).toBe("body-too-large");
    expect(endless.times).toBe(0);
  });

  it("whose Content-Length is beyond the cap is refused before the sender is proven: that costs nothing", async ({
    expect,
  }) => {
    const init = { method: "POST", body: "{}", headers: { "content-length": "99999999999999999999" } };
    await problemIn(await http().fetch("/in/partner", init), 413, expect);
  });

  it.for([undefined, "0", "-1", "many"])(
    "that streams past the cap is refused as soon as it does, with Content-Length %s",
    async (length, { expect }) => {
      const endless = stream((controller) => controller.enqueue(new Uint8Array(400)));
      const init = post(endless.body, length === undefined ? {} : { "content-length": length });
      expect((await problemIn(await http().fetch("/in/partner", init), 413, expect)).type).toBe("body-too-large");
      expect(endless.times).toBe(3);
      expect(endless.canceled).toBe(true);
    },
  );

  it.for(["10", "500"])(
    "that is not as long as its Content-Length %s says is not taken",
    async (length, { expect }) => {
      const other = stream((controller, time) =>
        time === 1 ? controller.enqueue(new Uint8Array(400)) : controller.close(),
      );
      const problem = await problemIn(
        await http().fetch("/in/partner", post(other.body, { "content-length": length })),
        400,
        expect,
      );
      expect(problem.type).toBe("body-incomplete");
    },
  );

  it("that breaks off is incomplete: the sender may send it again", async ({ expect }) => {
    const broken = stream((controller, time) => {
      if (time === 1) controller.enqueue(new TextEncoder().encode('{"id":"p_1",'));
      else controller.error(new Error("connection lost"));
    });
    const { fetch, lines, api } = http();
    const problem = await problemIn(await fetch("/in/partner", post(broken.body)), 400, expect);
    expect([problem.type, problem.detail]).toEqual([
      "body-incomplete",
      expect.stringContaining("Send the request again"),
    ]);
    expect(lines).toMatchObject([{ level: "warn", fields: { source: "partner", reason: "body-incomplete" } }]);
    expect(await (await api("/executions")).json()).toMatchObject({ executions: [] });
  });

  it("that comes in many small pieces is one body", async ({ expect }) => {
    const bytes = new TextEncoder().encode('{"id":"p_ź","type":"order"}');
    const slow = stream((controller, time) => {
      const piece = bytes.slice(time - 1, time);
      if (piece.length === 0) controller.close();
      else controller.enqueue(piece);
    });
    const response = await http().fetch("/in/partner", post(slow.body));
    expect(await response.json()).toMatchObject({ events: [{ id: "p_ź" }] });
  });

  it("of a source without a cap of its own may have a mebibyte", async ({ expect }) => {
    const { fetch } = http();
    const init = { method: "POST", headers: HEADERS };
    const within = await fetch("/in/stripe", { ...init, body: "x".repeat(1_048_576) });
    const beyond = await fetch("/in/stripe", { ...init, body: "x".repeat(1_048_577) });
    expect([within.status, beyond.status]).toEqual([401, 413]);
  });

  it("that is not there is not proven either", async ({ expect }) => {
    await problemIn(await http().fetch("/in/stripe", { method: "POST" }), 401, expect);
  });

  it("to an address without a source is not read", async ({ expect }) => {
    const endless = stream(() => undefined);
    await problemIn(await http().fetch("/in/unknown", post(endless.body)), 404, expect);
    expect(endless.times).toBe(0);
  });
});

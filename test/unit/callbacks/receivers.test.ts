// Receivers of every temper, and what the sender makes of each. Over real sockets.
import { describe, expect, test } from "vitest";
import {
  answering,
  cutInBody,
  hangingInBody,
  httpServer,
  nobody,
  resetting,
  silent,
  tcpServer,
  timeUpAfterHead,
} from "../engine/loopback.ts";
import { NOW, SECRETS, sendTo } from "./callbacks.ts";

const BROKEN = { delivered: false, detail: "the connection failed or broke before the answer", durationMs: 0 };

describe("a receiver that answers", () => {
  test.each([200, 201, 202, 204, 205, 299])("%i has it", async (status) => {
    const { url } = await answering(status);
    expect(await sendTo(url)).toEqual({ delivered: true, status, durationMs: 0 });
  });

  test.each([400, 401, 403, 404, 409, 413, 422, 500, 502, 504])("%i has not", async (status) => {
    const { url } = await answering(status, "the receiver's own words");
    expect(await sendTo(url)).toEqual({
      answer: "the receiver's own words",
      delivered: false,
      status,
      final: false,
      detail: `HTTP ${status}`,
      durationMs: 0,
    });
  });

  test("410 wants no more of it", async () => {
    const { url } = await answering(410, "gone", { "retry-after": "7" });
    expect(await sendTo(url)).toEqual({
      delivered: false,
      status: 410,
      final: true,
      detail: "HTTP 410",
      answer: "gone",
      durationMs: 0,
    });
  });

  test.each([301, 302, 303, 307, 308])("%i has not, and its Location is not followed", async (status) => {
    const elsewhere = await answering(204);
    const server = await answering(status, "", { location: elsewhere.url });
    expect(await sendTo(server.url)).toMatchObject({ delivered: false, status, detail: `HTTP ${status}` });
    expect(server.seen).toHaveLength(1);
    expect(elsewhere.seen).toEqual([]);
  });
});

describe("Retry-After", () => {
  const waitAt = async (status: number, retryAfter: string): Promise<number | undefined> => {
    const { url } = await answering(status, "", { "retry-after": retryAfter });
    const outcome = await sendTo(url);
    return outcome.delivered ? undefined : outcome.retryAfterMs;
  };

  test.each([429, 503])("of a %i is kept in both its forms", async (status) => {
    expect(await waitAt(status, "120")).toBe(120_000);
    expect(await waitAt(status, new Date(NOW + 90_000).toUTCString())).toBe(90_000);
  });

  test("is at most a day, and nothing where it cannot be read", async () => {
    expect(await waitAt(503, "999999999")).toBe(86_400_000);
    expect(await waitAt(503, "when we are back")).toBeUndefined();
  });

  test.each([200, 400, 410, 500])("means nothing with %i", async (status) => {
    expect(await waitAt(status, "120")).toBeUndefined();
  });
});

describe("a receiver whose answer has begun with 200 has the message, though the body", () => {
  const delivered = { delivered: true, status: 200, durationMs: 0 };

  test("never ends", async () => {
    const { url } = await hangingInBody(200, "OK");
    expect(await sendTo(url, { deps: { fetch: timeUpAfterHead } })).toEqual(delivered);
  });

  test("breaks off", async () => {
    const { url } = await cutInBody(200, "OK");
    expect(await sendTo(url)).toEqual(delivered);
  });

  test("drips without an end: the time is bounded", async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 5);
      response.on("close", () => clearInterval(timer));
    });
    expect(await sendTo(url, { deps: { fetch: timeUpAfterHead } })).toEqual(delivered);
  });

  test("pours without an end: the bytes are bounded, and the connection is given up", async () => {
    let written = 0;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const { url } = await httpServer((response) => {
      const block = Buffer.alloc(64 * 1024);
      const pour = (): void => {
        do written += block.byteLength;
        while (response.write(block));
      };
      response.writeHead(200).on("drain", pour).on("close", resolve);
      pour();
    });
    // Far shorter than the timeout, which would fail the test: it is the cap that ends this.
    expect(await sendTo(url, { timeout: "25s" })).toEqual(delivered);
    await closed;
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });
});

describe("a receiver has not got the message, as far as can be told, when it", () => {
  test("takes the request and never answers", async () => {
    const { url } = await silent();
    expect(await sendTo(url, { timeout: "100ms" })).toEqual({
      delivered: false,
      detail: "no answer within 100 ms",
      durationMs: 0,
    });
  });

  test("breaks the connection", async () => {
    const { url, connections } = await resetting();
    expect(await sendTo(url)).toEqual(BROKEN);
    expect(connections()).toBe(1);
  });

  test("speaks no HTTP", async () => {
    const { url } = await tcpServer((socket) => socket.end("220 mail.example.com ESMTP\r\n"));
    expect(await sendTo(url)).toEqual(BROKEN);
  });

  test("is not there", async () => {
    expect(await sendTo(await nobody())).toEqual(BROKEN);
  });
});

describe("how long an attempt took", () => {
  const ticking = (): { now(): number } => {
    let looks = 0;
    return { now: () => NOW + 40 * looks++ };
  };

  test("is told of a delivery and of a failure", async () => {
    const [fine, failing] = [await answering(204), await answering(500)];
    expect((await sendTo(fine.url, { deps: ticking() })).durationMs).toBeGreaterThanOrEqual(40);
    expect((await sendTo(failing.url, { deps: ticking() })).durationMs).toBeGreaterThanOrEqual(40);
    expect((await sendTo(await nobody(), { deps: ticking() })).durationMs).toBeGreaterThanOrEqual(40);
  });
});

test("no outcome holds a secret or the address, even where the receiver repeats what it was sent", async () => {
  const settings = {
    headers: { "x-key": { secret: "CRM_KEY", prefix: "Key " } },
    authorization: { type: "bearer", token: "CRM_TOKEN" },
  } as const;
  const own = { CRM_KEY: "key-0123456789", CRM_TOKEN: "token-0123456789", ...SECRETS };
  const secrets = (names: readonly string[]) => names.map((name) => own[name as keyof typeof own] ?? "");
  const echo = `your words: Key key-0123456789, token-0123456789, Bearer token-0123456789, ${SECRETS.CRM_CALLBACK_SECRET}`;
  const servers = await Promise.all([answering(500, echo), answering(302, echo), resetting()]);
  for (const { url } of servers) {
    const outcome = JSON.stringify(await sendTo(`${url}/hook?key=in-the-url`, { settings, deps: { secrets } }));
    for (const unwanted of [...Object.values(own), "in-the-url"]) expect(outcome).not.toContain(unwanted);
  }
});

describe("what a receiver answers that has not taken the message", () => {
  test("is kept as text, of one line, and in part", async () => {
    const { url } = await answering(422, `field "name"\r\nis \u202emissing\u0000${"x".repeat(2_000)}`);
    const outcome = await sendTo(url);
    if (outcome.delivered) throw new Error("it was not taken");
    expect(outcome.answer).toMatch(/^field "name" is +missing x+…$/);
    expect(outcome.answer?.length).toBeLessThanOrEqual(501);
  });

  test("is nothing where it is empty, or where it has taken the message", async () => {
    expect(await sendTo((await answering(500)).url)).not.toHaveProperty("answer");
    expect(await sendTo((await answering(200, "thank you")).url)).not.toHaveProperty("answer");
  });
});

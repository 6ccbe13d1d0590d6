// What the front door answers beside handshakes: receipts and their variants, refusals that teach nothing, states,
// methods, slow bodies, and the notes that are made afterwards.
import { afterEach, describe, it, vi } from "vitest";
import { ok } from "../../src/core/result.ts";
import { BODY_TIMEOUT_MS } from "../../src/http/inbound-body.ts";
import { KINDS } from "../unit/sources/handshake/kinds.ts";
import { bytesOf, door, NOW, type Receipt, SECRETS, SIGNED_SOURCE, signatureOf } from "./handshake-bridge.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const event = { id: "evt_1", type: "order.paid" };
const ACK =
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><Ack>true</Ack></soapenv:Body></soapenv:Envelope>';

function answering(answer: unknown) {
  return door({ sender: { ...SIGNED_SOURCE, answer } });
}

describe("an accepted event", () => {
  it("is answered 202 with the receipt", async ({ expect }) => {
    const response = await door({ sender: SIGNED_SOURCE }).signed("/in/sender", event);
    expect([response.status, response.headers.get("content-type")]).toEqual([202, "application/json"]);
    expect(await response.json()).toEqual({
      events: [event],
      executions: [
        {
          event: "evt_1",
          id: expect.stringMatching(/^exe_/),
          rule: "on-sender",
          recordId: null,
          outcome: "new",
          state: "starting",
        },
      ],
    });
  });

  it("is answered as the source says", async ({ expect }) => {
    const answers = [];
    for (const accepted of [{ status: 200, body: "" }, { status: 204 }, { status: 200, type: "text/xml", body: ACK }]) {
      const response = await answering({ accepted }).signed("/in/sender", event);
      answers.push([response.status, response.headers.get("content-type"), await response.text()]);
    }
    expect(answers).toEqual([
      [200, null, ""],
      [204, null, ""],
      [200, "text/xml; charset=utf-8", ACK],
    ]);
    const exactly200 = await answering({ accepted: { status: 200 } }).signed("/in/sender", event);
    expect([exactly200.status, (await exactly200.json<Receipt>()).executions.length]).toEqual([200, 1]);
  });
});

describe("a batch", () => {
  const sources = { sender: { ...SIGNED_SOURCE, body: { split: "$.events" } } };
  const batch = (...ids: string[]) => ({ events: ids.map((id) => ({ id, type: "order.paid" })) });

  it("is one receipt that says which execution is of which event", async ({ expect }) => {
    const receipt = await (await door(sources).signed("/in/sender", batch("a", "b", "a"))).json<Receipt>();
    expect(receipt.events.map(({ id }) => id)).toEqual(["a", "b", "a"]);
    expect(receipt.executions.map(({ event, outcome }) => [event, outcome])).toEqual([
      ["a", "new"],
      ["b", "new"],
      ["a", "duplicate"],
    ]);
  });

  it("starts one execution for two events that have one key", async ({ expect }) => {
    const engine = door(sources).bridge.engine("default");
    if (!engine) throw new Error("no engine");
    const starts: string[] = [];
    const counting = {
      ...engine,
      start: async () => ok({ runId: `run_${starts.push("")}`, status: "running", expiresAt: null } as const),
    };
    const at = door(sources, { engine: () => counting });
    await at.signed("/in/sender", batch("a", "a", "a"));
    await at.settled();
    expect(starts).toHaveLength(1);
  });

  it("may be empty: the sender shows that it is there", async ({ expect }) => {
    const response = await door(sources).signed("/in/sender", batch());
    expect([response.status, await response.json()]).toEqual([202, { events: [], executions: [] }]);
  });

  it("is admitted in one call, and refused as a whole where that fails", async ({ expect }) => {
    const calls: number[] = [];
    const ledger = {
      ...door(sources).bridge.ledger,
      admit: async (admissions: readonly unknown[]) => {
        calls.push(admissions.length);
        return { ok: false, error: { reason: "ledger-unavailable", detail: "gone" } } as const;
      },
    };
    const response = await door(sources, { ledger }).signed("/in/sender", batch("a", "b"));
    expect([response.status, response.headers.get("retry-after"), calls]).toEqual([503, "30", [2]]);
  });
});

describe("a request that does not prove its sender", () => {
  const forged = [
    {},
    { "x-signature": "" },
    { "x-signature": "zz" },
    { "x-signature": "ab".repeat(32) },
    { "x-signature": "é" },
  ];

  it.for([
    [undefined, 401],
    [{ status: 498 }, 498],
    [{ status: 403 }, 403],
    [{ status: 401, empty: true }, 401],
  ] as const)("is answered the same to the last byte: %j", async ([rejected, status], { expect }) => {
    const answers = new Set<string>();
    for (const headers of forged) {
      const response = await answering(rejected && { rejected }).post("/in/sender", event, headers);
      expect(response.status).toBe(status);
      answers.add(await bytesOf(response));
    }
    expect(answers.size).toBe(1);
  });

  it("is Xero's test: empty 401 for a bad signature, empty 200 for a good one", async ({ expect }) => {
    const answer = { accepted: { status: 200, body: "" }, rejected: { empty: true } };
    const at = door({ xero: { ...SIGNED_SOURCE, body: { split: "$.events" }, answer } });
    const intent = { events: [], firstEventSequence: 0, lastEventSequence: 0, entropy: "S0m3r4Nd0mt3xt" };
    const seen = [await at.signed("/in/xero", intent, "wrong"), await at.signed("/in/xero", intent)];
    expect(await Promise.all(seen.map(async (each) => [each.status, await each.text()]))).toEqual([
      [401, ""],
      [200, ""],
    ]);
    expect(seen.map(({ headers }) => [headers.get("content-type"), headers.get("set-cookie")])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it("may look like a handshake, where its source has none", async ({ expect }) => {
    const at = door({ sender: SIGNED_SOURCE });
    const bodies = [
      { type: "url_verification", challenge: "reflect-me" },
      { challenge: "reflect-me" },
      { verification_token: "reflect-me" },
    ];
    for (const body of bodies) {
      const response = await at.post("/in/sender?validationToken=reflect-me&challenge=reflect-me", body, {
        "x-hook-secret": "reflect-me",
      });
      expect(response.status).toBe(401);
      expect(await bytesOf(response)).not.toContain("reflect-me");
    }
    expect(at.desk.captured.size).toBe(0);
    // Rightly signed, it is an event.
    const receipt = await (await at.signed("/in/sender", { id: "1", ...bodies[0] })).json<Receipt>();
    expect(receipt.events).toEqual([{ id: "1", type: "url_verification" }]);
  });
});

describe("a source that is paused", () => {
  const paused = {
    sender: { ...SIGNED_SOURCE, state: "paused", handshake: [KINDS.dropbox, KINDS.monday, KINDS.asana] },
  };

  it("answers 503 to everything, so that the sender comes back", async ({ expect }) => {
    const at = door({ sender: { ...paused.sender, answer: { busy: { retryAfterSeconds: 600 } } } });
    const responses = [
      await at.signed("/in/sender", event),
      await at.post("/in/sender", event),
      await at.post("/in/sender", { challenge: "a" }),
      await at.ask("/in/sender?challenge=a"),
      await at.ask("/in/sender", { method: "POST", headers: { "x-hook-secret": "a" } }),
      await at.ask("/in/sender", { method: "DELETE" }),
    ];
    expect(responses.map(({ status, headers }) => [status, headers.get("retry-after")])).toEqual(
      responses.map(() => [503, "600"]),
    );
    await at.settled();
    expect(at.desk.captured.size).toBe(0);
    expect(new Set(at.desk.notes.map(({ kind, note }) => `${kind} ${note?.reason}`))).toEqual(
      new Set(["refused paused"]),
    );
  });
});

describe("a method", () => {
  it("that the source does not take is answered 405, with those that it does", async ({ expect }) => {
    const at = door({ sender: SIGNED_SOURCE, meta: { ...SIGNED_SOURCE, handshake: [KINDS.dropbox, KINDS.head] } });
    const allowed = async (path: string, method: string) => {
      const response = await at.ask(path, { method });
      return [response.status, response.headers.get("allow")];
    };
    for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]) {
      expect(await allowed("/in/sender?challenge=a", method)).toEqual([405, "POST"]);
    }
    expect(await allowed("/in/meta", "DELETE")).toEqual([405, "GET, HEAD, POST"]);
  });

  it("that only handshakes come by gives nothing where it is none", async ({ expect }) => {
    const at = door({
      signed: { ...SIGNED_SOURCE, handshake: [KINDS.dropbox] },
      open: { verify: { family: "none" }, handshake: [KINDS.dropbox] },
    });
    expect((await at.ask("/in/signed?challenge=a%0ab")).status).toBe(401);
    expect((await at.ask("/in/open?challenge=")).status).toBe(400);
    await at.settled();
    expect(at.desk.notes.map(({ kind }) => kind)).toEqual(["refused", "refused"]);
  });
});

describe("a body that does not come", () => {
  it("is answered 408 after its time", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const at = door({ sender: SIGNED_SOURCE });
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
    const asked = at.ask("/in/sender", { method: "POST", body, headers: { "content-type": "application/json" } });
    await vi.advanceTimersByTimeAsync(BODY_TIMEOUT_MS);
    const response = await asked;
    expect([response.status, (await response.json<{ type: string }>()).type]).toEqual([
      408,
      "urn:hookspan:problem:body-too-slow",
    ]);
    await at.settled();
    expect(at.desk.notes).toMatchObject([{ kind: "refused", note: { reason: "body-too-slow" } }]);
  });
});

describe("notes", () => {
  it("say why a request was refused, and nothing that it held", async ({ expect }) => {
    const at = door({ sender: SIGNED_SOURCE });
    await at.signed("/in/sender", { id: "1", iban: "PL61109010140000071219812874" }, "wrong");
    await at.signed("/in/sender", '{"iban": PL61109010140000071219812874');
    await at.settled();
    expect(at.desk.notes).toMatchObject([
      { kind: "refused", source: "sender", note: { reason: "no-match", detail: expect.stringContaining("tried: 1") } },
      {
        kind: "refused",
        source: "sender",
        note: { reason: "malformed-json", detail: expect.stringContaining("line 1") },
      },
    ]);
    for (const unwanted of ["PL61", ...Object.values(SECRETS)]) expect(at.told()).not.toContain(unwanted);
  });

  it("say the measured skew", async ({ expect }) => {
    const verify = { ...SIGNED_SOURCE.verify, content: "{ts}.{body}", timestamp: { from: "header:x-time" } };
    const at = door({ sender: { ...SIGNED_SOURCE, verify } });
    const body = "{}";
    const time = String(NOW / 1_000 - 3_600);
    await at.post("/in/sender", body, { "x-time": time, "x-signature": await signatureOf(`${time}.${body}`) });
    await at.settled();
    expect(at.desk.notes).toMatchObject([
      { note: { reason: "stale", detail: "skewSeconds: 3600, toleranceSeconds: 300" } },
    ]);
  });

  it("say which types of events no rule takes, and that the source was heard of", async ({ expect }) => {
    const at = door({ sender: SIGNED_SOURCE });
    const receipt = await (await at.signed("/in/sender", { id: "1", type: "unwanted" })).json<Receipt>();
    expect(receipt.executions).toEqual([]);
    await at.settled();
    expect(at.desk.notes).toMatchObject([
      { kind: "received", source: "sender" },
      {
        kind: "unmatched",
        source: "sender",
        note: { reason: "unmatched", detail: expect.stringContaining("unwanted") },
      },
    ]);
  });

  it("that cannot be made cost no request", async ({ expect }) => {
    const gone = () => Promise.reject(new Error("gone"));
    const { desk } = door({ sender: SIGNED_SOURCE });
    const at = door({ sender: SIGNED_SOURCE }, { desk: { ...desk, received: gone, refused: gone, unmatched: gone } });
    expect((await at.signed("/in/sender", event)).status).toBe(202);
    expect((await at.signed("/in/sender", event, "wrong")).status).toBe(401);
    await at.settled();
    expect(at.lines.filter(({ name }) => name === "note.failed")).toHaveLength(2);
  });
});

// Changing the configuration over HTTP: what is in force, who may change it, what is refused and how, and that a refused
// configuration can be mended there.
import { beforeAll, describe, it } from "vitest";
import { openConfigApi } from "./config-api.ts";
import { document, NOW, openConfigRoom, putFromElsewhere } from "./config-objects.ts";
import { problemIn } from "./http-problem.ts";

// The first object wakes the whole Worker, which on a busy machine takes longer than a call may.
beforeAll(async () => void (await openConfigRoom().stub.since(0)), 60_000);

const needingMore = document("needs more", { sources: { signup: { preset: "stripe", secrets: ["NEW_SECRET"] } } });
const at = new Date(NOW).toISOString();

describe("GET /api/config", () => {
  it("tells the newest revision, its document and its etag", async ({ expect }) => {
    const api = openConfigApi();
    const response = await api.call("GET", "/config");
    expect(api.reads).toBe(1);
    expect([response.status, response.headers.get("etag"), response.headers.get("cache-control")]).toEqual([
      200,
      '"1"',
      "no-store",
    ]);
    expect(await response.json()).toEqual({
      revision: 1,
      at,
      author: "deployment",
      note: null,
      madeFrom: { kind: "bundled" },
      inForce: 1,
      faults: [],
      document: document(),
      bundled: { differs: false, differences: [] },
    });
  });

  it("tells how the deployed file differs, which stays out of force", async ({ expect }) => {
    const { room } = openConfigApi();
    await putFromElsewhere(room, document("running"));
    const { call } = openConfigApi({ bundled: document("deployed") }, room);
    expect(await (await call("GET", "/config")).json()).toMatchObject({
      revision: 1,
      inForce: 1,
      bundled: {
        differs: true,
        differences: [{ path: "rules[on-signup].description", kind: "changed", from: "running", to: "deployed" }],
      },
    });
  });

  it("tells the faults of a newest revision that is refused, and which one is in force", async ({ expect }) => {
    const room = openConfigRoom();
    await putFromElsewhere(room, document());
    await putFromElsewhere(room, needingMore);
    const { call } = openConfigApi({}, room);
    expect(await (await call("GET", "/config")).json()).toMatchObject({
      revision: 2,
      inForce: 1,
      faults: [{ path: "sources.signup.secrets[0]" }],
    });
  });

  it("is closed without the token, as all of /api/config is", async ({ expect }) => {
    const { call, put } = openConfigApi();
    const headers = { authorization: "Bearer other" };
    for (const [method, path] of [
      ["GET", "/config"],
      ["PUT", "/config"],
      ["POST", "/config/check"],
      ["GET", "/config/revisions"],
      ["GET", "/config/revisions/1"],
      ["POST", "/config/revisions/1/restore"],
      ["GET", "/config/diff?from=1&to=1"],
    ] as const) {
      await problemIn(await call(method, path, { headers }), 401, expect);
    }
    expect((await put(document("open"), 1)).status).toBe(200);
  });
});

describe("PUT /api/config", () => {
  it("makes a new revision, in force at once where it was put, and tells what has changed", async ({ expect }) => {
    const { call, inForce, lines, room } = openConfigApi();
    await inForce();
    const response = await call("PUT", "/config?note=a%20better%20name", {
      body: JSON.stringify(document("second")),
      headers: { "if-match": '"1"', "x-hookspan-author": "ada@example.com" },
    });
    expect([response.status, response.headers.get("etag")]).toEqual([200, '"2"']);
    expect(await response.json()).toEqual({
      revision: 2,
      differences: [{ path: "rules[on-signup].description", kind: "changed", from: "first", to: "second" }],
    });
    expect(await inForce()).toBe(2);
    expect(await room.store.get(2)).toEqual({
      number: 2,
      at: NOW,
      author: "ada@example.com",
      note: "a better name",
      madeFrom: { kind: "put" },
      document: document("second"),
    });
    expect(lines).toMatchObject([{ name: "config.changed", fields: { revision: 2, author: "ada@example.com" } }]);
  });

  it("makes none of a document that says the same, in whatever order", async ({ expect }) => {
    const { put, room } = openConfigApi();
    const same = Object.fromEntries(Object.entries(document()).toReversed());
    const response = await put(same, 1);
    expect([response.status, await response.json()]).toEqual([200, { revision: 1, differences: [] }]);
    expect((await room.store.since(0))?.number).toBe(1);
  });

  it("asks which revision its author has seen", async ({ expect }) => {
    const { put } = openConfigApi();
    expect((await problemIn(await put(document("second"), null), 428, expect)).detail).toContain("If-Match");
    for (const tag of ["1", '"one"', "*", '"-1"', '"01"', '"1", "2"']) {
      await problemIn(await put(document("second"), tag), 400, expect);
    }
    expect((await put(document("second"), 'W/"1"')).status).toBe(200);
  });

  it("refuses whoever has seen an older one, and names the newest", async ({ expect }) => {
    const { put, room } = openConfigApi();
    await put(document("second"), 1);
    const response = await put(document("third"), 1);
    expect([response.status, response.headers.get("etag")]).toEqual([412, '"2"']);
    expect(await response.json()).toMatchObject({ type: "urn:hookspan:problem:stale-revision", revision: 2 });
    expect((await room.store.since(0))?.document).toEqual(document("second"));
  });

  it("lets one of two win that are put at the same time", async ({ expect }) => {
    const { room, put } = openConfigApi();
    await put(document("second"), 1);
    const [one, other] = [openConfigApi({}, room), openConfigApi({}, room)];
    const responses = await Promise.all([one.put(document("by one"), 2), other.put(document("by the other"), 2)]);
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const winner = responses[0]?.status === 200 ? "by one" : "by the other";
    expect(await room.store.since(2)).toMatchObject({ number: 3, document: document(winner) });
  });

  it("lists every fault, and changes nothing", async ({ expect }) => {
    const { put, room } = openConfigApi();
    const rules = [
      { id: "a", wehn: "true" },
      { id: "b", source: "singup", on: ["*"], start: { workflowDefinitionId: "d" } },
    ];
    const response = await put({ ...needingMore, rules }, 1);
    expect([response.status, response.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
    const problem = await response.json<{ faults: { path: string; message: string }[] }>();
    expect(problem.faults).toContainEqual({ path: "rules[0].wehn", message: 'unknown key; did you mean "when"?' });
    expect(problem.faults.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["rules[0].source", "rules[1].source", "sources.signup.secrets[0]"]),
    );
    expect((await room.store.since(0))?.number).toBe(1);
  });

  it("tells where a body is no JSON, and refuses one that is too large before it is read", async ({ expect }) => {
    const { call, put } = openConfigApi();
    const broken = await problemIn(await put('{\n  "rules": [}', 1), 400, expect);
    expect(broken.detail).toContain("line 2, column 13");
    const headers = { "if-match": '"1"', "content-length": String(8 * 1024 * 1024 + 1) };
    const large = await problemIn(await call("PUT", "/config", { body: "{}", headers }), 413, expect);
    expect(large.detail).toContain("8388608 bytes");
    const whole = await put(`"${"a".repeat(8 * 1024 * 1024)}"`, 1);
    expect(whole.status).toBe(413);
    await problemIn(await put("[".repeat(1_000) + "]".repeat(1_000), 1), 400, expect);
  });

  it("bounds what is said of the author and the reason", async ({ expect }) => {
    const { call, put } = openConfigApi();
    await problemIn(await put(document("second"), 1, `?note=${"n".repeat(501)}`), 400, expect);
    const headers = { "if-match": '"1"', "x-hookspan-author": "a".repeat(101) };
    await problemIn(await call("PUT", "/config", { body: JSON.stringify(document("second")), headers }), 400, expect);
  });

  it("lets the number of shards change only where the former one is named, or records would not be found again", async ({
    expect,
  }) => {
    const { put } = openConfigApi();
    const response = await put(document("first", { ledger: { shards: 4 } }), 1);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ faults: [{ path: "ledger.formerShards" }] });
    expect((await put(document("first", { ledger: { shards: 8 } }), 1)).status).toBe(200);
    expect((await put(document("first", { ledger: { shards: 4, formerShards: [8] } }), 2)).status).toBe(200);
  });

  it("does not let the ledger move to another jurisdiction", async ({ expect }) => {
    const { put } = openConfigApi();
    const response = await put(document("first", { ledger: { jurisdiction: "eu" } }), 1);
    expect(await response.json()).toMatchObject({ faults: [{ path: "ledger.jurisdiction" }] });
  });
});

describe("POST /api/config/check", () => {
  it("says what a PUT would, and stores nothing", async ({ expect }) => {
    const { call, room } = openConfigApi();
    const check = (json: unknown) => call("POST", "/config/check", { body: JSON.stringify(json) });
    const good = await check(document("second"));
    expect([good.status, await good.json()]).toEqual([
      200,
      {
        faults: [],
        differences: [{ path: "rules[on-signup].description", kind: "changed", from: "first", to: "second" }],
      },
    ]);
    const bad = await check({ ...document(), colour: "red" });
    expect([bad.status, await bad.json()]).toMatchObject([422, { faults: [{ path: "colour" }] }]);
    expect((await check(document("x", { ledger: { shards: 4 } }))).status).toBe(422);
    await problemIn(await call("POST", "/config/check", { body: "{" }), 400, expect);
    expect((await room.store.since(0))?.number).toBe(1);
  });
});

describe("the revisions", () => {
  it("are listed the newest first, page by page, and each can be read", async ({ expect }) => {
    const { call, put } = openConfigApi();
    await put(document("second"), 1);
    await put(document("third"), 2);
    const page = await (await call("GET", "/config/revisions?limit=2")).json<{ revisions: unknown[]; next: number }>();
    expect(page).toMatchObject({ revisions: [{ revision: 3, at, author: "api" }, { revision: 2 }], next: 2 });
    expect(await (await call("GET", `/config/revisions?before=${page.next}`)).json()).toMatchObject({
      revisions: [{ revision: 1, author: "deployment" }],
      next: null,
    });
    expect(await (await call("GET", "/config/revisions/2")).json()).toMatchObject({
      revision: 2,
      madeFrom: { kind: "put" },
      document: document("second"),
    });
    for (const number of ["9", "0", "two", "1.5"]) {
      await problemIn(await call("GET", `/config/revisions/${number}`), 404, expect);
    }
    await problemIn(await call("GET", "/config/revisions?limit=0"), 400, expect);
  });

  it("can be restored, which makes a new one", async ({ expect }) => {
    const { call, put, inForce, room } = openConfigApi();
    await put(document("second"), 1);
    const restore = (n: number | string, seen: number) =>
      call("POST", `/config/revisions/${n}/restore?note=back`, { headers: { "if-match": `"${seen}"` } });
    await problemIn(await call("POST", "/config/revisions/1/restore"), 428, expect);
    expect((await restore(1, 1)).status).toBe(412);
    await problemIn(await restore(9, 2), 404, expect);
    await problemIn(await restore("one", 2), 404, expect);
    const restored = await restore(1, 2);
    expect([restored.status, await restored.json()]).toMatchObject([
      200,
      { revision: 3, differences: [{ to: "first" }] },
    ]);
    expect(await inForce()).toBe(3);
    expect(await room.store.get(3)).toMatchObject({
      note: "back",
      madeFrom: { kind: "restore", of: 1 },
      document: document(),
    });
  });

  it("cannot be restored where they would be refused today", async ({ expect }) => {
    const room = openConfigRoom();
    await putFromElsewhere(room, needingMore);
    await putFromElsewhere(room, document());
    const { call } = openConfigApi({}, room);
    const response = await call("POST", "/config/revisions/1/restore", { headers: { "if-match": '"2"' } });
    expect([response.status, (await room.store.since(0))?.number]).toEqual([422, 2]);
  });

  it("can be compared with each other, with the newest and with the deployed file", async ({ expect }) => {
    const { call, put } = openConfigApi({ bundled: document("deployed") });
    await put(document("second"), 1);
    await put(document("third"), 2);
    const diff = async (query: string) => {
      const { differences } = await (await call("GET", `/config/diff?${query}`)).json<{
        differences: { from: string; to: string }[];
      }>();
      return differences.map(({ from, to }) => `${from} → ${to}`);
    };
    expect(await diff("from=1&to=2")).toEqual(["deployed → second"]);
    expect(await diff("from=current&to=bundled")).toEqual(["third → deployed"]);
    expect(await diff("from=3&to=current")).toEqual([]);
    await problemIn(await call("GET", "/config/diff?from=1&to=9"), 404, expect);
    await problemIn(await call("GET", "/config/diff?from=1&to=newest"), 400, expect);
    await problemIn(await call("GET", "/config/diff?from=1"), 400, expect);
  });
});

describe("a configuration that is refused", () => {
  it("stops the bridge, but can be read and mended here", async ({ expect }) => {
    const room = openConfigRoom();
    await putFromElsewhere(room, needingMore);
    const { call, put } = openConfigApi({}, room);
    expect((await problemIn(await call("GET", "/executions"), 503, expect)).detail).toContain("NEW_SECRET");
    expect(await (await call("GET", "/config")).json()).toMatchObject({
      revision: 1,
      inForce: null,
      faults: [{ path: "sources.signup.secrets[0]" }],
    });
    expect((await call("GET", "/config/revisions")).status).toBe(200);
    expect((await put(document("mended"), 1)).status).toBe(200);
    expect(await (await call("GET", "/config")).json()).toMatchObject({ revision: 2, inForce: 2, faults: [] });
  });

  it("as it was deployed leaves no revision, and the first is the one that is put", async ({ expect }) => {
    const { call, put } = openConfigApi({ bundled: needingMore });
    const response = await call("GET", "/config");
    expect(response.headers.get("etag")).toBe('"0"');
    expect(await response.json()).toMatchObject({
      revision: 0,
      inForce: null,
      document: null,
      faults: [{ path: "sources.signup.secrets[0]" }],
      bundled: { differs: true },
    });
    const put1 = await put(document("mended"), 0);
    expect([put1.status, await put1.json()]).toMatchObject([200, { revision: 1 }]);
  });
});

describe("revisions out of reach", () => {
  it("make the API say so and try again, and the door ask the sender to repeat", async ({ expect }) => {
    const { room, call, put, inForce } = openConfigApi();
    room.broken = () => {
      throw new Error("no such object: secret detail");
    };
    expect(await inForce()).toBe("config-unreachable");
    for (const response of [
      await call("GET", "/config"),
      await put(document("x"), 1),
      await call("GET", "/executions"),
      await call("POST", "/in/signup", { body: "{}" }),
    ]) {
      expect(response.headers.get("retry-after")).not.toBeNull();
      expect((await problemIn(response, 503, expect)).detail).not.toContain("secret detail");
    }
  });
});

it("every address of /api/config says which methods it takes", async ({ expect }) => {
  const { call } = openConfigApi();
  const allowed = async (path: string) => {
    const response = await call("DELETE", path);
    await problemIn(response.clone(), 405, expect);
    return response.headers.get("allow");
  };
  expect(await allowed("/config")).toBe("GET, PUT");
  expect(await allowed("/config/check")).toBe("POST");
  expect(await allowed("/config/revisions")).toBe("GET");
  expect(await allowed("/config/revisions/1")).toBe("GET");
  expect(await allowed("/config/revisions/1/restore")).toBe("POST");
  expect(await allowed("/config/diff")).toBe("GET");
});

// Where a message may go, looked at again when it is sent: a configuration may have been checked under another policy.
import { describe, expect, test } from "vitest";
import { answering } from "../engine/loopback.ts";
import { MESSAGE, senderTo, sendTo } from "./callbacks.ts";

const DEPLOYED = { policy: { development: false } };

/** Sends under the policy of a deployment, without a network. */
async function deployed(url: string): Promise<{ called: string[]; detail: string | undefined }> {
  const called: string[] = [];
  const fetch = async (address: string) => {
    called.push(address);
    return new Response(null, { status: 204 });
  };
  const outcome = await sendTo(url, { deps: { ...DEPLOYED, fetch } });
  return { called, detail: outcome.delivered ? undefined : outcome.detail };
}

describe("deployed, a message", () => {
  test("goes to https and a public name", async () => {
    const url = "https://crm.example.com:8443/hooks/kyb";
    expect(await deployed(url)).toEqual({ called: [url], detail: undefined });
  });

  test.each([
    ["http://crm.example.com/hooks", "must be https"],
    ["https://127.0.0.1/hooks", "must name a host, not an IP address"],
    ["https://2130706433/hooks", "must name a host, not an IP address"],
    ["https://0x7f.1/hooks", "must name a host, not an IP address"],
    ["https://[::1]/hooks", "must name a host, not an IP address"],
    ["https://169.254.169.254/latest/meta-data", "must name a host, not an IP address"],
    ["https://localhost/hooks", "must be a public host name"],
    ["https://LOCALHOST./hooks", "must be a public host name"],
    ["https://metadata.google.internal/", "must be a public host name"],
    ["https://crm.local/hooks", "must be a public host name"],
    ["https://crm/hooks", "must be a public host name"],
    ["https://crm.example.com:22/", "must be at one of the ports 443, 8443, 9443"],
    ["https://crm.example.com:80/", "must be at one of the ports 443, 8443, 9443"],
    ["https://crm.example.com:6379/", "must be at one of the ports 443, 8443, 9443"],
    ["https://crm.example.com:65535/", "must be at one of the ports 443, 8443, 9443"],
    ["https://user:password@crm.example.com/hooks", "must not contain credentials"],
    ["https://crm.example.com/hooks#part", "must not contain a fragment"],
    ["file:///etc/passwd", "must be https"],
    ["not a url", "is not a URL"],
  ])("does not go to %s", async (url, fault) => {
    expect(await deployed(url)).toEqual({ called: [], detail: `the callback's URL ${fault}` });
  });

  test("does not reach a server on loopback that is there", async () => {
    const server = await answering(204);
    expect(await sendTo(server.url, { deps: DEPLOYED })).toMatchObject({ delivered: false });
    expect(server.seen).toEqual([]);
  });
});

describe("in development, a message", () => {
  test("goes to loopback, over http too", async () => {
    const server = await answering(204);
    expect(await sendTo(server.url)).toMatchObject({ delivered: true });
    expect(server.seen).toHaveLength(1);
  });

  test("goes nowhere but to http and https", async () => {
    expect(await sendTo("file:///etc/passwd")).toMatchObject({
      delivered: false,
      detail: "the callback's URL must be http or https",
    });
  });
});

describe("a callback", () => {
  test.each(["erp", "constructor", "__proto__", ""])(
    "named %j, of which the configuration knows nothing, is told",
    async (callback) => {
      const server = await answering(204);
      expect(await senderTo(server.url).send({ ...MESSAGE, callback })).toEqual({
        delivered: false,
        detail: `the configuration has no callback "${callback}"`,
        durationMs: 0,
      });
      expect(server.seen).toEqual([]);
    },
  );
});

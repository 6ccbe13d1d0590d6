// What npm start takes from flags, environment and files: nothing that loosens the checks of a production start.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import demo from "../../../scripts/demo.config.json" with { type: "json" };
import { developmentSecrets } from "../../../scripts/development-secrets.ts";
import { readSettings } from "../../../scripts/self-host/settings.ts";

const directory = mkdtempSync(join(tmpdir(), "hookspan-settings-"));
afterAll(() => rmSync(directory, { recursive: true }));

const secrets = developmentSecrets(demo as never).all;
let files = 0;
function file(text: string): string {
  const path = join(directory, String(files++));
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
const config = file(JSON.stringify(demo));
const LOCAL = { engineUrl: "http://127.0.0.1:4001", callbackUrl: "http://localhost:4002" };
const rehearsal = (changes: object = {}): string => file(JSON.stringify({ ...LOCAL, ...changes }));
const read = (environment: Record<string, string> = {}, ...args: string[]) =>
  readSettings(["--config", config, ...args], { ...secrets, ...environment });

describe("a production start", () => {
  it("gives the Worker its secrets and nothing else of what is around it", () => {
    expect(read({ HOME: "/root" }).variables).toEqual(secrets);
  });

  it.for(["DEVELOPMENT", "DEVELOPMENT_ENGINE_URL", "DEVELOPMENT_CALLBACK_URL", "DEVELOPMENT_CONFIG"])(
    "refuses %s, wherever it comes from and whatever it says",
    (name) => {
      expect(() => read({ [name]: "true" })).toThrow(`${name} is set in the environment`);
      const inFile = file(`${name}=false\n`);
      expect(() => read({}, "--secrets", inFile)).toThrow(`${name} is set in ${inFile}`);
      expect(() => read({ [name]: "true" }, "--rehearsal", rehearsal())).toThrow(`${name} is set in the environment`);
    },
  );

  it("takes no switch of a test from the environment", () => {
    expect(read({ HOOKSPAN_TICK_MS: "500", HOOKSPAN_SOURCES: "/tmp" })).toEqual(read());
  });

  it("is checked as strictly as a deployment: no engine without TLS", () => {
    const plain = { ...demo, engines: { default: { ...demo.engines.default, baseUrl: "http://10.0.0.5/" } } };
    const args = ["--config", file(JSON.stringify(plain))];
    expect(() => readSettings(args, secrets)).toThrow("engines.default.baseUrl");
  });
});

describe("a rehearsal", () => {
  it("is in development, with its own stand-ins for engines and callbacks", () => {
    const { variables, rehearsal: read_ } = read({}, "--rehearsal", rehearsal({ tickEveryMs: 500 }));
    expect(variables).toEqual({
      ...secrets,
      DEVELOPMENT: "true",
      DEVELOPMENT_ENGINE_URL: LOCAL.engineUrl,
      DEVELOPMENT_CALLBACK_URL: LOCAL.callbackUrl,
    });
    expect(read_).toMatchObject({ tickEveryMs: 500 });
  });

  it.for([
    [{ engineUrl: "https://api.transactionlink.io" }, "engineUrl"],
    [{ callbackUrl: "http://127.0.0.1.example.com/" }, "callbackUrl"],
    [{ callbackUrl: undefined }, "callbackUrl"],
    [{ tickEvery: 5 }, "tickEvery"],
  ] as const)("cannot reach a real engine or a real callback: %o", ([changes, place]) => {
    expect(() => read({}, "--rehearsal", rehearsal(changes))).toThrow(place);
  });

  it("is heard by this machine only", () => {
    expect(() => read({}, "--rehearsal", rehearsal(), "--host", "0.0.0.0")).toThrow("--host");
  });
});

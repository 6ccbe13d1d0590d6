// The configuration that hookspan init makes of the answers, and values of its secrets for local use, in the form that each sender's has.
import { randomBytes } from "node:crypto";
import type { PresetName } from "../src/core/source.ts";
import { Verification } from "../src/core/source.ts";
import { PRESETS } from "../src/sources/presets.ts";
import { Stop } from "./bridge.ts";
import { sourceOf, type Told } from "./init-questions.ts";
import { smallestSource } from "./source-config.ts";

export interface Made {
  readonly document: { readonly rules: readonly { readonly on: readonly string[] }[] };
  /** By the secrets' names. */
  readonly values: Readonly<Record<string, string>>;
}

export function make(told: Told): Made {
  const preset = told.sender as PresetName;
  const source = sourceOf(told);
  const upper = source.replaceAll("-", "_").toUpperCase();
  const names = preset === "plaid" ? ["PLAID_CLIENT_ID", "PLAID_SECRET"] : [`${upper}_WEBHOOK_SECRET`];
  const small = smallestSource(preset, {
    secrets: () => names,
    verify: () => ({ family: "none" }),
    publicUrl: () => told.publicUrl,
    allowOrigins: () => [told.origin],
    handshakeSecrets: () => [`${upper}_VERIFY_TOKEN`],
  });
  if ("missing" in small)
    throw new Stop(1, `${preset} needs ${small.missing}, which init does not know: see docs/senders.md.`);
  const { secrets = [], handshakeSecrets = [] } = small.config as { secrets?: string[]; handshakeSecrets?: string[] };
  const { engine, values } = engineOf(told);
  return {
    document: documentOf(told, source, small.config, engine),
    values: {
      ...values,
      ...Object.fromEntries(secrets.map((name) => [name, secretFor(preset)])),
      ...Object.fromEntries(handshakeSecrets.map((name) => [name, randomBytes(16).toString("hex")])),
      CALLBACK_SECRET: whsec(),
      ADMIN_TOKEN: randomBytes(24).toString("hex"),
      ...(small.config.state === "pending" ? { SOURCE_SECRETS_KEY: randomBytes(32).toString("hex") } : {}),
    },
  };
}

function documentOf(told: Told, source: string, config: object, engine: object) {
  return {
    $schema: "./bridge.schema.json",
    engines: { default: engine },
    sources: { [source]: config },
    callbacks: { crm: { url: told.callback, secrets: ["CALLBACK_SECRET"] } },
    rules: [
      {
        id: `on-${source}`,
        source,
        on: told.on.split(",").map((type) => type.trim()),
        start: { workflowDefinitionId: told.workflow, recordId: told.record, parameters: { event: "{% id %}" } },
        callbacks: ["crm"],
      },
    ],
  };
}

function engineOf({ engine: preset, engineUrl: baseUrl }: Told): { engine: object; values: Record<string, string> } {
  const local = (name: string): Record<string, string> => ({ [name]: "local-development-only" });
  switch (preset) {
    case "n8n": {
      const engine = { preset, baseUrl, token: "N8N_API_KEY", operations: { start: { token: "N8N_WEBHOOK_TOKEN" } } };
      return { engine, values: { ...local("N8N_API_KEY"), ...local("N8N_WEBHOOK_TOKEN") } };
    }
    case "cloudflare-workflows": {
      // What Cloudflare's API takes: 1,200 calls in five minutes.
      const engine = { preset, baseUrl, token: "CLOUDFLARE_WORKFLOWS_TOKEN", rateLimit: { perSecond: 4 } };
      return { engine, values: local("CLOUDFLARE_WORKFLOWS_TOKEN") };
    }
    default:
      return {
        engine: { preset: "transactionlink", token: "TRANSACTIONLINK_TOKEN" },
        values: { TRANSACTIONLINK_TOKEN: "tot_local-development-only" },
      };
  }
}

function whsec(): string {
  return `whsec_${randomBytes(24).toString("base64")}`;
}

/** Made up for local use, of the form that the sender's has. */
function secretFor(preset: PresetName): string {
  const verify = Verification.parse(PRESETS[preset].verify);
  if (verify.family === "adyen-standard") return randomBytes(32).toString("hex");
  if (verify.family === "braintree") return `local:${randomBytes(16).toString("hex")}`;
  if (verify.family === "token" && [verify.at].flat()[0] === "basic") return `local:${randomBytes(16).toString("hex")}`;
  if (verify.family === "hmac" && verify.key.encoding === "hex") return randomBytes(32).toString("hex");
  if (verify.family === "hmac" && verify.key.encoding === "base64" && verify.key.strip === undefined)
    return randomBytes(24).toString("base64");
  return whsec();
}

// The rules that span several fields of a source, which a JSON Schema cannot say. Pure. Each fault names its place
// and what to write instead; secrets are only ever names here.
import type { SourceConfig, Verification } from "../core/source.ts";
import type { Selector } from "./selector.ts";
import type { EventPlan, Scheme, Source } from "./source.ts";

export interface SourceFault {
  readonly reason: SourceFaultReason;
  /** Starts at the source's own configuration. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type SourceFaultReason =
  | "missing-verification"
  | "missing-secrets"
  | "unexpected-secrets"
  | "missing-origins"
  | "unexpected-origins"
  | "not-an-origin"
  | "bad-signature-layout"
  | "bad-timestamp"
  | "secret-header"
  | "unexpected-redirect"
  | "bad-redirect"
  | "unexpected-json-field";

/** Headers whose values are credentials somewhere; an event goes to the ledger, the log and the engine. */
const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "api-key",
  "x-auth-token",
  "x-access-token",
  "x-amz-security-token",
  "x-gitlab-token",
  "x-goog-iap-jwt-assertion",
  "cf-access-jwt-assertion",
  "cf-access-client-secret",
]);

export function checkSource(config: SourceConfig, verify: Verification, source: Source): readonly SourceFault[] {
  return [
    ...checkSecrets(source),
    ...checkOrigins(config, source),
    ...checkSignature(config, verify),
    ...checkHeaders(source),
    ...checkForm(config, source),
  ];
}

function checkSecrets({ scheme, secrets }: Source): readonly SourceFault[] {
  const needed = scheme.family === "hmac" || scheme.family === "token";
  if (needed && secrets.length === 0) {
    return [fault("missing-secrets", ["secrets"], "List the name of at least one Worker secret, such as MY_SECRET.")];
  }
  if (!needed && secrets.length > 0) {
    const message = `The family ${scheme.family} uses no secret. Remove 'secrets', so that it does not look protected.`;
    return [fault("unexpected-secrets", ["secrets"], message)];
  }
  return [];
}

function checkOrigins(config: SourceConfig, { scheme }: Source): readonly SourceFault[] {
  const origins = config.allowOrigins ?? [];
  if (scheme.family !== "browser-form") {
    if (origins.length === 0) return [];
    return [fault("unexpected-origins", ["allowOrigins"], "Only browser forms are checked by their origin.")];
  }
  if (origins.length === 0) {
    const message = "List the origins of the pages that hold the form, such as https://www.example.com.";
    return [fault("missing-origins", ["allowOrigins"], message)];
  }
  return origins.flatMap((origin, i) => {
    const canonical = URL.canParse(origin) ? new URL(origin).origin : null;
    if (canonical === origin) return [];
    const message =
      canonical === null ? "This is not an origin." : `A browser sends this origin as ${canonical}. Write it so.`;
    return [fault("not-an-origin", ["allowOrigins", i], message)];
  });
}

function checkSignature(config: SourceConfig, verify: Verification): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const timestamp = verify.family === "hmac" ? verify.timestamp : undefined;
  if (config.toleranceSeconds !== undefined && timestamp === undefined) {
    faults.push(
      fault("bad-timestamp", ["toleranceSeconds"], "This sender signs no timestamp, so there is no tolerance."),
    );
  }
  if (verify.family !== "hmac") return faults;
  const { kv, key } = verify.signature;
  if ((kv === undefined) !== (key === undefined)) {
    faults.push(
      fault("bad-signature-layout", ["verify", "signature"], "'kv' and 'key' go together: name both or none."),
    );
  }
  const signed = verify.content.includes("{ts}");
  if (timestamp !== undefined && !signed) {
    const message =
      "The timestamp is not in the signed 'content', so it proves nothing: add {ts} or remove 'timestamp'.";
    faults.push(fault("bad-timestamp", ["verify", "content"], message));
  }
  if (timestamp === undefined && signed) {
    faults.push(
      fault("bad-timestamp", ["verify", "timestamp"], "'content' uses {ts}: say where the timestamp stands."),
    );
  }
  if (timestamp?.from.startsWith("sig:") && kv === undefined) {
    const message =
      "'sig:' reads an entry of the signature header: say with 'kv' and 'key' how its entries are written.";
    faults.push(fault("bad-timestamp", ["verify", "timestamp", "from"], message));
  }
  return faults;
}

function checkHeaders({ scheme, event, headers }: Source): readonly SourceFault[] {
  const own = credentialHeader(scheme);
  const isSecret = (name: string) => CREDENTIAL_HEADERS.has(name) || name === own;
  const message = (name: string) =>
    `The header ${name} carries a credential. It may not become part of an event, which is stored and sent on.`;
  const visible = headers.flatMap((name, i) =>
    isSecret(name) ? [fault("secret-header", ["headers", i], message(name))] : [],
  );
  const selected = Object.entries(selectorsOf(event)).flatMap(([field, selectors]) =>
    selectors.flatMap((selector) =>
      selector.kind === "header" && isSecret(selector.name)
        ? [fault("secret-header", ["event", field], message(selector.name))]
        : [],
    ),
  );
  return [...visible, ...selected];
}

function credentialHeader(scheme: Scheme): string | null {
  if (scheme.family === "hmac") return scheme.signature.header;
  return scheme.family === "token" && scheme.at.kind === "header" ? scheme.at.name : null;
}

function selectorsOf(event: EventPlan): Readonly<Record<string, readonly Selector[]>> {
  return {
    id: event.id,
    type: event.type.kind === "first" ? event.type.of : event.type.parts,
    subject: event.subject,
    time: event.time?.from ?? [],
    dedupeKey: event.dedupeKey,
  };
}

function checkForm(config: SourceConfig, { scheme, accept, redirectTo }: Source): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const readsForms = accept.includes("form") || accept.includes("multipart");
  if (config.body?.jsonField !== undefined && !readsForms) {
    const message = "Only a form has fields: add form or multipart to 'accept', or remove 'jsonField'.";
    faults.push(fault("unexpected-json-field", ["body", "jsonField"], message));
  }
  if (redirectTo === null) return faults;
  if (!readsForms || scheme.family === "hmac" || scheme.family === "token") {
    faults.push(fault("unexpected-redirect", ["redirectTo"], "Only a browser that posts a form can be sent on."));
  }
  const url = URL.canParse(redirectTo) ? new URL(redirectTo) : null;
  if (url === null || url.username !== "" || url.password !== "") {
    faults.push(fault("bad-redirect", ["redirectTo"], "Write a URL without a user name or password."));
  }
  return faults;
}

function fault(reason: SourceFaultReason, path: readonly (string | number)[], message: string): SourceFault {
  return { reason, path, message };
}

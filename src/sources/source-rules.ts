// The rules that span several fields of a source, which a JSON Schema cannot say. Pure. Each fault names its place
// and what to write instead; secrets are only ever names here.
import type { SourceConfig, Verification } from "../core/source.ts";
import { checkItemKeys, selectorsOf } from "./event/event-rules.ts";
import { credentialPlaces } from "./families/credentials.ts";
import { describePlace } from "./families/place.ts";
import { checkVerification } from "./families/rules.ts";
import type { Source } from "./source.ts";

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
  | "bad-content"
  | "bad-key"
  | "bad-hash"
  | "bad-algorithms"
  | "bad-token-place"
  | "missing-public-url"
  | "secret-header"
  | "unexpected-redirect"
  | "bad-redirect"
  | "unexpected-payload"
  | "shared-by-items"
  | "bad-handshake";

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
    // A handshake may bring the secret.
    ...checkVerification(
      config,
      verify,
      source.handshakes.some(({ capture }) => capture !== null),
    ),
    ...checkOrigins(config, source),
    ...checkCredentials(source),
    ...checkForm(config, source),
    ...checkItemKeys(source.event, source.split !== null),
    ...checkUnsignedBody(config, source),
  ];
}

/** Where a signature leaves the body out, nothing in it tells one request from another. */
function checkUnsignedBody(config: SourceConfig, { scheme, preset }: Source): readonly SourceFault[] {
  const signed = scheme.family === "hmac" || scheme.family === "digest" || scheme.family === "pubkey";
  // What covers nothing of the body at all is refused by the rules of its family.
  if (!signed || scheme.content.some(({ kind }) => kind === "body")) return [];
  if (!scheme.content.some(({ kind }) => kind === "value")) return [];
  if (config.event?.dedupeKey !== undefined || preset !== null) return [];
  const message =
    "The signature does not cover the body, so whoever captures a request can change it. Say with event.dedupeKey, out of " +
    "what is signed, what makes two deliveries the same.";
  return [fault("bad-content", ["event", "dedupeKey"], message)];
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

function checkCredentials({ scheme, event, headers }: Source): readonly SourceFault[] {
  const own = new Set(credentialPlaces(scheme).map(describePlace));
  const isSecret = (header: string) => CREDENTIAL_HEADERS.has(header) || own.has(`header:${header}`);
  const message = (what: string) =>
    `${what} carries a credential. It may not become part of an event, which is stored and sent on.`;
  const visible = headers.flatMap((name, i) =>
    isSecret(name) ? [fault("secret-header", ["headers", i], message(`The header ${name}`))] : [],
  );
  const selected = Object.entries(selectorsOf(event)).flatMap(([field, selectors]) =>
    selectors.flatMap((selector) => {
      if (selector.kind === "header" && isSecret(selector.name)) {
        return [fault("secret-header", ["event", field], message(`The header ${selector.name}`))];
      }
      const isOwn = selector.kind === "query" && own.has(describePlace(selector));
      return isOwn ? [fault("secret-header", ["event", field], message(describePlace(selector)))] : [];
    }),
  );
  return [...visible, ...selected];
}

function checkForm(config: SourceConfig, { scheme, accept, assume, redirectTo }: Source): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const readsForms = accept.includes("form") || accept.includes("multipart") || assume === "form";
  if (config.body?.payload !== undefined && !readsForms) {
    const message = "Only a form has fields: add form or multipart to 'accept', or remove 'payload'.";
    faults.push(fault("unexpected-payload", ["body", "payload"], message));
  }
  if (redirectTo === null) return faults;
  if (!readsForms || (scheme.family !== "browser-form" && scheme.family !== "none")) {
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

// The presets by name, and the way from a source's configuration to a ready Source. Pure: data in, data out.
// `resolveSource` runs once per configuration revision; what it lets through, `verify` and `normalise` can trust.

import { compilePath } from "../core/path.ts";
import { err, ok, type Result } from "../core/result.ts";
import {
  DEFAULT_MAX_BODY_BYTES,
  type EventSelectors,
  type PresetName,
  type SourceConfig,
  Verification,
} from "../core/source.ts";
import { resolveAnswers } from "./answer.ts";
import { compileAssertions } from "./event/assertion.ts";
import { compileEvent } from "./event/event-plan.ts";
import { compileScheme } from "./families/compile.ts";
import { credentialPaths } from "./families/credentials.ts";
import { checkHandshakes, compileHandshake } from "./handshake/compile.ts";
import { polar, shopify, shopifyEvents, woocommerce } from "./presets/commerce.ts";
import { attio, close, pipedrive, salesforceFlow, salesforceOutboundMessage, zohoCrm } from "./presets/crm.ts";
import {
  bitbucket,
  buildkite,
  circleci,
  gitea,
  github,
  gitlab,
  gitlabToken,
  heroku,
  vercel,
} from "./presets/developer.ts";
import { mailgun, mandrill, postmark, sendgrid, sendgridInbound } from "./presets/email.ts";
import { fillout, formspree, googleForms, jotform, surveymonkey, tally, typeform, webflow } from "./presets/forms.ts";
import { bearer, GENERIC_EVENT, htmlForm, standardWebhooks, token } from "./presets/generic.ts";
import { hubspot, hubspotV1, hubspotV2 } from "./presets/hubspot.ts";
import { onfido, persona, plaid, sumsub, transactionlink, veriff } from "./presets/kyc.ts";
import { discord, line, slack, telegram, twilio, zoom } from "./presets/messaging.ts";
import { auth0LogStream, linear, pagerduty, sentry, workos } from "./presets/operations.ts";
import { adyen, adyenPlatform, gocardless, paddle, paypal, square, stripe } from "./presets/payments.ts";
import {
  airwallex,
  braintree,
  checkoutCom,
  fireblocks,
  lemonSqueezy,
  mollie,
  mollieClassic,
  paystack,
  razorpay,
  revolut,
} from "./presets/payments-more.ts";
import { dropbox, messenger, meta, microsoftGraph, twitch, whatsapp } from "./presets/platforms.ts";
import type { Preset } from "./presets/preset.ts";
import { calCom, calendly } from "./presets/scheduling.ts";
import { intercom, zendesk } from "./presets/support.ts";
import { clerk, openai, resend, svix } from "./presets/svix.ts";
import { airtable, asana, clickup, monday, notion, smartsheet, trello, xero } from "./presets/work.ts";
import type { Source } from "./source.ts";
import { checkSource, type SourceFault } from "./source-rules.ts";

export type { Preset } from "./presets/preset.ts";
export type { SourceFault } from "./source-rules.ts";

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  stripe,
  github,
  "standard-webhooks": standardWebhooks,
  token,
  bearer,
  "html-form": htmlForm,
  paddle,
  paypal,
  adyen,
  "adyen-platform": adyenPlatform,
  square,
  gocardless,
  mollie,
  "mollie-classic": mollieClassic,
  "lemon-squeezy": lemonSqueezy,
  braintree,
  "checkout-com": checkoutCom,
  razorpay,
  paystack,
  airwallex,
  revolut,
  fireblocks,
  transactionlink,
  plaid,
  persona,
  onfido,
  sumsub,
  veriff,
  shopify,
  "shopify-events": shopifyEvents,
  woocommerce,
  polar,
  gitlab,
  "gitlab-token": gitlabToken,
  bitbucket,
  gitea,
  circleci,
  buildkite,
  vercel,
  heroku,
  linear,
  sentry,
  pagerduty,
  "auth0-log-stream": auth0LogStream,
  workos,
  svix,
  clerk,
  resend,
  openai,
  slack,
  zoom,
  twilio,
  discord,
  telegram,
  line,
  sendgrid,
  "sendgrid-inbound": sendgridInbound,
  postmark,
  mailgun,
  mandrill,
  meta,
  whatsapp,
  messenger,
  dropbox,
  "microsoft-graph": microsoftGraph,
  twitch,
  typeform,
  tally,
  jotform,
  "google-forms": googleForms,
  formspree,
  fillout,
  webflow,
  surveymonkey,
  calendly,
  "cal-com": calCom,
  hubspot,
  "hubspot-v1": hubspotV1,
  "hubspot-v2": hubspotV2,
  "salesforce-outbound-message": salesforceOutboundMessage,
  "salesforce-flow": salesforceFlow,
  pipedrive,
  "zoho-crm": zohoCrm,
  close,
  attio,
  zendesk,
  intercom,
  monday,
  airtable,
  notion,
  xero,
  asana,
  trello,
  clickup,
  smartsheet,
};

/**
 * Merges preset and overrides. `verify` replaces the preset's as a whole; the parts of `event` and `body` one by one.
 *
 * @param id The source's name in the configuration.
 * @returns The source, or every fault, with paths that start at the source's own configuration.
 */
export function resolveSource(id: string, config: SourceConfig): Result<Source, readonly SourceFault[]> {
  const preset = config.preset === undefined ? null : PRESETS[config.preset];
  // A preset leaves out what has a default.
  const verify = config.verify ?? (preset === null ? undefined : Verification.parse(preset.verify));
  if (verify === undefined) {
    const message = "Name a preset, or say in 'verify' how the sender proves itself. For no check at all: family none.";
    return err([{ reason: "missing-verification", path: [], message }]);
  }
  // A name is not so many words: whoever opens a door must have written that it is open.
  if (verify.family === "none" && config.verify === undefined) {
    const message = `This sender proves nothing. To take its requests all the same, add "verify": {"family": "none"}.`;
    return err([{ reason: "missing-verification", path: ["verify"], message }]);
  }
  const selectors: EventSelectors = { ...(preset?.event ?? GENERIC_EVENT), ...defined(config.event ?? {}) };
  const publicUrl = config.publicUrl ?? null;
  const scheme = compileScheme(verify, {
    toleranceSeconds: config.toleranceSeconds,
    allowOrigins: config.allowOrigins ?? [],
    publicUrl,
  });
  const handshakes = config.handshake ?? preset?.handshake ?? [];
  const split = config.body?.split ?? preset?.split;
  const source: Source = {
    id,
    preset: config.preset ?? null,
    scheme,
    secrets: config.secrets ?? [],
    publicUrl,
    assertions: compileAssertions(config.assert ?? {}),
    state: config.state ?? "active",
    handshakeSecrets: config.handshakeSecrets ?? [],
    handshakes: handshakes.map(compileHandshake),
    answers: resolveAnswers(preset?.answer, config.answer),
    accept: config.body?.accept ?? preset?.accept ?? ["json"],
    assume: config.body?.assume ?? preset?.assume ?? null,
    payload: config.body?.payload ?? preset?.payload ?? null,
    split: split === undefined ? null : compilePath(split),
    redact: [...credentialPaths(scheme), ...[...(preset?.redact ?? []), ...(config.redact ?? [])].map(compilePath)],
    maxBodyBytes: config.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    event: compileEvent(selectors, scheme, split !== undefined),
    headers: (config.headers ?? []).map((name) => name.toLowerCase()),
    redirectTo: config.redirectTo ?? null,
  };
  const faults = [
    ...checkSource(config, verify, source),
    ...checkHandshakes(handshakes, scheme, source.handshakeSecrets.length),
  ];
  return faults.length === 0 ? ok(source) : err(faults);
}

/** An override that is present but undefined must not erase what the preset says. */
function defined(selectors: EventSelectors): EventSelectors {
  return Object.fromEntries(Object.entries(selectors).filter(([, value]) => value !== undefined));
}

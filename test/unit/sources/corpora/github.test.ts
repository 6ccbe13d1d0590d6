// Every payload of octokit's examples for api.github.com: signed by octokit, verified and normalised whole, as JSON and as
// a form. Pure, no network, fixed clock.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { sign } from "@octokit/webhooks-methods";
import { describe, expect, test } from "vitest";
import { FORM_HEADERS, JSON_HEADERS, onlyEvent } from "../presets/known-answers.ts";
import { outcome, request, sourceOf } from "../requests.ts";
import { parseExactly } from "./exact-json.ts";

const SECRET = "It's a Secret to Everybody";
const source = sourceOf({ preset: "github", secrets: ["GITHUB_WEBHOOK_SECRET"] });

interface Account {
  readonly login: string;
}

interface Payload {
  readonly action?: string;
  readonly repository?: { readonly full_name: string };
  readonly organization?: Account;
  readonly installation?: { readonly account?: Account };
  readonly marketplace_purchase?: { readonly account: Account };
  readonly security_advisory?: { readonly ghsa_id: string };
  readonly sender?: Account;
}

const corpus: readonly { readonly name: string; readonly examples: readonly Payload[] }[] = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve("@octokit/webhooks-examples/api.github.com/index.json"), "utf8"),
);

test("the corpus is there", () => {
  expect(corpus).toHaveLength(58);
  expect(corpus.flatMap(({ examples }) => examples)).toHaveLength(329);
});

describe("every example of GitHub's event", () => {
  test.each(corpus.map(({ name, examples }) => [name, examples] as const))(
    "%s is read whole",
    async (name, examples) => {
      for (const [i, payload] of examples.entries()) {
        const json = JSON.stringify(payload);
        const expected = {
          id: `delivery ${i}`,
          type: payload.action === undefined ? name : `${name}.${payload.action}`,
          data: parseExactly(json),
        };
        const form = new URLSearchParams({ payload: json }).toString();
        for (const [body, contentType] of [[json, JSON_HEADERS] as const, [form, FORM_HEADERS] as const]) {
          const headers = {
            ...contentType,
            "x-github-event": name,
            "x-github-delivery": `delivery ${i}`,
            "x-hub-signature-256": await sign(SECRET, body),
          };
          const event = await onlyEvent(request(headers, body), source, [SECRET]);
          expect(event).toMatchObject(expected);
          expect(event.subject).toBe(subjectOf(payload) ?? event.subject);
          expect(event.subject).toBeDefined();
          expect(await outcome(request(headers, `${body} `), source, [SECRET])).toBe("no-match");
        }
      }
    },
  );
});

function subjectOf({ repository, organization, ...payload }: Payload): string | undefined {
  const { installation, marketplace_purchase, security_advisory, sender } = payload;
  const account = installation?.account ?? marketplace_purchase?.account;
  return repository?.full_name ?? organization?.login ?? account?.login ?? security_advisory?.ghsa_id ?? sender?.login;
}

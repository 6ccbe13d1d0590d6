// The developers' tools of `presets/developer` beside GitHub. The library of Standard Webhooks signs for GitLab; the others
// have no library that could, so their formula is spelled out. Fixed clock, no network.
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import {
  describeSender,
  FORM_HEADERS,
  hmacBase64,
  hmacHex,
  JSON_HEADERS,
  onlyEvent,
  type Sender,
} from "./known-answers.ts";

const GITLAB_ID = "f5e5f430-f57b-4e6e-9fac-d9128cd7232f";
const MERGE_REQUEST = {
  object_kind: "merge_request",
  event_type: "merge_request",
  project: { id: 1, path_with_namespace: "gitlabhq/gitlab-test" },
  object_attributes: { id: 99, iid: 1, action: "open" },
};
const GITLAB: Sender = {
  preset: "gitlab",
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  otherSecret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
  signatureHeader: "webhook-signature",
  toleranceSeconds: 300,
  unsigned: {
    "x-gitlab-event": "Merge Request Hook",
    "x-gitlab-event-uuid": "13792a34-cac6-4fda-95a8-c58e00a3954e",
    "idempotency-key": GITLAB_ID,
  },
  body: JSON.stringify(MERGE_REQUEST),
  sign: (body, secret, now) => ({
    "webhook-id": GITLAB_ID,
    "webhook-timestamp": String(Math.floor(now / 1_000)),
    "webhook-signature": new Webhook(secret).sign(GITLAB_ID, new Date(now), body),
  }),
  events: [
    {
      id: GITLAB_ID,
      type: "merge_request.open",
      subject: "gitlabhq/gitlab-test",
      data: MERGE_REQUEST,
      dedupeKey: GITLAB_ID,
    },
  ],
};

const BITBUCKET: Sender = {
  preset: "bitbucket",
  secret: "It's a Secret to Everybody",
  otherSecret: "It's a Secret to Nobody",
  signatureHeader: "x-hub-signature",
  unsigned: { "x-request-uuid": "b2b6e4a1-8c2b-4f7b-9d0c-1f6a7c3e5d42", "x-hook-uuid": "cc3f" },
  body: '{"repository":{"full_name":"team/repo"},"push":{"changes":[]}}',
  sign: (body, secret) => ({ "x-event-key": "repo:push", "x-hub-signature": `sha256=${hmacHex(secret, body)}` }),
  events: [{ id: "b2b6e4a1-8c2b-4f7b-9d0c-1f6a7c3e5d42", type: "repo:push", subject: "team/repo" }],
};

const GITEA: Sender = {
  preset: "gitea",
  secret: "gitea secret",
  otherSecret: "forgejo secret",
  signatureHeader: "x-gitea-signature",
  unsigned: { "x-gitea-delivery": "f6266f16-1bf3-46a5-9ea4-602e06ead473" },
  body: '{"action":"opened","number":1,"repository":{"full_name":"gitea/webhooks"}}',
  sign: (body, secret) => ({ "x-gitea-event": "pull_request", "x-gitea-signature": hmacHex(secret, body) }),
  events: [{ id: "f6266f16-1bf3-46a5-9ea4-602e06ead473", type: "pull_request.opened", subject: "gitea/webhooks" }],
};

const CIRCLECI: Sender = {
  preset: "circleci",
  secret: "hello-world",
  otherSecret: "hello-world!",
  signatureHeader: "circleci-signature",
  body: JSON.stringify({
    id: "3888f21b-eaa7-38e3-8f3d-75a63bba8895",
    type: "workflow-completed",
    happened_at: "2026-11-23T09:19:58.317Z",
    workflow: { id: "fda08377-fe7e-46b1-8992-3a7aaecac9c3", status: "success" },
  }),
  sign: (body, secret) => ({ "circleci-signature": `v1=${hmacHex(secret, body)},v2=${"0".repeat(64)}` }),
  events: [
    {
      id: "3888f21b-eaa7-38e3-8f3d-75a63bba8895",
      type: "workflow-completed",
      subject: "fda08377-fe7e-46b1-8992-3a7aaecac9c3",
      time: "2026-11-23T09:19:58.317Z",
      dedupeKey: "3888f21b-eaa7-38e3-8f3d-75a63bba8895",
    },
  ],
};

const BUILDKITE: Sender = {
  preset: "buildkite",
  secret: "29b1ff5779c76bd48ba6705eb99ff970",
  otherSecret: "29b1ff5779c76bd48ba6705eb99ff971",
  signatureHeader: "x-buildkite-signature",
  toleranceSeconds: 300,
  unsigned: { "x-buildkite-event": "build.finished", "x-buildkite-request": "8a4c0a5d" },
  body: '{"event":"build.finished","build":{"id":"01936a4e","state":"passed"},"pipeline":{"slug":"test"}}',
  sign: (body, secret, now) => {
    const timestamp = Math.floor(now / 1_000);
    return {
      "x-buildkite-signature": `timestamp=${timestamp},signature=${hmacHex(secret, `${timestamp}.${body}`)}`,
    };
  },
  events: [{ type: "build.finished", subject: "01936a4e" }],
};

const VERCEL: Sender = {
  preset: "vercel",
  secret: "vercel_secret_1",
  otherSecret: "vercel_secret_2",
  signatureHeader: "x-vercel-signature",
  body: '{"id":"evt_8kF2","type":"deployment.created","createdAt":1795425598000,"payload":{"deployment":{"id":"dpl_1"}}}',
  sign: (body, secret) => ({ "x-vercel-signature": hmacHex(secret, body, "sha1") }),
  events: [
    {
      id: "evt_8kF2",
      type: "deployment.created",
      subject: "dpl_1",
      time: "2026-11-23T09:19:58.000Z",
      dedupeKey: "evt_8kF2",
    },
  ],
};

const HEROKU: Sender = {
  preset: "heroku",
  secret: "heroku secret",
  otherSecret: "heroku other",
  signatureHeader: "heroku-webhook-hmac-sha256",
  unsigned: { "heroku-webhook-id": "made", "heroku-webhook-attempt-id": "made" },
  body: JSON.stringify({
    action: "update",
    resource: "release",
    created_at: "2026-11-23T09:19:58Z",
    data: { id: "f3d8", app: { name: "example" } },
    webhook_metadata: { event: { id: "7f2a", include: "api:release" }, attempt: { id: "b1" } },
  }),
  sign: (body, secret) => ({ "heroku-webhook-hmac-sha256": hmacBase64(secret, body) }),
  events: [{ id: "7f2a", type: "api:release.update", subject: "example", dedupeKey: "7f2a" }],
};

for (const sender of [GITLAB, BITBUCKET, GITEA, CIRCLECI, BUILDKITE, VERCEL, HEROKU]) describeSender(sender);

describe("gitlab", () => {
  const source = sourceOf({ preset: "gitlab", secrets: ["S"] });
  const typeOf = async (body: object, headers = {}) => {
    const text = JSON.stringify(body);
    const inbound = request({ ...JSON_HEADERS, ...headers, ...GITLAB.sign(text, GITLAB.secret, NOW) }, text);
    return (await onlyEvent(inbound, source, [GITLAB.secret])).type;
  };

  test("takes the type from the signed body before the header", async () => {
    expect(await typeOf({ object_kind: "push" }, { "x-gitlab-event": "Tag Push Hook" })).toBe("push");
    expect(await typeOf({ event_name: "project_create" }, { "x-gitlab-event": "System Hook" })).toBe("project_create");
    expect(await typeOf({ some: "thing" }, { "x-gitlab-event": "Emoji Hook" })).toBe("Emoji Hook");
  });

  test("is refused under another id", async () => {
    const headers = { ...JSON_HEADERS, ...GITLAB.sign(GITLAB.body, GITLAB.secret, NOW), "webhook-id": "other" };
    expect(await outcome(request(headers, GITLAB.body), source, [GITLAB.secret])).toBe("no-match");
  });

  test("takes no secret token in the signature's place", async () => {
    const shown = request({ ...JSON_HEADERS, "x-gitlab-token": GITLAB.secret }, GITLAB.body);
    expect(await outcome(shown, source, [GITLAB.secret])).toBe("missing-signature");
  });
});

describe("gitlab-token", () => {
  const source = sourceOf({ preset: "gitlab-token", secrets: ["A", "B"] });
  const sent = (token: string, headers = {}) =>
    request(
      { ...JSON_HEADERS, "x-gitlab-token": token, "x-gitlab-event": "Merge Request Hook", ...headers },
      GITLAB.body,
    );

  test("accepts the token, old or new, and nothing else", async () => {
    expect(await outcome(sent("s3cret"), source, ["s3cret"])).toBe("accepted");
    expect(await outcome(sent("s3cret"), source, ["other", "s3cret"])).toBe("accepted");
    expect(await outcome(sent("s3cres"), source, ["s3cret"])).toBe("no-match");
    expect(await outcome(sent(""), source, ["s3cret"])).toBe("missing-token");
  });

  test("gives the same event, whose dedupe key no header changes", async () => {
    const event = await onlyEvent(sent("s", { "idempotency-key": GITLAB_ID }), source, ["s"]);
    expect(event).toMatchObject({ id: GITLAB_ID, type: "merge_request.open", subject: "gitlabhq/gitlab-test" });
    const again = await onlyEvent(sent("s", { "idempotency-key": "made-up" }), source, ["s"]);
    expect(again.dedupeKey).toBe(event.dedupeKey);
  });

  test("does not let the token become part of an event", () => {
    expect(() => sourceOf({ preset: "gitlab-token", secrets: ["A"], headers: ["x-gitlab-token"] })).toThrow(
      /secret-header/,
    );
  });
});

test("gitea's form is read like its JSON, and Forgejo's names like Gitea's", async () => {
  const source = sourceOf({ preset: "gitea", secrets: ["S"] });
  const body = new URLSearchParams({ payload: GITEA.body }).toString();
  const headers = { "x-forgejo-event": "pull_request", "x-forgejo-signature": hmacHex(GITEA.secret, body) };
  const event = await onlyEvent(request({ ...FORM_HEADERS, ...headers }, body), source, [GITEA.secret]);
  expect(event).toMatchObject({ type: "pull_request.opened", data: JSON.parse(GITEA.body) });
});

test("circleci accepts no other version than v1", async () => {
  const source = sourceOf({ preset: "circleci", secrets: ["S"] });
  const headers = { ...JSON_HEADERS, "circleci-signature": `v0=${hmacHex(CIRCLECI.secret, CIRCLECI.body)}` };
  expect(await outcome(request(headers, CIRCLECI.body), source, [CIRCLECI.secret])).toBe("malformed-signature");
});

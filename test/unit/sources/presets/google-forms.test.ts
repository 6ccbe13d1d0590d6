// The script that we publish for Google Forms, run as it is in a sandbox whose Google services are stand-ins; what it
// posts is verified by the preset. Fixed clock, no network.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { NOW, NOW_SECONDS, outcome, request, sourceOf } from "../requests.ts";
import { describeSender, hmacHex, onlyEvent } from "./known-answers.ts";

const SECRET = "a long random text, ünïcode";
const SUBMITTED_AT = "2026-11-23T09:19:58.000Z";
const source = sourceOf({ preset: "google-forms", secrets: ["S"] });
const script = readFileSync(new URL("../../../../docs/examples/google-forms.gs", import.meta.url), "utf8");

interface Posted {
  readonly url: string;
  readonly options: {
    readonly method: string;
    readonly contentType: string;
    readonly headers: Record<string, string>;
    readonly payload: string;
  };
}

type Answer = number | Error;

class FixedDate extends Date {
  static override now(): number {
    return NOW;
  }
}

/** Runs the script for one response, against a server that answers as told; gives what was posted, or what it threw. */
function submit(answers: readonly (readonly [title: string, answer: unknown])[], server: readonly Answer[] = [202]) {
  const posted: Posted[] = [];
  let waits = 0;
  const properties = new Map([
    ["HOOKSPAN_URL", "https://bridge.example.com/in/survey"],
    ["HOOKSPAN_SECRET", SECRET],
  ]);
  const event = {
    source: { getId: () => "1FAIpQL", getTitle: () => "Survey" },
    response: {
      getId: () => "2_ABaOnud",
      getTimestamp: () => new Date(SUBMITTED_AT),
      getRespondentEmail: () => "",
      getItemResponses: () =>
        answers.map(([title, answer]) => ({ getItem: () => ({ getTitle: () => title }), getResponse: () => answer })),
    },
  };
  const globals = {
    event,
    Date: FixedDate,
    PropertiesService: { getScriptProperties: () => ({ getProperty: (name: string) => properties.get(name) }) },
    Utilities: {
      Charset: { UTF_8: "utf-8" },
      sleep: () => {
        waits += 1;
      },
      // As Google's: signed bytes, and of text without the charset nothing that we could use.
      computeHmacSha256Signature: (content: string, key: string, charset?: string) => {
        if (charset !== "utf-8") throw new Error("US-ASCII");
        return [...new Int8Array(createHmac("sha256", key).update(content, "utf8").digest())];
      },
    },
    UrlFetchApp: {
      fetch: (url: string, options: Posted["options"]) => {
        posted.push({ url, options });
        const answer = server[posted.length - 1] ?? 202;
        if (answer instanceof Error) throw answer;
        return { getResponseCode: () => answer };
      },
    },
  };
  let thrown: string | null = null;
  try {
    runInNewContext(`${script}\nsendResponse(event);`, globals);
  } catch (error) {
    thrown = String(error);
  }
  return { posted, thrown, waits };
}

const asRequest = ({ options }: Posted) =>
  request({ "content-type": options.contentType, ...options.headers }, options.payload);

const ANSWERS = [
  ["Name", "Zoë Ångström 🦉"],
  ["Colours", ["red", "blue"]],
  ["Name", "twice"],
  ["__proto__", "odd"],
] as const;

describe("the script for Google Forms", () => {
  test("posts a response that the preset verifies and reads", async () => {
    const { posted, thrown } = submit(ANSWERS);
    expect(thrown).toBeNull();
    expect(posted).toMatchObject([{ url: "https://bridge.example.com/in/survey", options: { method: "post" } }]);
    const [first] = posted;
    if (first === undefined) throw new Error("Nothing was posted.");
    expect(await onlyEvent(asRequest(first), source, [SECRET])).toMatchObject({
      id: "2_ABaOnud",
      type: "form.submitted",
      subject: "1FAIpQL",
      time: SUBMITTED_AT,
      data: {
        formTitle: "Survey",
        respondentEmail: null,
        answers: { Name: "Zoë Ångström 🦉", Colours: ["red", "blue"], "Name (again)": "twice" },
      },
      dedupeKey: `2_ABaOnud:${SUBMITTED_AT}`,
    });
    expect(await outcome(asRequest(first), source, ["another"])).toBe("no-match");
  });

  test("tries again after 503, 429 and a broken line, and then is content", () => {
    for (const trouble of [503, 429, new Error("Address unavailable")]) {
      const { posted, thrown, waits } = submit(ANSWERS, [trouble, 202]);
      expect({ posts: posted.length, thrown, waits }).toEqual({ posts: 2, thrown: null, waits: 1 });
    }
  });

  test("gives up after three times, and at once when it is refused, so that the execution is seen to fail", () => {
    expect(submit(ANSWERS, [503, 503, 503])).toMatchObject({ thrown: expect.stringContaining("HTTP 503"), waits: 2 });
    const refused = submit(ANSWERS, [401]);
    expect(refused.thrown).toContain("HTTP 401");
    expect(refused.posted).toHaveLength(1);
  });
});

describeSender({
  preset: "google-forms",
  secret: SECRET,
  otherSecret: "another long random text",
  signatureHeader: "x-hookspan-signature",
  toleranceSeconds: 300,
  body: JSON.stringify({
    type: "form.submitted",
    responseId: "r1",
    formId: "f1",
    submittedAt: SUBMITTED_AT,
    answers: {},
  }),
  sign: (body, secret, now) => ({
    "x-hookspan-signature": `t=${now / 1_000},v1=${hmacHex(secret, `${now / 1_000}.${body}`)}`,
  }),
  events: [{ id: "r1", type: "form.submitted", subject: "f1", dedupeKey: `r1:${SUBMITTED_AT}` }],
});

test("a response that is edited keeps its id and counts anew", async () => {
  const event = async (submittedAt: string) => {
    const body = JSON.stringify({ responseId: "r1", submittedAt });
    const signature = `t=${NOW_SECONDS},v1=${hmacHex(SECRET, `${NOW_SECONDS}.${body}`)}`;
    const headers = { "content-type": "application/json", "x-hookspan-signature": signature };
    return onlyEvent(request(headers, body), source, [SECRET]);
  };
  const [before, after] = [await event("2026-11-23T09:00:00.000Z"), await event("2026-11-23T09:10:00.000Z")];
  expect(after.id).toBe(before.id);
  expect(after.dedupeKey).not.toBe(before.dedupeKey);
});

// Salesforce: outbound messages in SOAP, which nobody signs, and the callouts of flows. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { faultOf, outcome, request, sourceOf } from "../requests.ts";
import { JSON_HEADERS, onlyEvent, received } from "./known-answers.ts";

const ORGANIZATION = "00D5g000004ABCDEA2";
const AT = "$.Envelope.Body.notifications.OrganizationId";
const config = {
  preset: "salesforce-outbound-message",
  secrets: ["S"],
  assert: { [AT]: ORGANIZATION },
};
const source = sourceOf(config);

function notification(id: string, name: string): string {
  return `<Notification>
    <Id>${id}</Id>
    <sObject xsi:type="sf:Opportunity" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
     <sf:Id>0065g00000ABCDeAAP</sf:Id>
     <sf:Name>${name}</sf:Name>
     <sf:LastModifiedDate>2026-11-23T09:19:58.000Z</sf:LastModifiedDate>
    </sObject>
   </Notification>`;
}

function message(notifications: string, organization = ORGANIZATION): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>${organization}</OrganizationId>
   <ActionId>04k5g000000ABCDEA2</ActionId>
   <SessionId>00D5g000004ABCD!session-that-nobody-may-see</SessionId>
   <EnterpriseUrl>https://example.my.salesforce.com/services/Soap/c/62.0/00D5g000004ABCD</EnterpriseUrl>
   <PartnerUrl>https://example.my.salesforce.com/services/Soap/u/62.0/00D5g000004ABCD</PartnerUrl>
   ${notifications}
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>`;
}

const ONE = message(notification("04l5g00000000AAA", "Acme &amp; Söhne"));

const sent = (body: string, query = "?token=long-random") => ({
  ...request({ "content-type": "text/xml; charset=UTF-8", soapaction: '""' }, body),
  url: `https://bridge.example.com/in/source${query}`,
});

describe("an outbound message", () => {
  test("proves itself by the token in its URL, and by nothing else", async () => {
    expect(await outcome(sent(ONE), source, ["long-random"])).toBe("accepted");
    expect(await outcome(sent(ONE), source, ["old", "long-random"])).toBe("accepted");
    expect(await outcome(sent(ONE, "?token=other"), source, ["long-random"])).toBe("no-match");
    expect(await outcome(sent(ONE, "?token="), source, ["long-random"])).toBe("missing-token");
    expect(await outcome(sent(ONE, ""), source, ["long-random"])).toBe("missing-token");
  });

  test("gives the record that it is about", async () => {
    expect(await onlyEvent(sent(ONE), source, ["long-random"])).toMatchObject({
      id: "04l5g00000000AAA",
      type: "sf:Opportunity",
      subject: "0065g00000ABCDeAAP",
      time: "2026-11-23T09:19:58.000Z",
      data: { Id: "0065g00000ABCDeAAP", Name: "Acme & Söhne" },
      dedupeKey: "04l5g00000000AAA",
    });
  });

  test("with several notifications gives several events, each by its own id", async () => {
    const two = message(notification("04l5g00000000AAA", "A") + notification("04l5g00000000AAB", "B"));
    const events = await received(sent(two), source, ["long-random"]);
    expect(events.map(({ dedupeKey }) => dedupeKey)).toEqual(["04l5g00000000AAA", "04l5g00000000AAB"]);
  });

  test("leaves no session id in any event", async () => {
    const whole = sourceOf({ ...config, body: { split: "$" } });
    const events = await received(sent(ONE), whole, ["long-random"]);
    expect(JSON.stringify(events)).toContain("OrganizationId");
    expect(JSON.stringify(events)).not.toContain("nobody-may-see");
  });

  test("of another organization, or of none, is not what the operator asserts", async () => {
    const other = message(notification("04l5g00000000AAA", "A"), "00D5g000004EVILEA2");
    const none = ONE.replace(/<OrganizationId>.*<\/OrganizationId>/, "");
    for (const body of [other, none]) {
      expect(await faultOf(sent(body), source)).toMatchObject({ reason: "assertion-failed", at: AT });
    }
  });

  test("is answered as Salesforce demands: SOAP, with Ack true", () => {
    expect(source.answers.accepted).toEqual({
      status: 200,
      type: "text/xml; charset=utf-8",
      body:
        '<?xml version="1.0" encoding="UTF-8"?>' +
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
        '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>' +
        "</soapenv:Body></soapenv:Envelope>",
    });
  });
});

describe("the callout of a flow", () => {
  const flow = sourceOf({ preset: "salesforce-flow", secrets: ["S"] });
  const body = JSON.stringify({ id: "int-1", type: "opportunity.won", recordId: "0065g00000ABCDeAAP" });
  const called = (authorization?: string) =>
    request({ ...JSON_HEADERS, ...(authorization === undefined ? {} : { authorization }) }, body);

  test("proves itself by its bearer token", async () => {
    expect(await outcome(called("Bearer long-random"), flow, ["long-random"])).toBe("accepted");
    expect(await outcome(called("Bearer other"), flow, ["long-random"])).toBe("no-match");
    expect(await outcome(called("Basic long-random"), flow, ["long-random"])).toBe("missing-token");
    expect(await outcome(called(), flow, ["long-random"])).toBe("missing-token");
  });

  test("is what its body says", async () => {
    expect(await onlyEvent(called("Bearer t"), flow, ["t"])).toMatchObject({
      id: "int-1",
      type: "opportunity.won",
      subject: "0065g00000ABCDeAAP",
      dedupeKey: "int-1",
    });
  });
});

// Where callbacks may go: a table of addresses that would turn the bridge against private networks. The policy knows no
// DNS; what it can refuse by name and form alone it refuses.
import { describe, expect, test } from "vitest";
import { publicUrlFault } from "../../../src/core/url-policy.ts";

const PRODUCTION = { development: false };
const NOT_AN_ADDRESS = "must name a host, not an IP address";
const NOT_PUBLIC = "must be a public host name";
const NOT_A_URL = "is not a URL";

describe("in production", () => {
  test.each([
    "https://crm.example.com/hooks/kyb",
    "https://crm.example.com:8443/hooks?tenant=1",
    "HTTPS://CRM.EXAMPLE.COM/",
    "https://crm.example.com./",
    "https://żółw.example.com/",
    "https://xn--w-uga1v8h.example.com/",
    "https://localhost.example.com/",
    "https://my-internal.example.com/",
    "https://local.dev/",
    "https://10.example.com/",
    "https://127.0.0.1.example.com/",
    "https://example.com/?next=http://127.0.0.1/",
    "https://example.com/@127.0.0.1/",
    "https:example.com/hooks",
  ])("%s is allowed", (url) => {
    expect(publicUrlFault(url, PRODUCTION)).toBeUndefined();
  });

  test.each([
    // IPv4, in every notation that the URL standard reads
    ["https://127.0.0.1/", NOT_AN_ADDRESS],
    ["https://127.1/", NOT_AN_ADDRESS],
    ["https://127.0.1/", NOT_AN_ADDRESS],
    ["https://2130706433/", NOT_AN_ADDRESS],
    ["https://0x7f000001/", NOT_AN_ADDRESS],
    ["https://0x7f.0.0.1/", NOT_AN_ADDRESS],
    ["https://0X7F.1/", NOT_AN_ADDRESS],
    ["https://017700000001/", NOT_AN_ADDRESS],
    ["https://0177.0.0.01/", NOT_AN_ADDRESS],
    ["https://127.0.0.1./", NOT_AN_ADDRESS],
    ["https://127.0.0.1:443/", NOT_AN_ADDRESS],
    ["https://%31%32%37.0.0.1/", NOT_AN_ADDRESS],
    ["https://１２７.０.０.１/", NOT_AN_ADDRESS],
    ["https://①②⑦.0.0.1/", NOT_AN_ADDRESS],
    ["https://127。0。0。1/", NOT_AN_ADDRESS],
    ["https://127\u00ad.0.0.1/", NOT_AN_ADDRESS],
    ["https://0/", NOT_AN_ADDRESS],
    ["https://0.0.0.0/", NOT_AN_ADDRESS],
    ["https://10.0.0.5/", NOT_AN_ADDRESS],
    ["https://172.16.0.1/", NOT_AN_ADDRESS],
    ["https://192.168.1.1/", NOT_AN_ADDRESS],
    ["https://169.254.169.254/latest/meta-data/", NOT_AN_ADDRESS],
    ["https://100.64.0.1/", NOT_AN_ADDRESS],
    ["https://255.255.255.255/", NOT_AN_ADDRESS],
    ["https://8.8.8.8/", NOT_AN_ADDRESS],
    ["https:///127.0.0.1/", NOT_AN_ADDRESS],
    ["https:\\\\127.0.0.1\\", NOT_AN_ADDRESS],
    ["https://127.0.0.1\\@crm.example.com/", NOT_AN_ADDRESS],
    ["https://1\t27.0.0.1/", NOT_AN_ADDRESS],
    [" https://127.0.0.1/ ", NOT_AN_ADDRESS],
    ["https://256.1.1.1/", NOT_A_URL],
    ["https://1.2.3.4.5/", NOT_A_URL],
    ["https://127.0.0.0xff/", NOT_AN_ADDRESS],
    // IPv6
    ["https://[::1]/", NOT_AN_ADDRESS],
    ["https://[::]/", NOT_AN_ADDRESS],
    ["https://[0:0:0:0:0:0:0:1]:8443/", NOT_AN_ADDRESS],
    ["https://[::ffff:127.0.0.1]/", NOT_AN_ADDRESS],
    ["https://[::ffff:7f00:1]/", NOT_AN_ADDRESS],
    ["https://[64:ff9b::7f00:1]/", NOT_AN_ADDRESS],
    ["https://[fe80::1]/", NOT_AN_ADDRESS],
    ["https://[fd00:ec2::254]/", NOT_AN_ADDRESS],
    ["https://[2606:4700:4700::1111]/", NOT_AN_ADDRESS],
    ["https://[fe80::1%25eth0]/", NOT_A_URL],
    ["https://::1/", NOT_A_URL],
    // Names that lead nowhere public
    ["https://localhost/", NOT_PUBLIC],
    ["https://LOCALHOST/", NOT_PUBLIC],
    ["https://localhost./", NOT_PUBLIC],
    ["https://localhost../", NOT_PUBLIC],
    ["https://ⓛocalhost/", NOT_PUBLIC],
    ["https://loc\u00adalhost/", NOT_PUBLIC],
    ["https://app.localhost/", NOT_PUBLIC],
    ["https://localhost.localdomain/", NOT_PUBLIC],
    ["https://localhost6.localdomain6/", NOT_PUBLIC],
    ["https://intranet/", NOT_PUBLIC],
    ["https://metadata/", NOT_PUBLIC],
    ["https://metadata.google.internal/", NOT_PUBLIC],
    ["https://instance-data.ec2.internal/", NOT_PUBLIC],
    ["https://kubernetes.default.svc/", NOT_PUBLIC],
    ["https://kubernetes.default.svc.cluster.local/", NOT_PUBLIC],
    ["https://printer.local/", NOT_PUBLIC],
    ["https://router.lan/", NOT_PUBLIC],
    ["https://nas.home.arpa/", NOT_PUBLIC],
    ["https://1.0.0.127.in-addr.arpa/", NOT_PUBLIC],
    ["https://wiki.corp/", NOT_PUBLIC],
    ["https://a.test/", NOT_PUBLIC],
    ["https://a.invalid/", NOT_PUBLIC],
    ["https://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/", NOT_PUBLIC],
    ["https://a..example.com/", NOT_PUBLIC],
    ["https://com/", NOT_PUBLIC],
    // What is not plain https
    ["http://crm.example.com/", "must be https"],
    ["ftp://crm.example.com/", "must be https"],
    ["file:///etc/passwd", "must be https"],
    ["data:text/plain,hello", "must be https"],
    ["javascript:alert(1)", "must be https"],
    ["ws://crm.example.com/", "must be https"],
    ["gopher://crm.example.com/", "must be https"],
    ["blob:https://crm.example.com/1", "must be https"],
    // What hides something
    ["https://user:password@crm.example.com/", "must not contain credentials"],
    ["https://token@crm.example.com/", "must not contain credentials"],
    ["https://crm.example.com@127.0.0.1/", "must not contain credentials"],
    ["https://crm.example.com/#part", "must not contain a fragment"],
    ["crm.example.com/hooks", NOT_A_URL],
    ["//crm.example.com/", NOT_A_URL],
    ["/hooks", NOT_A_URL],
    ["https://", NOT_A_URL],
    ["https://crm example.com/", NOT_A_URL],
    ["https://exa%00mple.com/", NOT_A_URL],
    ["", NOT_A_URL],
  ])("%s is refused: %s", (url, fault) => {
    expect(publicUrlFault(url, PRODUCTION)).toBe(fault);
  });
});

describe("in development", () => {
  const development = { development: true };

  test.each(["http://localhost:8789/callback", "http://127.0.0.1:9/", "https://crm.example.com/", "http://[::1]:1/"])(
    "%s is allowed",
    (url) => {
      expect(publicUrlFault(url, development)).toBeUndefined();
    },
  );

  test.each([
    ["file:///etc/passwd", "must be http or https"],
    ["javascript:alert(1)", "must be http or https"],
    ["http://user:password@localhost/", "must not contain credentials"],
    ["http://localhost/#part", "must not contain a fragment"],
    ["localhost", "is not a URL"],
  ])("%s is refused: %s", (url, fault) => {
    expect(publicUrlFault(url, development)).toBe(fault);
  });
});

// Where the bridge may call: callbacks, and the keys that senders publish. https, to public names. Pure; does no DNS. Keeps a configuration (or whoever
// may change it) from turning the bridge against private networks.

/** Development relaxes the policy explicitly: http and local names are allowed then. */
export interface UrlPolicy {
  readonly development: boolean;
}

/**
 * Names that never lead to a public host: reserved ones (RFC 6761, 6762 appendix G, 7686, 8375, 9476, ICANN's `internal`)
 * and those that private networks and clusters use.
 */
const LOCAL_SUFFIXES = [
  ...["localhost", "test", "invalid", "example", "local", "onion", "alt", "internal", "arpa"],
  ...["intranet", "intra", "lan", "home", "corp", "private", "localdomain", "localdomain6", "svc"],
];

/** Where https is served by custom: others lead to things that are no web servers. */
const PORTS = ["8443", "9443"];

/** @returns what is wrong with the URL as an address to call, or undefined where nothing is */
export function publicUrlFault(text: string, policy: UrlPolicy): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "is not a URL";
  }
  if (url.username !== "" || url.password !== "") return "must not contain credentials";
  if (url.hash !== "") return "must not contain a fragment";
  if (policy.development) return /^https?:$/.test(url.protocol) ? undefined : "must be http or https";
  if (url.protocol !== "https:") return "must be https";
  if (url.port !== "" && !PORTS.includes(url.port)) return `must be at one of the ports 443, ${PORTS.join(", ")}`;
  return publicHostFault(url.hostname);
}

/**
 * @param allowed hosts, or `*.` and a host for every name below it
 * @returns what is wrong with a URL that an event has chosen, or undefined where its host is among those allowed
 */
export function hostFault(text: string, allowed: readonly string[]): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "is not a URL";
  }
  const host = url.hostname.replace(/\.$/, "").toLowerCase();
  const isAllowed = allowed.some((each) => (each.startsWith("*.") ? host.endsWith(each.slice(1)) : host === each));
  return isAllowed ? undefined : "is at a host that is not among allowHosts";
}

/** Whether only this machine can reach it. @param host a name or an address, with or without brackets */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host);
}

/** The URL parser has already turned every notation of an IPv4 address into dotted decimals, and punycoded the name. */
function publicHostFault(hostname: string): string | undefined {
  const host = hostname.replace(/\.$/, "").toLowerCase();
  if (host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host)) return "must name a host, not an IP address";
  if (!host.includes(".") || host.split(".").includes("")) return "must be a public host name";
  const local = LOCAL_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  return local ? "must be a public host name" : undefined;
}

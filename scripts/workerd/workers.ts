// The two small Workers that stand around the bridge where plain workerd serves it, as text.

/** The way in: says who the client is, which nobody may say of themselves; a proxy in front may, where it is trusted. */
export const DOOR = `export default {
  fetch(request, env) {
    const headers = new Headers(request.headers);
    const peer = String(request.cf?.clientIp ?? "").replace(/:\\d+$/, "").replace(/^\\[|\\]$/g, "");
    const told = env.TRUST_PROXY ? (request.headers.get("x-forwarded-for") ?? "").split(",").at(-1).trim() : "";
    for (const name of [...headers.keys()]) if (name.startsWith("cf-") && name !== "cf-access-jwt-assertion") headers.delete(name);
    headers.set("cf-connecting-ip", told || peer);
    const url = new URL(request.url);
    if (env.TRUST_PROXY && request.headers.get("x-forwarded-proto") === "https") url.protocol = "https:";
    return env.WORKER.fetch(new Request(url, new Request(request, { headers, redirect: "manual" })));
  },
};
`;

/**
 * The cron trigger: workerd has none. `?at=` (ms since the epoch) says what time it is, which the bridge believes in development only.
 * Never on a socket that anybody else can reach.
 */
export const TICKER = `export default {
  async fetch(request, env) {
    const at = new URL(request.url).searchParams.get("at");
    const scheduledTime = at === null ? new Date() : new Date(Number(at));
    const { outcome } = await env.WORKER.scheduled({ scheduledTime, cron: "* * * * *" });
    return new Response(outcome, { status: outcome === "ok" ? 200 : 500 });
  },
};
`;

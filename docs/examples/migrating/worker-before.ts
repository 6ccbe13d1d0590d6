// A Worker as one writes it in an afternoon, to be compared with the configuration that takes its place (docs/migrating.md).
export default {
  async fetch(request: Request, env: Record<string, string>): Promise<Response> {
    const body = await request.text();
    const encoder = new TextEncoder();
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey(
      "raw",
      encoder.encode(env.GITHUB_WEBHOOK_SECRET ?? ""),
      algorithm,
      false,
      ["verify"],
    );
    const hex = (request.headers.get("x-hub-signature-256") ?? "").replace(/^sha256=/, "");
    const signature = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    if (!(await crypto.subtle.verify("HMAC", key, signature, encoder.encode(body))))
      return new Response("no", { status: 401 });

    const { action, release, repository } = JSON.parse(body);
    if (request.headers.get("x-github-event") === "release" && action === "published" && !release.prerelease) {
      await fetch("https://api.transactionlink.io/workflows", {
        method: "POST",
        headers: { authorization: env.TRANSACTIONLINK_TOKEN ?? "", "content-type": "application/json" },
        body: JSON.stringify({
          workflowDefinitionId: "3a5d7c1e-90b4-4f5b-8f0e-6c1a2b3d4e5f",
          locale: "en",
          parameters: { repository: repository.full_name, tag: release.tag_name },
        }),
      });
    }
    return new Response("ok");
  },
};

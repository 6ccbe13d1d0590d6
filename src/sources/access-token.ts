// Who has signed in by Cloudflare Access, out of the token that Access adds to each request: proven like a sender's, with the
// team's keys, pinned algorithm, issuer and audience. No I/O of its own.
// https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
import type { AccessConfig } from "../core/access-config.ts";
import { isJsonObject } from "../core/json.ts";
import { decodeUtf8, parseJson } from "./body/json-body.ts";
import { fromBase64Url } from "./encoding.ts";
import type { KeyFetcher } from "./families/key-fetcher.ts";
import { resolveSource } from "./presets.ts";
import { verify } from "./verify.ts";

export const ACCESS_HEADER = "cf-access-jwt-assertion";

/** @returns the e-mail address or the service token's name; null where the token proves nobody */
export async function signedInBy(
  token: string,
  { team, audience }: AccessConfig,
  { now, keys }: { readonly now: number; readonly keys: KeyFetcher },
): Promise<string | null> {
  const issuer = `https://${team}.cloudflareaccess.com`;
  const source = resolveSource("access", {
    verify: {
      family: "jwt",
      from: `header:${ACCESS_HEADER}`,
      algorithms: ["RS256"],
      keys: { from: "jwks", url: `${issuer}/cdn-cgi/access/certs` },
      issuer,
      audience,
    },
  });
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  const headers = new Headers({ [ACCESS_HEADER]: token });
  const request = { method: "POST", url: `${issuer}/`, headers, body: new Uint8Array(), receivedAt: now };
  const verified = await verify(request, source.value, { secrets: [], now, keys });
  if (!verified.ok) return null;
  const payload = fromBase64Url(token.split(".")[1] ?? "");
  const text = payload && decodeUtf8(payload);
  const claims = text ? parseJson(text) : null;
  if (!claims?.ok || !isJsonObject(claims.value)) return null;
  const { email, common_name: service } = claims.value;
  if (typeof email === "string" && email !== "") return email;
  return typeof service === "string" && service !== "" ? service : null;
}

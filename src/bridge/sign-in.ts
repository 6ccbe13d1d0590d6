// Who has signed in by Cloudflare Access, and what they may do by the configuration.
import { roleOf } from "../core/access-config.ts";
import type { Identity } from "../core/role.ts";
import { signedInBy } from "../sources/access-token.ts";
import type { Bridge } from "./ports.ts";

export { ACCESS_HEADER } from "../sources/access-token.ts";

/** @returns null where the token proves nobody, or somebody who may do nothing here */
export async function signIn(bridge: Bridge, token: string): Promise<Identity | null> {
  const { access } = bridge.setup.config;
  if (!access) return null;
  const name = await signedInBy(token, access, { now: bridge.now(), keys: bridge.keys });
  if (name === null) return null;
  const role = roleOf(access, name);
  return role === null ? null : { name, role };
}

// What a configuration says of people who sign in by Cloudflare Access. Pure.
import * as z from "zod";
import { ROLES, type Role } from "./role.ts";

export const AccessConfig = z
  .strictObject({
    team: z
      .string()
      .regex(
        /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
        "expected the team's name, as in https://NAME.cloudflareaccess.com",
      )
      .describe("The team's name: what stands before .cloudflareaccess.com."),
    audience: z.string().min(1).max(200).describe("The application's audience tag (AUD)."),
    roles: z
      .record(z.string().min(1).max(200), z.enum(ROLES))
      .describe(
        "Roles by e-mail address, by *@ and a domain, or by the common name of a service token. Who is not among them may do nothing.",
      ),
  })
  .describe("Lets people use the operations API who sign in by Cloudflare Access.");
export type AccessConfig = z.infer<typeof AccessConfig>;

/** An exact name goes before its domain. @returns null for who may do nothing */
export function roleOf({ roles }: AccessConfig, name: string): Role | null {
  const own = name.toLowerCase();
  const entries = Object.entries(roles).map(([who, role]) => [who.toLowerCase(), role] as const);
  const exact = entries.find(([who]) => who === own);
  const domain = own.includes("@") ? `*${own.slice(own.lastIndexOf("@"))}` : undefined;
  return (exact ?? entries.find(([who]) => who === domain))?.[1] ?? null;
}

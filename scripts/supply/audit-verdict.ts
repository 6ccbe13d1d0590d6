// What `npm audit --json` has said: that something is wrong, that nothing is, or that the registry could not be asked, which is no
// fault of the commit that is looked at. Pure.

export type Verdict =
  | { readonly kind: "clean" }
  | { readonly kind: "vulnerable"; readonly packages: readonly string[] }
  | { readonly kind: "not-asked"; readonly why: string };

const GRAVE = ["high", "critical"];

export function verdictOf(stdout: string): Verdict {
  let report: {
    vulnerabilities?: Record<string, { severity: string }>;
    message?: string;
    error?: { summary?: string };
  };
  try {
    report = JSON.parse(stdout);
  } catch {
    return { kind: "not-asked", why: stdout.trim().split("\n")[0] || "npm audit said nothing" };
  }
  if (!report.vulnerabilities) {
    return { kind: "not-asked", why: report.message ?? report.error?.summary ?? "the answer holds no vulnerabilities" };
  }
  const packages = Object.entries(report.vulnerabilities)
    .filter(([, { severity }]) => GRAVE.includes(severity))
    .map(([name, { severity }]) => `${name} (${severity})`);
  return packages.length === 0 ? { kind: "clean" } : { kind: "vulnerable", packages };
}

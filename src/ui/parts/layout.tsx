// The frame of every page: head, navigation, what was done, and the page itself. Nothing is loaded from elsewhere, nothing is inline.
import type { Child } from "hono/jsx";
import type { Identity } from "../../core/role.ts";
import { ASSET_PATHS } from "../assets.ts";

/** The pages of the navigation, in its order. */
export const SECTIONS = [
  ["overview", "Overview", "/ui"],
  ["executions", "Executions", "/ui/executions"],
  ["records", "Records", "/ui/records"],
  ["dead-letters", "Dead letters", "/ui/dead-letters"],
  ["sources", "Sources", "/ui/sources"],
  ["rules", "Rules", "/ui/rules"],
  ["callbacks", "Callbacks", "/ui/callbacks"],
  ["engines", "Engines", "/ui/engines"],
  ["jobs", "Jobs", "/ui/jobs"],
  ["configuration", "Configuration", "/ui/configuration"],
  ["access", "Access", "/ui/access"],
] as const;

export type Section = (typeof SECTIONS)[number][0];

interface LayoutProps {
  readonly title: string;
  readonly section?: Section | undefined;
  readonly identity?: Identity | undefined;
  readonly session?: boolean;
  readonly said?: string | undefined;
  readonly children?: Child;
}

/** htmx: no eval, no style of its own, no history of pages in the browser's storage. */
const HTMX = JSON.stringify({
  allowEval: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  selfRequestsOnly: true,
});

export function Layout({ title, section, identity, session = false, said, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content={HTMX} />
        <title>{`${title} · Hookspan`}</title>
        <link rel="icon" href={ASSET_PATHS.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={ASSET_PATHS.style} />
        <script src={ASSET_PATHS.htmx} defer />
        <script src={ASSET_PATHS.live} defer />
      </head>
      <body class={identity ? "app" : "plain"}>
        <a class="skip" href="#main">
          To the content
        </a>
        {identity && <Navigation section={section} identity={identity} session={session} />}
        <main id="main" tabindex={-1}>
          {said !== undefined && (
            <p class="said" role="status">
              {said}
            </p>
          )}
          {children}
        </main>
      </body>
    </html>
  );
}

interface NavigationProps {
  readonly section: Section | undefined;
  readonly identity: Identity;
  readonly session: boolean;
}

function Navigation({ section, identity, session }: NavigationProps) {
  return (
    <header class="bar">
      <a class="brand" href="/ui">
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
          <path d="M3 16c0-8 18-8 18 0M3 16v4M21 16v4M12 10v10M7.5 11.5V20M16.5 11.5V20" />
        </svg>
        Hookspan
      </a>
      <nav aria-label="Main">
        <ul>
          {SECTIONS.map(([id, label, href]) => (
            <li>
              <a href={href} aria-current={id === section ? "page" : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="who">
        <span>
          {identity.name} <small>{identity.role}</small>
        </span>
        {session && (
          <form method="post" action="/ui/logout">
            <button class="quiet" type="submit">
              Sign out
            </button>
          </form>
        )}
      </div>
    </header>
  );
}

// The small pieces that pages are made of: badges, times, facts, buttons, JSON. Each shows what it is given and asks for nothing.
// Text is escaped by JSX; nothing here goes around that.
import type { Child } from "hono/jsx";
import { type Identity, mayActAs, type Role } from "../../core/role.ts";
import type { Problem } from "../api.ts";

export type Tone = "good" | "bad" | "busy" | "warn" | "plain";

/** How a state is to be taken, by colour and by a sign, for those who do not see the colour. */
const TONES: Readonly<Record<string, Tone>> = {
  succeeded: "good",
  delivered: "good",
  open: "good",
  ok: "good",
  active: "good",
  done: "good",
  failed: "bad",
  rejected: "bad",
  invalid: "bad",
  expired: "bad",
  exhausted: "bad",
  disabled: "bad",
  unauthorized: "bad",
  held: "warn",
  paused: "warn",
  silent: "warn",
  filling: "warn",
  due: "busy",
  queued: "busy",
  starting: "busy",
  running: "busy",
  working: "good",
  throttled: "warn",
  pending: "warn",
  failing: "bad",
  refused: "bad",
  revoked: "bad",
  starts: "good",
  new: "good",
  uncertain: "warn",
  unavailable: "warn",
  waiting: "busy",
  "be-refused": "bad",
  started: "good",
  resent: "good",
  refetched: "good",
};

export const SIGNS = { good: "✓", bad: "✕", busy: "●", warn: "!", plain: "–" } as const;

export function toneOf(state: string): Tone {
  return (Object.hasOwn(TONES, state) && TONES[state]) || "plain";
}

interface BadgeProps {
  readonly state: string;
  readonly title?: string | undefined;
  /** Where the word alone does not say it. */
  readonly tone?: Tone | undefined;
}

/** A state of whatever kind: of an execution, a delivery, a callback, a source. */
export function Badge({ state, title, tone = toneOf(state) }: BadgeProps) {
  return (
    <span class={`badge ${tone}`} title={title}>
      <span aria-hidden="true">{SIGNS[tone]}</span> {state}
    </span>
  );
}

/** A moment: how long ago, and exactly when on demand. @param at ISO 8601, as the API says it */
export function When({ at, now }: { readonly at: string | null | undefined; readonly now: number }) {
  if (at === null || at === undefined) return <span class="faint">–</span>;
  return (
    <time datetime={at} title={exact(at)}>
      {ago(Date.parse(at), now)}
    </time>
  );
}

/** To the second, in UTC, as logs have it. */
export function exact(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

export function ago(at: number, now: number): string {
  const ms = now - at;
  if (ms < 0) return `in ${span(-ms)}`;
  return ms < 1_000 ? "just now" : `${span(ms)} ago`;
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** A duration, to be read at a glance: 3 d, 14 min, 2.4 s, 80 ms. */
export function span(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? ["ms", 1];
  const value = ms / size;
  return `${unit === "s" && value < 10 ? value.toFixed(1) : Math.floor(value)} ${unit}`;
}

/** Names and values, one below the other. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, Child])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value ?? <span class="faint">–</span>}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A value of the API, as JSON that can be read. Cut where it is too long for a page. */
export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = JSON.stringify(value, null, 2) ?? "null";
  const cut = text.length > MAX_JSON_CHARS;
  return (
    <>
      <section class="json" dir="auto" tabindex={0} aria-label={label}>
        {cut ? text.slice(0, MAX_JSON_CHARS) : text}
      </section>
      {cut && (
        <p class="faint">
          Cut at {MAX_JSON_CHARS.toLocaleString("en")} of {text.length.toLocaleString("en")} characters; the API has all
          of it.
        </p>
      )}
    </>
  );
}

const MAX_JSON_CHARS = 50_000;

/** Something that can be copied: an id, a URL, a command. The button needs the script; the text can be marked without. */
export function Copy({ text, label = "Copy" }: { readonly text: string; readonly label?: string }) {
  return (
    <button
      type="button"
      class="copy quiet"
      data-copy={text}
      title={label}
      aria-label={`${label}: ${text.slice(0, 80)}`}
    >
      Copy
    </button>
  );
}

interface ActionProps {
  readonly to: string;
  readonly label: string;
  /** Who looks, and the least role that may: for whoever may not there is no button. */
  readonly identity: Identity;
  readonly needs?: Role;
  /** Asked before it is done, where that cannot be taken back. */
  readonly confirm?: string;
  readonly tone?: "danger" | "quiet" | "main";
  /** Fields that go with it. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Inputs between the form's begin and its button. */
  readonly children?: Child;
}

/** A button that changes something: a form of its own, which works without the script. */
export function Action({ to, label, identity, needs = "operator", confirm, tone, fields = {}, children }: ActionProps) {
  if (!mayActAs(identity, needs)) return null;
  return (
    <form method="post" action={to} class="action" data-confirm={confirm}>
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children}
      <button type="submit" class={tone}>
        {label}
      </button>
    </form>
  );
}

/** What the API has refused, in its own words. */
export function Refused({ problem }: { readonly problem: Problem }) {
  return (
    <section class="problem" role="alert">
      <h2>{problem.title}</h2>
      <p dir="auto">{problem.detail}</p>
      {problem.faults && problem.faults.length > 0 && (
        <ul>
          {problem.faults.map(({ path, message }) => (
            <li dir="auto">
              <code>{path || "document"}</code>: {message}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** In place of a list without entries: why, and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: Child }) {
  return (
    <div class="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children}
    </div>
  );
}

/** A part of a page that is fetched anew every few seconds, as long as somebody looks. @param url of the page it stands in */
export function Live({
  id,
  url,
  seconds = 5,
  children,
}: {
  readonly id: string;
  readonly url: string;
  readonly seconds?: number;
  readonly children?: Child;
}) {
  return (
    <div id={id} class="live" hx-get={url} hx-select={`#${id}`} hx-swap="outerHTML" hx-trigger={`every ${seconds}s`}>
      {children}
    </div>
  );
}

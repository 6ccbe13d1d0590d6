// The overview of a bridge that has seen nothing yet: the way to a first webhook.
import type { SourceSummary } from "../../../http/operations-setup.ts";
import { Copy } from "../../parts/pieces.tsx";

interface FirstWebhookProps {
  readonly sources: readonly SourceSummary[];
  readonly origin: string;
}

export function FirstWebhook({ sources, origin }: FirstWebhookProps) {
  return (
    <section class="sheet">
      <h2>No webhook has come yet</h2>
      <ol>
        {sources.length === 0 ? (
          <li>
            Add a source and a rule to the <a href="/ui/configuration">configuration</a>.
          </li>
        ) : (
          <li>
            Give its address to a sender. What to press there stands on the page of each source:
            <ul>
              {sources.map(({ id, preset, path }) => (
                <li>
                  <a href={`/ui/sources/${encodeURIComponent(id)}`}>{id}</a>{" "}
                  {preset !== null && <small>{preset}</small>} <code>{origin + path}</code>{" "}
                  <Copy text={origin + path} label="Copy the address" />
                </li>
              ))}
            </ul>
          </li>
        )}
        <li>
          See what your rules would do about an event, without sending one: the{" "}
          <a href="/ui/rules/playground">playground</a>.
        </li>
        <li>
          Send an event. It shows up here by itself, and what was refused shows up at its source, with the reason.
        </li>
      </ol>
    </section>
  );
}

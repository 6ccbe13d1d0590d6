// One sender: what is pasted there, how it is set up, and why its requests were refused.
import type { Identity } from "../../../core/role.ts";
import type { SourceFacts } from "../../../http/operations-setup.ts";
import { Action, Badge, Copy, Facts, When } from "../../parts/pieces.tsx";

interface DetailsProps {
  readonly source: SourceFacts;
  readonly origin: string;
  readonly identity: Identity;
  readonly now: number;
}

/** As the preset tells them. */
interface Guide {
  readonly title: string;
  readonly description: string;
  readonly docs: string;
}

export function SourceDetails({ source, origin, identity, now }: DetailsProps) {
  const { id, preset, state, path, silentSince, lastEventAt, captured, expectEvery, secrets } = source;
  const address = origin + path;
  const guide = source.setup as Guide | null;
  return (
    <div class="columns">
      <section class="sheet">
        <h2>How it stands</h2>
        <Facts
          facts={[
            ["State", <Badge state={silentSince === null ? state : "silent"} />],
            ["Preset", preset ?? "own scheme"],
            ["Last event", lastEventAt === null ? "never" : <When at={lastEventAt} now={now} />],
            ["Silent since", <When at={silentSince} now={now} />],
            ["Expected every", expectEvery],
            ["Secrets", secrets.length === 0 ? null : secrets.map((name) => <code>{name} </code>)],
            ["Handshake", captured === true ? "its secret is captured" : null],
          ]}
        />
        {captured === true && (
          <Action
            to={`/ui/sources/${encodeURIComponent(id)}/release`}
            label="Forget the captured secret"
            identity={identity}
            tone="danger"
            confirm="Forget the secret? Until the next handshake nothing of this sender is taken."
          />
        )}
      </section>
      <section class="sheet">
        <h2>At the sender</h2>
        <p>Paste this address:</p>
        <p>
          <code>{address}</code> <Copy text={address} label="Copy the address" />
        </p>
        {guide && (
          <>
            <p>
              <strong>{guide.title}</strong>
            </p>
            <p>{guide.description}</p>
            {guide.docs.startsWith("https://") && (
              <p>
                <a href={guide.docs} rel="noreferrer">
                  The sender's own page
                </a>
              </p>
            )}
          </>
        )}
        {!guide && <p class="faint">Its scheme is spelled out in the configuration.</p>}
      </section>
    </div>
  );
}

interface NotesProps {
  readonly title: string;
  readonly notes: SourceFacts["refused"] | SourceFacts["unmatched"];
  readonly now: number;
}

export function SourceNotes({ title, notes, now }: NotesProps) {
  return (
    <section>
      <h2>{title}</h2>
      {notes === null && <p class="faint">Nobody can say now.</p>}
      {notes?.length === 0 && <p class="faint">Nothing lately.</p>}
      {notes !== null && notes.length > 0 && (
        <div class="table">
          <table aria-label={title}>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Reason</th>
                <th scope="col">Details</th>
              </tr>
            </thead>
            <tbody>
              {notes.map(({ at, reason, detail, ...note }) => (
                <tr>
                  <td>
                    <When at={at} now={now} />
                  </td>
                  <td>{reason}</td>
                  <td dir="auto">
                    {detail}
                    {"advice" in note && (
                      <>
                        <br />
                        <small>{note.advice}</small>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

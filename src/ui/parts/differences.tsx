// How two configurations differ, place by place.
import type { DifferenceFacts } from "../../http/operations-setup.ts";

export function Differences({ differences }: { readonly differences: readonly DifferenceFacts[] }) {
  if (differences.length === 0) return <p class="faint">Nothing is different.</p>;
  return (
    <ul class="diff">
      {differences.map(({ path, kind, from, to }) => (
        <li dir="auto">
          <code>{path || "document"}</code> <small>{kind}</small>
          {kind === "moved" ? (
            <span>
              {" "}
              from place {Number(from) + 1} to place {Number(to) + 1}
            </span>
          ) : (
            <>
              {from !== undefined && <del>{JSON.stringify(from, null, 2)}</del>}
              {to !== undefined && <ins>{JSON.stringify(to, null, 2)}</ins>}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

// The rules, what came of each, and the playground where an event is tried.
import { Hono } from "hono";
import type { RuleFacts } from "../../http/operations-setup.ts";
import type { UiEnv } from "../context.ts";
import { page, refused } from "../page.tsx";
import { Badge, Empty } from "../parts/pieces.tsx";
import { playground } from "./rules/playground.tsx";

const FRAME = { title: "Rules", section: "rules" } as const;

const PERIODS = { "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000 } as const;

export const rules = new Hono<UiEnv>().route("/", playground).get("/rules", async (c) => {
  const asked = c.req.query("period") ?? "24h";
  const period = Object.hasOwn(PERIODS, asked) ? (asked as keyof typeof PERIODS) : "24h";
  const since = new Date(c.env.now() - PERIODS[period]).toISOString();
  const found = await c.var.api.get<{ rules: RuleFacts[]; unmatched: number }>(`/rules?since=${since}`);
  if (!found.ok) return refused(c, FRAME, found.problem);
  const { rules: all, unmatched } = found.value;
  return page(
    c,
    FRAME,
    <>
      <div class="head">
        <h1>Rules</h1>
        <div class="row">
          <ul class="tabs" aria-label="Counted over">
            {Object.keys(PERIODS).map((each) => (
              <li>
                <a href={`/ui/rules?period=${each}`} aria-current={each === period ? "true" : undefined}>
                  {each}
                </a>
              </li>
            ))}
          </ul>
          <a class="button main" href="/ui/rules/playground">
            Playground
          </a>
        </div>
      </div>
      {all.length === 0 && (
        <Empty title="There are no rules.">
          <p>
            Events are kept and lead to nothing: add a rule in the <a href="/ui/configuration">configuration</a>.
          </p>
        </Empty>
      )}
      {all.length > 0 && <RuleTable rules={all} since={since} />}
      <p>
        <a href={`/ui/executions?state=unmatched&since=${since}`}>{unmatched.toLocaleString("en")} events</a> were taken
        by no rule.
      </p>
    </>,
  );
});

function RuleTable({ rules: all, since }: { readonly rules: readonly RuleFacts[]; readonly since: string }) {
  return (
    <div class="table">
      <table aria-label="Rules">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Does</th>
            <th scope="col">About</th>
            <th scope="col">What came of it</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ id, does, source, on, enabled, shadow, counts }) => {
            const link = `/ui/executions?rule=${encodeURIComponent(id)}&since=${since}`;
            return (
              <tr>
                <td>
                  <a href={link}>{id}</a> {!enabled && <Badge state="switched off" />}{" "}
                  {shadow && <Badge state="shadow" />}
                </td>
                <td>{does}s</td>
                <td dir="auto">
                  {source}
                  <br />
                  <small>{on.join(", ")}</small>
                </td>
                <td>
                  {Object.keys(counts).length === 0 && <span class="faint">nothing</span>}
                  {Object.entries(counts).map(([state, count]) => (
                    <a href={`${link}&state=${state}`}>
                      {count.toLocaleString("en")} <Badge state={state} />{" "}
                    </a>
                  ))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

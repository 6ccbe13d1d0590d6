// What happened to an execution: as a picture, and line by line as a table that says the same and more.
import type { ExecutionFacts, TimelineLine } from "../../../http/execution-view.ts";
import { Badge, exact, SIGNS, span } from "../../parts/pieces.tsx";
import { marksOf, type Picture, type Placed, place, toneOfLine } from "./flow.ts";
import { Linked } from "./linked.tsx";

const LANE = 30;
const AXIS = 22;

/** Of a long story the ledger keeps the first 20 lines and the last 80. */
const LINES_MAX = 100;

/** How wide the picture has to be, so that marks do not touch: by how many have to find room beside each other. */
const WIDTHS = [
  [14, undefined],
  [40, "wide"],
  [100, "wider"],
  [Number.POSITIVE_INFINITY, "widest"],
] as const;

interface TimelineProps {
  readonly execution: ExecutionFacts;
  readonly now: number;
}

export function Timeline({ execution, now }: TimelineProps) {
  const { timeline } = execution;
  return (
    <section class="sheet">
      <h2>Timeline</h2>
      <Flow picture={place(marksOf(execution, now))} lines={timeline.length} />
      <Lines lines={timeline} />
      {timeline.length >= LINES_MAX && (
        <p class="faint">Of a long story the first 20 and the last 80 lines are kept.</p>
      )}
    </section>
  );
}

function Flow({ picture: { lanes, ticks, room }, lines }: { readonly picture: Picture; readonly lines: number }) {
  const height = lanes.length * LANE + AXIS;
  return (
    <figure class="flow">
      <div class="lanes" aria-hidden="true">
        {lanes.map(({ name }) => (
          <span title={name}>{name}</span>
        ))}
      </div>
      {/* A picture that is wider than its place is scrolled, also by the keyboard. */}
      <section class="scroll" tabindex={0} aria-label="The timeline as a picture">
        <svg
          class={WIDTHS.find(([most]) => room <= most)?.[1]}
          width="100%"
          height={height}
          role="img"
          aria-label={`${lines} steps in ${lanes.length} lanes; the table below says the same in words`}
        >
          {lanes.map(({ marks }, n) => (
            <Lane marks={marks} y={n * LANE + LANE / 2} />
          ))}
          {ticks.map(({ x, label }, n) => (
            <text class="tick" x={`${n === 0 ? 0 : x}%`} y={height - 6} text-anchor={anchorOf(n, x)}>
              {label}
            </text>
          ))}
        </svg>
      </section>
    </figure>
  );
}

function anchorOf(n: number, x: number): "start" | "middle" | "end" {
  if (n === 0) return "start";
  return x > 90 ? "end" : "middle";
}

function Lane({ marks, y }: { readonly marks: readonly Placed[]; readonly y: number }) {
  return (
    <g>
      <line class="axis" x1="0%" x2="100%" y1={y} y2={y} />
      {marks.map(({ x0, x, tone, label, open }) => (
        <g class={`mark ${tone}${open ? " open" : ""}`}>
          <title>{label}</title>
          {x > x0 && <rect x={`${x0}%`} y={y - 4} width={`${x - x0}%`} height={8} rx={4} />}
          <circle cx={`${x}%`} cy={y} r={8.5} />
          <text x={`${x}%`} y={y} text-anchor="middle" dominant-baseline="central">
            {SIGNS[tone]}
          </text>
        </g>
      ))}
    </g>
  );
}

function Lines({ lines }: { readonly lines: readonly TimelineLine[] }) {
  const first = Date.parse(lines[0]?.at ?? "");
  return (
    <div class="table flat">
      <table aria-label="Timeline, line by line">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Step</th>
            <th scope="col">Outcome</th>
            <th scope="col">What is known of it</th>
            <th scope="col" class="number">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line line={line} first={first} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The status, where the words do not say it already. */
export function saidOnce(status: number | undefined, detail: string | undefined): string {
  return status === undefined || detail?.includes(`HTTP ${status}`) ? "" : `HTTP ${status} `;
}

function Line({ line, first }: { readonly line: TimelineLine; readonly first: number }) {
  const { at, step, outcome, callback, attempt, status, detail, durationMs, answer } = line;
  const after = Date.parse(at) - first;
  return (
    <tr>
      <td class="still">
        <time datetime={at} title={exact(at)}>
          {at.slice(11, 23)}
        </time>
        <br />
        <small>{after > 0 ? `+${span(after)}` : at.slice(0, 10)}</small>
      </td>
      <td class="step">
        {step}
        {(callback !== undefined || attempt !== undefined) && (
          <>
            <br />
            <small>
              {callback} {attempt !== undefined && `attempt ${attempt}`}
            </small>
          </>
        )}
      </td>
      <td>
        <Badge state={outcome} tone={toneOfLine(line)} />
      </td>
      <td class="words" dir="auto">
        {saidOnce(status, detail)}
        {detail !== undefined && <Linked text={detail} />}
        {answer !== undefined && answer !== "" && (
          <details>
            <summary>What it answered</summary>
            <section class="json" dir="auto" tabindex={0} aria-label="What it answered">
              {answer}
            </section>
          </details>
        )}
      </td>
      <td class="number">{durationMs === undefined ? "" : span(durationMs)}</td>
    </tr>
  );
}

// Charts as SVG, made by the server: crisp, readable without the script, coloured by the style sheet. The layout is pure.

/** One column: what it stands for, and its parts from the bottom up. */
export interface Column {
  readonly label: string;
  readonly parts: readonly { readonly tone: "good" | "bad" | "busy"; readonly value: number }[];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const WIDTH = 1_000;
const HEIGHT = 100;

/** @returns a round number that is at least `value`, so that the scale has round steps */
export function roundUp(value: number): number {
  if (value <= 5) return 5;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= value) ?? 10;
  return step * power;
}

/** Where each part of each column stands. @param top what the full height stands for */
export function columnBoxes(columns: readonly Column[], top: number): Box[][] {
  const slot = WIDTH / Math.max(columns.length, 1);
  const gap = Math.min(slot * 0.2, 4);
  return columns.map(({ parts }, n) => {
    let y = HEIGHT;
    return parts.map(({ value }) => {
      // What there is can be seen, however little it is.
      const height = value === 0 ? 0 : Math.max((value / top) * HEIGHT, 1);
      y -= height;
      return { x: n * slot + gap / 2, y, width: slot - gap, height };
    });
  });
}

interface ColumnsProps {
  /** What is to be seen, in words, for those who cannot see it. */
  readonly label: string;
  readonly columns: readonly Column[];
  /** Below the first, the middle and the last column. */
  readonly axis: readonly [string, string, string];
}

/** The picture is stretched to its place; what is written stands beside it, so that it stays readable. */
export function Columns({ label, columns, axis }: ColumnsProps) {
  const top = roundUp(Math.max(...columns.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)), 1));
  const boxes = columnBoxes(columns, top);
  return (
    <figure class="chart">
      <div class="scale" aria-hidden="true">
        {[1, 0.5, 0].map((share) => (
          <span>{(top * share).toLocaleString("en", { maximumFractionDigits: 1 })}</span>
        ))}
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {[0.25, HEIGHT / 2, HEIGHT - 0.25].map((y) => (
          <line class="axis" x1={0} x2={WIDTH} y1={y} y2={y} vector-effect="non-scaling-stroke" />
        ))}
        {columns.map((column, n) => (
          <g>
            <title>{column.label}</title>
            {column.parts.map(({ tone }, index) => {
              const box = boxes[n]?.[index];
              return box && box.height > 0 ? <rect class={`bar-${tone}`} {...box} /> : null;
            })}
          </g>
        ))}
      </svg>
      <div class="times" aria-hidden="true">
        {axis.map((text) => (
          <span>{text}</span>
        ))}
      </div>
    </figure>
  );
}

// Text in the OpenMetrics format, as Prometheus scrapes it. Pure.
// https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md

export const OPEN_METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly unit?: "seconds" | "bytes";
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

export function openMetrics(gauges: readonly Gauge[]): string {
  const families = gauges.map(({ name, help, unit, samples }) =>
    [
      `# TYPE ${name} gauge`,
      ...(unit ? [`# UNIT ${name} ${unit}`] : []),
      `# HELP ${name} ${escaped(help)}`,
      ...samples.map(({ labels = {}, value }) => `${name}${labelsOf(labels)} ${value}`),
    ].join("\n"),
  );
  return `${[...families, "# EOF"].join("\n")}\n`;
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

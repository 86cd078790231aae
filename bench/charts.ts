/** Which figures make which chart. Pure: answers in, the SVG of each chart that has a line out. */
import { chartTexts, type ChartName } from './chart-list.js';
import type { Answer } from './compare.js';
import { isMeasured } from './figure.js';
import { drawLines, type Line } from './svg-lines.js';

interface Dot extends Readonly<Record<'x' | 'y', number>> {
  readonly chart: ChartName;
  readonly series: string;
}

/** By file name. */
export function drawCharts(answers: readonly Answer[]): Map<string, string> {
  const dots = [...answers.flatMap(ownDot), ...answers.flatMap(latencyDots)];
  const charts = new Map<string, string>();
  for (const name of Object.keys(chartTexts) as ChartName[]) {
    const lines = linesOf(dots.filter(({ chart }) => chart === name));
    if (lines.length > 0) charts.set(`${name}.svg`, drawLines({ ...chartTexts[name], lines }));
  }
  return charts;
}

function ownDot(answer: Answer): Dot[] {
  const { chart, value } = answer;
  if (chart === undefined || !isMeasured(answer) || value <= 0) return [];
  return [{ chart: chart.chart, series: chart.series, x: chart.at, y: value }];
}

/** The percentiles of what the chart of rates shows in memory. */
function latencyDots({ chart, latency }: Answer): Dot[] {
  if (chart?.chart !== 'throughput-by-clients' || latency === undefined) return [];
  const percentiles = { p50: latency.p50Us, p99: latency.p99Us, 'p99.9': latency.p999Us };
  return Object.entries(percentiles).map(([name, y]) => {
    return { chart: 'latency-by-clients', series: `${chart.series}, ${name}`, x: chart.at, y };
  });
}

function linesOf(dots: readonly Dot[]): Line[] {
  const names = [...new Set(dots.map(({ series }) => series))];
  return names.map((name) => {
    const points = dots.filter(({ series }) => series === name).sort((a, b) => a.x - b.x);
    return { name, points };
  });
}

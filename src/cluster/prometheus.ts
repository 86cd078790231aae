/**
 * Metrics as the text that Prometheus scrapes (exposition format 0.0.4; served as `text/plain; version=0.0.4`). Pure.
 * Which metrics there are is `metric-families.ts`.
 */
import type { HistogramCounts } from '../metrics/histogram.js';
import { metricFamilies } from './metric-families.js';
import type { Labels } from './metric-samples.js';
import type { ClusterMetrics } from './metrics.js';

/** What `GET /metrics` answers. A family of which nobody told anything is left out. */
export function prometheusText(metrics: ClusterMetrics): string {
  const lines: string[] = [];
  for (const { name, type, help, samples } of metricFamilies) {
    const told = samples(metrics);
    if (told.length === 0) continue;
    lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`);
    for (const { labels, value } of told) {
      if (typeof value === 'number') lines.push(sampleLine(name, labelText(labels), value));
      else lines.push(...histogramLines(name, labelText(labels), value));
    }
  }
  return `${lines.join('\n')}\n`;
}

function histogramLines(name: string, labels: string, { bounds, counts, sum }: HistogramCounts): string[] {
  const before = labels === '' ? '' : `${labels},`;
  let total = 0;
  const buckets = counts.map((count, bucket) => {
    total += count;
    const le = numberText(bounds[bucket] ?? Number.POSITIVE_INFINITY);
    return sampleLine(`${name}_bucket`, `${before}le="${le}"`, total);
  });
  return [...buckets, sampleLine(`${name}_sum`, labels, sum), sampleLine(`${name}_count`, labels, total)];
}

function sampleLine(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${numberText(value)}`;
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}="${typeof value === 'number' ? value : escapeLabel(value)}"`)
    .join(',');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

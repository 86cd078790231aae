/** Operations a second and latencies of the last minute. */
import type { JSX } from 'preact';
import type { ClientPicture, Picture } from '../../service/picture.js';
import { STEPS, type History, type Step } from '../state/history.js';
import { compact, duration, niceCeiling, plural } from '../state/numbers.js';
import { Panel } from './panel.js';

interface Series {
  readonly name: string;
  readonly kind: 'first' | 'second';
  readonly valueOf: (step: Step) => number | null;
}

const rates: readonly Series[] = [
  { name: 'commits', kind: 'first', valueOf: ({ commits }) => commits },
  { name: 'reads', kind: 'second', valueOf: ({ reads }) => reads },
];
const latencies: readonly Series[] = [
  { name: 'p50', kind: 'first', valueOf: ({ writeMs }) => writeMs?.p50Ms ?? null },
  { name: 'p99', kind: 'second', valueOf: ({ writeMs }) => writeMs?.p99Ms ?? null },
];

interface ChartsProps {
  readonly history: History;
  readonly picture: Picture;
}

export function Charts({ history, picture: { client } }: ChartsProps): JSX.Element {
  return (
    <Panel title="Load" aside={<span class="note">{pendingText(client)}</span>}>
      <div class="charts">
        <Chart title="Operations/s" series={rates} steps={history.steps} format={compact} />
        <Chart title="Latency of writes" series={latencies} steps={history.steps} format={duration} />
      </div>
    </Panel>
  );
}

function pendingText({ writesPending, readsPending }: ClientPicture): string {
  return `waiting for answers: ${plural(writesPending, 'write')}, ${plural(readsPending, 'read')}`;
}

const BOX = { width: 360, height: 92 };

interface ChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  readonly steps: readonly Step[];
  readonly format: (value: number) => string;
}

function Chart({ title, series, steps, format }: ChartProps): JSX.Element {
  const values = steps.flatMap((step) => series.map(({ valueOf }) => valueOf(step) ?? 0));
  const top = niceCeiling(Math.max(0, ...values));
  const last = steps.at(-1);
  const told = series.map(({ name, valueOf }) => `${name} ${shown(last === undefined ? null : valueOf(last), format)}`);
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span>
        {series.map(({ name, kind, valueOf }) => (
          <span key={name} class={`chart-now ${kind}`}>
            <svg viewBox="0 0 16 4" width="16" height="4" aria-hidden="true">
              <path d="M0 2h16" />
            </svg>
            {name} <strong>{shown(last === undefined ? null : valueOf(last), format)}</strong>
          </span>
        ))}
      </figcaption>
      <div class="chart-box">
        <svg
          viewBox={`0 0 ${BOX.width} ${BOX.height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}, now: ${told.join(', ')}`}
        >
          {[0, 0.5, 1].map((share) => (
            <line key={share} x1="0" x2={BOX.width} y1={BOX.height * share} y2={BOX.height * share} class="grid" />
          ))}
          {series.map(({ name, kind, valueOf }) => (
            <path key={name} class={`series ${kind}`} d={pathOf(steps.map(valueOf), top)} />
          ))}
        </svg>
        <span class="axis top">{format(top)}</span>
        <span class="axis middle">{format(top / 2)}</span>
        <span class="axis since">1 min ago</span>
      </div>
    </figure>
  );
}

function shown(value: number | null, format: (value: number) => string): string {
  return value === null ? '–' : format(value);
}

/** The newest at the right; a step without a value breaks the line. */
function pathOf(values: readonly (number | null)[], top: number): string {
  let path = '';
  let isDrawing = false;
  values.forEach((value, place) => {
    if (value === null) {
      isDrawing = false;
      return;
    }
    const x = ((STEPS - values.length + place) / (STEPS - 1)) * BOX.width;
    const y = BOX.height - (Math.min(value, top) / top) * (BOX.height - 2) - 1;
    path += `${isDrawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    // A lone value is a dot.
    if (!isDrawing) path += 'h0.01';
    isDrawing = true;
  });
  return path;
}

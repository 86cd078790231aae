/**
 * A line chart as SVG text: both axes logarithmic, a legend above, light and dark by the reader's own setting. Pure;
 * no library draws one without a browser's document for less than this file.
 */

export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LineChart {
  readonly title: string;
  readonly horizontal: string;
  readonly vertical: string;
  /** At least one, each with at least one point; all numbers above 0. */
  readonly lines: readonly Line[];
}

const width = 760;
const height = 440;
const area = { left: 78, right: 18, top: 92, bottom: 52 };
const legend = { columns: 3, rowHeight: 18, top: 48 };

/** Told apart by people who see fewer colours, too: Okabe and Ito's, without their black and yellow. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];

const style = `
    text { font: 12px system-ui, sans-serif; fill: #24292f }
    .title { font-size: 15px; font-weight: 600 }
    .back { fill: #ffffff }
    .grid { stroke: #d8dee4; stroke-width: 1 }
    .line { fill: none; stroke-width: 2 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .back { fill: #0d1117 }
      .grid { stroke: #30363d }
    }
  `;

export function drawLines({ title, horizontal, vertical, lines }: LineChart): string {
  const rows = Math.ceil(lines.length / legend.columns);
  const top = area.top + (rows - 1) * legend.rowHeight;
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const ys = lines.flatMap(({ points }) => points.map(({ y }) => y));
  const ticks = { x: [...new Set(xs)].sort((a, b) => a - b), y: powersAround(ys) };
  const toX = scale(ticks.x, area.left + 16, width - area.right - 16);
  const toY = scale(ticks.y, height - area.bottom, top);
  const parts = [
    `<rect class="back" width="${width}" height="${height}"/>`,
    text(area.left, 26, title, 'class="title"'),
    text((area.left + width - area.right) / 2, height - 12, horizontal, 'text-anchor="middle"'),
    text(-(top + height - area.bottom) / 2, 16, vertical, 'text-anchor="middle" transform="rotate(-90)"'),
    ...ticks.y.flatMap((y) => [
      `<path class="grid" d="M${area.left} ${toY(y)}H${width - area.right}"/>`,
      text(area.left - 8, toY(y) + 4, shortNumber(y), 'text-anchor="end"'),
    ]),
    ...ticks.x.map((x) => text(toX(x), height - area.bottom + 18, shortNumber(x), 'text-anchor="middle"')),
    ...lines.map((line, at) => legendEntry(line.name, at)),
    ...lines.map((line, at) => drawLine(line, at, toX, toY)),
  ];
  const box = `viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}"`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${box}>`;
  return [head, `  <style>${style}</style>`, ...parts.map((part) => `  ${part}`), '</svg>', ''].join('\n');
}

/** The powers of ten from below the least to above the most. */
function powersAround(values: readonly number[]): number[] {
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: to - from + 1 }, (_, step) => 10 ** (from + step));
}

function scale(ticks: readonly number[], from: number, to: number): (value: number) => number {
  const [least, most] = [Math.log(Math.min(...ticks)), Math.log(Math.max(...ticks))];
  if (least === most) return () => round((from + to) / 2);
  return (value) => round(from + ((Math.log(value) - least) / (most - least)) * (to - from));
}

function drawLine({ points }: Line, at: number, toX: (x: number) => number, toY: (y: number) => number): string {
  const colour = colourOf(at);
  const places = points.map(({ x, y }): [number, number] => [toX(x), toY(y)]);
  const path = places.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const dots = places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`).join('');
  return `<path class="line" stroke="${colour}"${dashOf(at)} d="${path}"/>${dots}`;
}

function legendEntry(name: string, at: number): string {
  const x = area.left + (at % legend.columns) * ((width - area.left - area.right) / legend.columns);
  const y = legend.top + Math.floor(at / legend.columns) * legend.rowHeight;
  const stroke = `<path class="line" stroke="${colourOf(at)}"${dashOf(at)} d="M${round(x)} ${y}h20"/>`;
  return stroke + text(x + 26, y + 4, name, '');
}

function colourOf(at: number): string {
  return colours[at % colours.length] ?? '#000000';
}

/** Lines beyond the last colour begin anew, dashed. */
function dashOf(at: number): string {
  return at < colours.length ? '' : ' stroke-dasharray="5 4"';
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escape(content)}</text>`;
}

/** 100, 1k, 2.5M. */
function shortNumber(value: number): string {
  if (value >= 1e6) return `${round(value / 1e6)}M`;
  return value >= 1e4 ? `${round(value / 1e3)}k` : value.toLocaleString('en-US');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

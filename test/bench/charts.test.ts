/** Charts: which figures they show, and that what is drawn is where it belongs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawCharts } from '../../bench/charts.js';
import { drawLines } from '../../bench/svg-lines.js';
import { must } from '../../src/assert.js';
import { answer } from './samples.js';

const test = suite('charts');

const latency = { p50Us: 100, p90Us: 200, p99Us: 300, p999Us: 400, longestUs: 500 };
const answers = [1, 16, 256].flatMap((at) => [
  answer(`floor ${at}`, 1000 * at, { chart: { chart: 'throughput-by-clients', series: 'floor', at }, latency }),
  answer(`cluster ${at}`, 500 * at, { chart: { chart: 'throughput-by-clients', series: 'cluster <3>', at } }),
]);

/** All values of an attribute, as numbers. */
function numbers(svg: string, attribute: string): number[] {
  return [...svg.matchAll(new RegExp(`<circle[^>]* ${attribute}="([^"]+)"`, 'g'))].map((match) => Number(match[1]));
}

test('a chart is drawn for what was measured, and no other', () => {
  assert.equal([...drawCharts(answers).keys()], ['throughput-by-clients.svg', 'latency-by-clients.svg']);
  assert.equal([...drawCharts([answer('no chart', 1)]).keys()], []);
  const absent = answer('absent', Number.NaN, { chart: { chart: 'throughput-by-nodes', series: 'a', at: 1 } });
  assert.equal([...drawCharts([absent]).keys()], []);
});

test('each line has its dots, its name, and nothing that breaks XML', () => {
  const svg = must(drawCharts(answers).get('throughput-by-clients.svg'), 'drawn');
  assert.is(numbers(svg, 'cx').length, 6);
  assert.ok(svg.includes('>cluster &lt;3></text>') || svg.includes('>cluster &lt;3&gt;</text>'));
  assert.not.match(svg, /NaN|undefined|Infinity/);
  assert.match(must(drawCharts(answers).get('latency-by-clients.svg'), 'drawn'), />floor, p99\.9<\/text>/);
});

test('more is higher and further right, and a power of ten is a step of equal height', () => {
  const points = [
    { x: 1, y: 100 },
    { x: 10, y: 1000 },
    { x: 100, y: 10_000 },
  ];
  const svg = drawLines({ title: 't', horizontal: 'h', vertical: 'v', lines: [{ name: 'l', points }] });
  const [[x0 = 0, x1 = 0, x2 = 0], [y0 = 0, y1 = 0, y2 = 0]] = [numbers(svg, 'cx'), numbers(svg, 'cy')];
  assert.ok(x0 < x1 && x1 < x2 && y0 > y1 && y1 > y2);
  assert.ok(Math.abs(x1 - x0 - (x2 - x1)) < 0.2 && Math.abs(y0 - y1 - (y1 - y2)) < 0.2);
});

test('one point alone is drawn inside the picture', () => {
  const lines = [{ name: 'l', points: [{ x: 3, y: 250_000 }] }];
  const svg = drawLines({ title: 't', horizontal: 'h', vertical: 'v', lines });
  const [cx = NaN] = numbers(svg, 'cx');
  const [cy = NaN] = numbers(svg, 'cy');
  assert.ok(cx > 0 && cx < 760 && cy > 0 && cy < 440);
});

test.run();

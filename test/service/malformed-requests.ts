/**
 * Requests that no service should take: each has something wrong with it for certain, so that each is to be answered by
 * 4xx. Drawn from a seed; nothing is sent here.
 */
import { must } from '../../src/assert.js';
import { drawChance, drawInteger, type Random } from '../../src/random.js';

export interface MalformedRequest {
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

export function pickOf<T>(random: Random, list: readonly T[]): T {
  return list[drawInteger(random, 0, list.length)] as T;
}

/** Wrong wherever a whole number above 0 belongs. */
const NO_COUNTS: readonly unknown[] = [
  null,
  true,
  '1',
  '',
  {},
  [],
  [1],
  -1,
  0.5,
  1e308,
  -0.1,
  2 ** 53,
  { __proto__: null, length: 1 },
  { toString: 1 },
];
/** Wrong wherever a name belongs. */
const NO_NAMES: readonly unknown[] = [
  null,
  7,
  true,
  {},
  ['a'],
  '',
  '.',
  '..',
  'a b',
  'ü',
  '\u0000',
  'a\nb',
  'a/b',
  '../../etc',
  'x'.repeat(300),
  '\ud800',
  '{}',
];
const NO_LISTS: readonly unknown[] = [null, 7, true, 'all', {}, { length: 1e9 }, { 0: 1, length: 1 }];

interface Field {
  readonly call: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly wrong: readonly unknown[];
}

const broker = { id: 500, addr: '127.0.0.1:1' };
const topic = { name: 'made', partitions: 1, replicationFactor: 1 };
const configs = 'PATCH /v1/topics/kept/configs';

/** Bodies that would be taken, but for the one member. */
const FIELDS: readonly Field[] = [
  { call: 'POST /v1/brokers', body: broker, name: 'id', wrong: NO_COUNTS },
  { call: 'POST /v1/brokers', body: broker, name: 'addr', wrong: [null, 7, {}, [], '', 'x'.repeat(70_000)] },
  { call: 'POST /v1/brokers', body: broker, name: 'rack', wrong: [7, {}, [], true] },
  { call: 'PATCH /v1/brokers/1', body: {}, name: 'status', wrong: ['', 'gone', 7, {}, [], '__proto__', 'constructor'] },
  { call: 'POST /v1/topics', body: topic, name: 'name', wrong: NO_NAMES },
  { call: 'POST /v1/topics', body: topic, name: 'partitions', wrong: NO_COUNTS },
  { call: 'POST /v1/topics', body: topic, name: 'replicationFactor', wrong: NO_COUNTS },
  { call: 'POST /v1/topics', body: topic, name: 'assignment', wrong: [7, 'any', {}, [[]], [['1']], [[1, 1]], [[99]]] },
  { call: 'POST /v1/topics', body: topic, name: 'strategy', wrong: ['any', 7, {}, '__proto__', 'toString'] },
  { call: 'POST /v1/topics', body: topic, name: 'config', wrong: [7, 'any', [7], { retentionMs: 'x' }, { extra: 7 }] },
  {
    call: configs,
    body: {},
    name: 'changes',
    wrong: [...NO_LISTS, [7], [null], [{}], [{ key: '__proto__', op: 'set' }]],
  },
  { call: 'POST /v1/topics/kept/partitions', body: {}, name: 'total', wrong: [...NO_COUNTS, 1] },
  { call: 'POST /v1/partitions', body: {}, name: 'partitions', wrong: [...NO_LISTS, [7], [{}], [{ topic: 'kept' }]] },
  { call: 'POST /v1/reassignments', body: {}, name: 'changes', wrong: [...NO_LISTS, [7], [{}], [{ topic: 'kept' }]] },
  { call: 'POST /v1/elections', body: {}, name: 'kind', wrong: [null, 7, {}, '', 'any', '__proto__'] },
  { call: 'POST /v1/elections', body: { kind: 'preferred' }, name: 'partitions', wrong: [7, 'all', {}, [7], [{}]] },
  { call: 'POST /v1/partition', body: {}, name: 'groups', wrong: [...NO_LISTS, [7], [['1']], [[1], [1]], [[{}]]] },
  { call: 'POST /v1/links/1/2/cut', body: {}, name: 'from', wrong: [null, 0, 3, '1', {}, [], [1], 1e308] },
  { call: 'POST /v1/links/1/2/faults', body: {}, name: 'dropRate', wrong: [null, '1', {}, -1, 1.1, 1e308, []] },
  {
    call: 'POST /v1/links/1/2/faults',
    body: {},
    name: 'delayMs',
    wrong: [null, '1', {}, -1, [1], [2, 1], [1, 'x'], 1e308],
  },
  { call: 'POST /v1/links/1/2/faults', body: {}, name: 'from', wrong: [null, 0, 3, '1', {}, []] },
];

const COUNTS = FIELDS.filter(({ wrong }) => wrong === NO_COUNTS);

const JSON_HEADERS = { 'Content-Type': 'application/json' };

type Maker = (random: Random) => Omit<MalformedRequest, 'kind'>;

const makers: Readonly<Record<string, Maker>> = {
  'wrong member': (random) => {
    const { call, body, name, wrong } = pickOf(random, FIELDS);
    const member = { [name]: pickOf(random, wrong) };
    const hostile: object = drawChance(random, 0.3) ? { ['__proto__']: { polluted: true }, constructor: 7 } : {};
    return sent(call, JSON.stringify({ ...hostile, ...body, ...member }));
  },
  'deep nesting': (random) => {
    const { call, body, name } = pickOf(random, FIELDS);
    const depth = drawInteger(random, 17, 50_000);
    const [open, close] = pickOf(random, [
      ['[', ']'],
      ['{"a":', '}'],
      ['{"__proto__":', '}'],
    ] as const);
    const deep = `${open.repeat(depth)}1${close.repeat(depth)}`;
    const others = Object.entries(body).filter(([key]) => key !== name);
    const members = others.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`).join('');
    return sent(call, `{${members}${JSON.stringify(name)}:${deep}}`);
  },
  'huge number': (random) => {
    const { call, body, name } = pickOf(random, COUNTS);
    const digits = pickOf(random, ['9'.repeat(drawInteger(random, 20, 5_000)), '1e999', '-1e400', '0.1e-400']);
    return sent(call, JSON.stringify({ ...body, [name]: 0 }).replace(`"${name}":0`, `"${name}":${digits}`));
  },
  'broken JSON': (random) => {
    const { call, body, name, wrong } = pickOf(random, FIELDS);
    const whole = Buffer.from(JSON.stringify({ ...body, [name]: pickOf(random, wrong) }));
    for (;;) {
      const bytes = damage(random, whole);
      if (!isJson(bytes)) return sent(call, bytes);
    }
  },
  'no object': (random) => {
    const { call } = pickOf(random, FIELDS);
    return sent(call, pickOf(random, ['null', '[]', '7', '"x"', 'true', '[{}]', '['.repeat(10_000), ' ', '\ufeff']));
  },
  'wrong type': (random) => {
    const { call, body } = pickOf(random, FIELDS);
    const types = [
      'text/plain',
      'multipart/form-data; boundary=x',
      '',
      'application/json2',
      'application/xml',
      '__proto__',
    ];
    return { ...sent(call, JSON.stringify(body)), headers: { 'Content-Type': pickOf(random, types) } };
  },
  'broken path': (random) => {
    const noun = pickOf(random, ['topics', 'brokers', 'nodes', 'groups']);
    const part = pickOf(random, [
      '%',
      '%zz',
      '%ff',
      '%00',
      '%c0%af',
      '%2e%2e%2f',
      '%ed%a0%80',
      '%2F%2F',
      '%25zz',
      '%u0041',
    ]);
    return {
      method: pickOf(random, ['GET', 'DELETE']),
      path: `/v1/${noun}/x${part.repeat(drawInteger(random, 1, 9))}`,
      headers: {},
      body: undefined,
    };
  },
  'hostile name': (random) => {
    const name = pickOf(random, [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '9'.repeat(400),
      '-1',
      '1e3',
      '0x1',
      'NaN',
      ' 1',
      '1.0',
    ]);
    const shape = pickOf(random, [
      '/v1/brokers/*',
      '/v1/nodes/*/dump',
      '/v1/topics/*',
      '/v1/groups/*',
      '/v1/*',
      '/*',
      '/v1/partitions?topic=*',
      '/v1/events?fromIndex=x*',
      '/v1/events?include=*',
    ]);
    return { method: 'GET', path: shape.replace('*', encodeURIComponent(name)), headers: {}, body: undefined };
  },
  'hostile deed': (random) => {
    const id = pickOf(random, ['0', '77', '-1', '1.5', 'x', '__proto__', '9'.repeat(30)]);
    const deed = pickOf(random, [
      'kill',
      'stop',
      'restart',
      'pause',
      'resume',
      'transfer',
      'snapshot',
      'constructor',
      '__proto__',
    ]);
    const shape = pickOf(random, ['/v1/nodes/*/', '/v1/links/1/*/', '/v1/links/*/1/', '/v1/brokers/*x/']);
    return {
      method: 'POST',
      path: `${shape.replace('*', encodeURIComponent(id))}${deed}`,
      headers: {},
      body: undefined,
    };
  },
  'other method': (random) => {
    const method = pickOf(random, ['PUT', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'PURGE', 'LINK', 'QUERY']);
    return {
      method,
      path: pickOf(random, ['/v1/topics', '/v1/status', '/v1/events', '/livez', '/', '/v1/nodes/1/kill']),
      headers: {},
      body: undefined,
    };
  },
  'foreign caller': (random) => {
    const [name, value] = pickOf(random, [
      ['Host', 'evil.example'],
      ['Host', '127.0.0.1.evil.example:80'],
      ['Host', '__proto__'],
      ['Origin', 'http://evil.example'],
      ['Origin', 'null'],
      ['Sec-Fetch-Site', 'cross-site'],
      ['Last-Event-ID', 'x'],
    ] as const);
    return { method: 'GET', path: '/v1/events', headers: { [name]: value }, body: undefined };
  },
  'long header': (random) => {
    const headers = {
      [pickOf(random, ['X-Long', 'Cookie', 'Authorization'])]: 'x'.repeat(drawInteger(random, 17_000, 60_000)),
    };
    return { method: 'GET', path: '/v1/status', headers, body: undefined };
  },
  'long path': (random) => ({
    method: 'GET',
    path: `/v1/topics/${'x/'.repeat(drawInteger(random, 1, 7_000))}`,
    headers: {},
    body: undefined,
  }),
  'too much': (random) => sent(pickOf(random, FIELDS).call, `{"a":"${'x'.repeat(1024 * 1024)}"}`),
};

/** "Too much" is a megabyte each: seldom. */
const KINDS = Object.keys(makers).flatMap((kind) => Array<string>(kind === 'too much' ? 1 : 30).fill(kind));

export function drawRequest(random: Random): MalformedRequest {
  const kind = pickOf(random, KINDS);
  return { kind, ...must(makers[kind], 'a kind has its maker')(random) };
}

function sent(call: string, body: string | Buffer): Omit<MalformedRequest, 'kind'> {
  const [method = '', path = ''] = call.split(' ');
  return { method, path, headers: JSON_HEADERS, body };
}

function damage(random: Random, whole: Buffer): Buffer {
  const bytes = Buffer.from(whole);
  for (let left = drawInteger(random, 1, 6); left > 0; left -= 1) {
    bytes[drawInteger(random, 0, bytes.length)] = drawInteger(random, 0, 256);
  }
  return drawChance(random, 0.5) ? bytes : bytes.subarray(0, drawInteger(random, 1, bytes.length));
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** The command line: words in, options or one line of complaint out. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommandLine, type Request } from '../../src/cli/command-line.js';
import { CommandError } from '../../src/cli/errors.js';
import type { UpRequest } from '../../src/cli/up-command.js';
import { readProjectFile } from '../support/repository.js';

const test = suite('command line');

function parse(words: string): { request: Request | undefined; printed: string } {
  let printed = '';
  const request = parseCommandLine(words === '' ? [] : words.split(' '), {
    stdout: (text) => (printed += text),
    columns: 100,
  });
  return { request, printed };
}

function up(words: string): UpRequest {
  const { request } = parse(words);
  if (request?.command === 'up') return request;
  throw new Error(`${words} is no up`);
}

function complaint(words: string): string {
  try {
    parse(words);
  } catch (error) {
    assert.instance(error, CommandError);
    const { exitCode, message } = error as CommandError;
    assert.is(exitCode, 2);
    assert.not.match(message, /\n/);
    return message;
  }
  return 'accepted';
}

test('up alone has the documented defaults', () => {
  const expected: UpRequest = {
    command: 'up',
    nodes: null,
    brokers: null,
    topics: null,
    brokerOffset: 0,
    data: null,
    durability: 'fsync',
    wipe: [],
    check: false,
    listen: null,
    token: null,
    readOnly: false,
    output: 'table',
    logLevel: null,
    timeoutMs: 60_000,
  };
  assert.equal(up('up'), expected);
});

test('every option, with = and without', () => {
  const expected: UpRequest = {
    command: 'up',
    nodes: 5,
    brokers: 9,
    topics: 'f.yaml',
    brokerOffset: 1,
    data: 'd',
    durability: 'os',
    wipe: [2, 3],
    check: true,
    listen: null,
    token: 'secret',
    readOnly: false,
    output: 'json',
    logLevel: 'warn',
    timeoutMs: 500,
  };
  const all = 'up --nodes 5 --brokers=9 --topics f.yaml --broker-offset 1 --data d --durability os --wipe 2,3';
  assert.equal(up(`${all} --log-level warn --check --token secret -o json --timeout 500ms`), expected);
  assert.equal(up('up --output json').output, 'json');
});

test('where it is served: an address, for all or with a token', () => {
  const listen = (address: string): unknown => up(`up --token t --listen ${address}`).listen;
  assert.equal(listen('localhost:0'), { host: 'localhost', port: 0 });
  assert.equal(listen('[::1]:7400'), { host: '::1', port: 7400 });
  assert.equal(listen('0.0.0.0:80'), { host: '0.0.0.0', port: 80 });
  for (const address of ['7400', 'localhost', ':1', 'a b:1', 'localhost:65536', '[local]:1', '::1:7400']) {
    assert.match(complaint(`up --listen=${address.replace(' ', '_')}`), /^option '--listen <address>'/);
  }
  for (const address of ['127.0.0.1:1', '127.9.9.9:1', 'localhost:1', '[::1]:1']) {
    assert.is(complaint(`up --listen ${address}`), 'accepted');
  }
  for (const address of ['0.0.0.0:1', '[::]:1', '10.0.0.1:1', 'my-machine:1', '127.example.org:1']) {
    assert.match(complaint(`up --listen ${address}`), /needs a --token$/);
  }
  assert.is(up('up --read-only').readOnly, true);
  assert.is(complaint('up --token='), 'the token is empty');
  assert.match(complaint('up --check --listen localhost:0'), /^--check serves nothing/);
  assert.match(complaint('up --check --read-only'), /^--check serves nothing/);
});

const onEtcd = (words: string): unknown => {
  const { request } = parse(`up --engine etcd ${words}`.trim());
  return request?.command === 'up etcd' ? request.etcd : request;
};

test('where etcd is, and as whom', () => {
  const alone = { endpoints: ['http://127.0.0.1:2379'], prefix: '/conclave' };
  assert.equal(onEtcd(''), { place: alone, passwordFile: null });
  const all = '--endpoints https://a:1,https://b:2 --prefix /x --user u --password-file p --cacert c --cert d --key k';
  const files = { caFile: 'c', certFile: 'd', keyFile: 'k' };
  const place = { endpoints: ['https://a:1', 'https://b:2'], prefix: '/x', username: 'u', ...files };
  assert.equal(onEtcd(all), { place, passwordFile: 'p' });
  assert.equal(onEtcd('--endpoints 127.0.0.1:1,[::1]:2'), {
    place: { ...alone, endpoints: ['http://127.0.0.1:1', 'http://[::1]:2'] },
    passwordFile: null,
  });
  for (const endpoints of ['', 'http://', 'ftp://a:1', 'http://a:1/path', 'http://u@a:1', 'http://a:1,https://b:2']) {
    assert.match(complaint(`up --engine etcd --endpoints=${endpoints}`), /^option '--endpoints <urls>'/, endpoints);
  }
  assert.match(complaint('up --engine etcd --prefix='), /^option '--prefix <prefix>'/);
  for (const one of ['--user u', '--password-file p']) {
    assert.is(complaint(`up --engine etcd ${one}`), '--user and --password-file go together');
  }
  const secure = 'up --engine etcd --endpoints https://a:1';
  assert.is(complaint(`${secure} --cert d --cacert c`), '--cert and --key go together');
  assert.is(complaint(`${secure} --cert d --key k`), '--cert and --key need --cacert');
  assert.is(complaint('up --engine etcd --cacert c'), '--cacert goes with https:// --endpoints alone');
});

test('what belongs to one engine does not go with the other', () => {
  for (const words of ['--nodes 3', '--data d', '--durability os', '--wipe 1', '--check']) {
    const [flag = ''] = words.split(' ');
    const message = `${flag} does not go with --engine etcd: it is for Raft nodes of this process`;
    assert.is(complaint(`up --engine etcd ${words}`), message);
  }
  const flags = ['--endpoints a:1', '--prefix p', '--user u', '--password-file p', '--cacert c', '--cert d', '--key k'];
  for (const words of flags) {
    const [flag = ''] = words.split(' ');
    assert.is(complaint(`up ${words}`), `${flag} needs --engine etcd`);
    assert.is(complaint(`up --engine embedded ${words}`), `${flag} needs --engine etcd`);
  }
  assert.match(complaint('up --engine kafka'), /^option '--engine <engine>'/);
});

test('migrate goes one way', () => {
  for (const words of ['', '--to etcd --from etcd']) {
    assert.is(complaint(`migrate --data d ${words}`.trim()), 'either --to etcd or --from etcd is needed');
  }
  assert.is(complaint('migrate --data d --to etcd --nodes 3'), '--nodes needs --from');
  assert.match(complaint('migrate --to etcd'), /'--data <folder>'/);
  assert.is(complaint('migrate --data d --from etcd --nodes 3'), 'accepted');
});

test('durations: seconds, or with a unit', () => {
  const timeoutMs = (text: string): number => up(`up --timeout ${text}`).timeoutMs;
  assert.equal(
    ['30', '0.5', '250ms', '30s', '2m', '1h'].map(timeoutMs),
    [30_000, 500, 250, 30_000, 120_000, 3_600_000],
  );
  for (const text of ['0', '-1', '1d', 'soon', '1e9', '999h', '0.0001']) {
    assert.match(complaint(`up --timeout=${text}`), /It must be a time such as 30, 500ms, 30s or 2m/);
  }
});

test('counts outside their range name the option and the range', () => {
  for (const text of ['0', '10', '1.5', 'three', '0x3', '-1', 'NaN']) {
    assert.match(complaint(`up --nodes=${text}`), /--nodes <count>.*'.*It must be a whole number from 1 to 9\.$/);
  }
  assert.match(complaint('up --brokers 1001'), /from 1 to 1000/);
});

test('an unknown option or command proposes the nearest', () => {
  assert.is(complaint('up --nodez 3'), "unknown option '--nodez' (Did you mean --nodes?)");
  assert.is(complaint('upp'), "unknown command 'upp' (Did you mean up?)");
  assert.match(complaint('up -o yaml'), /'yaml' is invalid\. Allowed choices are table, json\.$/);
  assert.match(complaint('up --log-level loud'), /'loud' is invalid\. Allowed choices are trace, debug,/);
  assert.match(complaint('up extra'), /too many arguments/);
  assert.match(complaint('up --topics'), /argument missing/);
  assert.is(complaint(''), 'a command is missing; try: conclave up');
});

test('--check needs a majority without the leader', () => {
  assert.match(complaint('up --check --nodes 1'), /^--check needs at least 3 nodes/);
  assert.match(complaint('up --check --nodes 2'), /^--check needs at least 3 nodes/);
  assert.is(complaint('up --check --nodes 4'), 'accepted');
});

test('what is for a stored cluster needs --data', () => {
  assert.is(complaint('up --durability os'), '--durability needs --data');
  assert.is(complaint('up --wipe 2'), '--wipe needs --data');
  assert.match(complaint('up --data d --durability memory'), /Allowed choices are fsync, os/);
  assert.match(complaint('up --data d --wipe 0'), /It must be the number of a node/);
});

test('the commands for a folder without a cluster that runs, and for files of other tools', () => {
  const importDefaults = { output: 'table', timeoutMs: 60_000 } as const;
  const running = { url: 'http://127.0.0.1:7400', token: null };
  const elsewhere = { url: 'http://other:1', token: 't' };
  const requests: [words: string, request: Request][] = [
    ['log dump d', { command: 'log dump', folder: 'd', node: null }],
    ['log dump d --node 2', { command: 'log dump', folder: 'd', node: 2 }],
    ['snapshot inspect f', { command: 'snapshot inspect', file: 'f', output: 'table' }],
    ['snapshot inspect f -o json', { command: 'snapshot inspect', file: 'f', output: 'json' }],
    ['snapshot save f --data d', { command: 'snapshot save', file: 'f', data: 'd' }],
    ['snapshot restore f --data d', { command: 'snapshot restore', file: 'f', data: 'd', nodes: null }],
    ['snapshot restore f --data d --nodes 5', { command: 'snapshot restore', file: 'f', data: 'd', nodes: 5 }],
    ['recover --data d --from-node 2 --accept-data-loss', { command: 'recover', data: 'd', fromNode: 2 }],
    ['repair d', { command: 'repair', data: 'd' }],
    [
      'import d f',
      { command: 'import', place: { data: 'd' }, file: 'f', brokerOffset: 0, dryRun: false, ...importDefaults },
    ],
    ['import f', { command: 'import', place: running, file: 'f', brokerOffset: 0, dryRun: false, ...importDefaults }],
    [
      'import f --url other:1 --token t',
      { command: 'import', place: elsewhere, file: 'f', brokerOffset: 0, dryRun: false, ...importDefaults },
    ],
    [
      'import d f --dry-run --broker-offset=-1 -o json --timeout 5',
      {
        command: 'import',
        place: { data: 'd' },
        file: 'f',
        brokerOffset: -1,
        dryRun: true,
        output: 'json',
        timeoutMs: 5_000,
      },
    ],
    [
      'export d --format kcat --broker-offset -2',
      { command: 'export', place: { data: 'd' }, format: 'kcat', brokerOffset: -2, resources: { apiVersion: 'v1' } },
    ],
    [
      'export --format kcat',
      { command: 'export', place: running, format: 'kcat', brokerOffset: 0, resources: { apiVersion: 'v1' } },
    ],
    [
      'export d --format strimzi --strimzi-cluster main --api-version v1beta2',
      {
        command: 'export',
        place: { data: 'd' },
        format: 'strimzi',
        brokerOffset: 0,
        resources: { apiVersion: 'v1beta2', cluster: 'main' },
      },
    ],
  ];
  for (const [words, request] of requests) assert.equal(parse(words).request, request, words);
});

test('whatever follows bench is for the benchmark, in its order', () => {
  const flags = '--only clients --quick --json f --help --nodes 3 x --threshold=5';
  assert.equal(parse(`bench ${flags}`).request, { command: 'bench', flags: flags.split(' ') });
  assert.equal(parse('bench').request, { command: 'bench', flags: [] });
  assert.match(complaint('benhc'), /Did you mean bench/);
});

test('a folder command that lacks something says what', () => {
  assert.match(complaint('snapshot'), /a command is missing/);
  assert.match(complaint('log dmp d'), /unknown command 'dmp'.*dump/);
  assert.match(complaint('snapshot restore f'), /required option '--data <folder>' not specified/);
  assert.match(complaint('recover --data d'), /required option '--from-node <id>' not specified/);
  assert.match(complaint('recover --data d --from-node 2'), /gives up what node 2 has not.*--accept-data-loss/);
  assert.match(complaint('repair'), /missing required argument 'folder'/);
  assert.match(complaint('import'), /missing required argument 'file'/);
  assert.match(complaint('import d f g'), /too many arguments for import: a folder and a file at most/);
  assert.match(complaint('export d --format kcat --url other:1'), /a folder or --url, not both/);
  assert.match(complaint('import d f --broker-offset one'), /It must be a whole number\.$/);
  assert.match(complaint('export d'), /required option '--format <format>' not specified/);
  assert.match(complaint('export d --format csv'), /Allowed choices are kcat, strimzi, reassignment/);
});

test('--help and --version print and start nothing', () => {
  const help = parse('up --help');
  assert.is(help.request, undefined);
  for (const word of ['--nodes', '--brokers', '--topics', '--check', '--timeout', 'Examples:', 'Exit codes:']) {
    assert.ok(help.printed.includes(word), word);
  }
  assert.match(parse('--help').printed, /up \[options\]/);
  const { version } = JSON.parse(readProjectFile('package.json') ?? '') as { version: string };
  assert.is(parse('--version').printed, `${version}\n`);
});

test.run();

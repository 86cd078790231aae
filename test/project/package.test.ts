/**
 * The package: what is in it, and its types as TypeScript and two linters read them where npm has installed it. That it
 * works there is `installed.test.ts`.
 */
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { installPackage, runProgram, type InstalledPackage, type Output } from '../support/installed-package.js';
import { repositoryRoot } from '../support/repository.js';

const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
/** Sources that the built files read. */
const readSources = ['src/cli/sample-topics.yaml'];

/** Whatever is neither a document nor runs, nor types what runs. */
function surplusIn(files: readonly string[]): string[] {
  const isBuilt = (path: string): boolean => /^dist\/(?!test\/|actors\/)/.test(path);
  const isKept = (path: string): boolean => !/\.(map|tsbuildinfo)$|(^|\/)\./.test(path);
  const isTyped = (path: string): boolean => !/\.[cm]?ts$/.test(path) || /^dist\/src\/.*\.d\.ts$/.test(path);
  return files.filter(
    (path) =>
      !documents.includes(path) && !readSources.includes(path) && !(isBuilt(path) && isKept(path) && isTyped(path)),
  );
}

/** Relative paths that a module loads, by an import or by URL. */
function loadedBy(text: string): string[] {
  const quoted = /(?:\bfrom|\bimport\(?|\brequire\(|\bURL\()\s*['"](\.{1,2}\/[^'"]+\.c?js)['"]/g;
  return [...text.matchAll(quoted)].map((match) => match[1] ?? '');
}

/** What files of the package load and the package lacks. */
function missingFrom(files: readonly string[], read: (path: string) => string): string[] {
  const there = new Set(files);
  return files
    .filter((path) => /\.c?js$/.test(path))
    .flatMap((path) => loadedBy(read(path)).map((target) => posix.join(posix.dirname(path), target)))
    .filter((target) => !there.has(target));
}

const files = suite('package files');

files('the command is built as a program: npx makes its link once, and whatever is built later must run by it', () => {
  accessSync(new URL('dist/src/cli/main.js', repositoryRoot), constants.X_OK);
});

files('tests, maps, sources and what the compiler notes are surplus', () => {
  const surplus = [
    'dist/test/run.js',
    'dist/actors/raft-node.js',
    'dist/src/index.js.map',
    'dist/tsconfig.tsbuildinfo',
    'dist/bench/run.d.ts',
    'dist/src/index.ts',
    'src/index.ts',
    'test/run.ts',
    '.npmrc',
  ];
  const kept = ['package.json', 'dist/src/index.js', 'dist/src/index.d.ts', 'dist/threads/a.cjs', 'dist/page/a.css'];
  assert.equal(surplusIn([...kept, ...surplus]), surplus);
});

files('a file that another one loads and the package lacks is missing', () => {
  const texts: Record<string, string> = {
    'dist/a.js': "import x from './b.js';\nconst y = await import('./c.js');\nexport { z } from '../d.js';",
    'dist/b.js': "new Worker(new URL('./worker.js', import.meta.url));\nrequire('./e.cjs');",
  };
  const missing = missingFrom(Object.keys(texts), (path) => texts[path] ?? '');
  assert.equal(missing, ['dist/c.js', 'd.js', 'dist/worker.js', 'dist/e.cjs']);
});

files.run();

const root = fileURLToPath(repositoryRoot);
const installed = suite('installed package');
let place: InstalledPackage | undefined;

const here = (): InstalledPackage => must(place, 'it is installed before the first test');
const tool = (path: string, ...words: string[]): Promise<Output> =>
  runProgram(here().folder, process.execPath, [join(root, 'node_modules', path), ...words]);

installed.before(async () => {
  place = await installPackage();
});
installed.after(() => place?.remove());

installed('holds what runs, its types and four documents', () => {
  assert.equal(surplusIn(here().files), []);
  assert.equal(
    [...documents, ...readSources].filter((path) => !here().files.includes(path)),
    [],
  );
});

installed('lacks nothing that its files load', () => {
  const read = (path: string): string => readFileSync(join(here().folder, 'node_modules/conclave', path), 'utf8');
  assert.equal(missingFrom(here().files, read), []);
});

installed('publint finds nothing', async () => {
  await tool('publint/src/cli.js', here().tarball, '--strict');
});

/** The one rule left out says that `require` of a module is an error: it is none on any Node that is supported. */
installed('its types are found as its modules are, from either kind of module and by bundlers', async () => {
  const rules = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm'];
  await tool('@arethetypeswrong/cli/dist/index.js', here().tarball, ...rules);
});

const consumer = `
import { ClusterError, startCluster, type Cluster, type TopicInfo } from 'conclave';
import { simulate, type SimulateReport } from 'conclave/testing';

const cluster: Cluster = await startCluster({ nodes: 3 });
const topic: TopicInfo = await cluster.store().createTopic('orders', { partitions: 2, replicationFactor: 1 });
export const name: string = topic.name;
// @ts-expect-error -- a number
await startCluster({ nodes: 'three' });
// @ts-expect-error -- no such property
export const nothing = topic.nothing;
export const report: SimulateReport = simulate({
  stateMachine: () => ({ apply: (entry: Uint8Array) => entry.length, snapshot: () => new Uint8Array(), restore() {} }),
  operations: (random) => new Uint8Array([random.integer(0, 3)]),
});
export const isRefusal = (error: unknown): boolean => error instanceof ClusterError && error.code === 'TopicExists';
`;
const kinds = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
];

for (const kind of kinds) {
  installed(`TypeScript reads its types by the rules of ${kind.moduleResolution}`, async () => {
    writeFileSync(join(here().folder, 'consumer.mts'), consumer);
    const options = { ...kind, target: 'es2022', strict: true, noEmit: true, types: ['node'] };
    const typeRoots = [join(root, 'node_modules/@types')];
    const configuration = { compilerOptions: { ...options, typeRoots }, files: ['consumer.mts'] };
    const file = `${kind.moduleResolution}.json`;
    writeFileSync(join(here().folder, file), JSON.stringify(configuration));
    await tool('typescript/bin/tsc', '-p', file);
  });
}

installed.run();

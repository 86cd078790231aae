/** The package where npm has installed it: `import`, `require` and the command, on the Node that runs the tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { installPackage, runProgram, type InstalledPackage, type Output } from '../support/installed-package.js';
import { readProjectFile } from '../support/repository.js';

const installed = suite('installed package');
let place: InstalledPackage | undefined;

const here = (): InstalledPackage => must(place, 'it is installed before the first test');
const program = (name: string, text: string): Promise<Output> => {
  writeFileSync(join(here().folder, name), text);
  return runProgram(here().folder, process.execPath, [name]);
};
const command = (...words: string[]): Promise<Output> =>
  runProgram(here().folder, process.execPath, ['node_modules/.bin/conclave', ...words]);

installed.before(async () => {
  place = await installPackage();
});
installed.after(() => place?.remove());

const work = `
  const cluster = await startCluster({ nodes: 1 });
  const store = cluster.store();
  await store.registerBroker({ id: 1, addr: '127.0.0.1:9092' });
  await store.createTopic('orders', { partitions: 2, replicationFactor: 1 });
  console.log((await store.listTopics()).map(({ name }) => name));
  await cluster.stop();
  const stateMachine = () => {
    let sum = 0;
    return { apply: ([value]) => (sum += value), snapshot: () => Uint8Array.of(sum >> 8, sum & 255),
      restore: ([high, low]) => (sum = high * 256 + low) };
  };
  const { seeds, failure } = simulate({ stateMachine, operations: () => Uint8Array.of(1), seeds: 3 });
  console.log(seeds, failure);
`;
const printed = { stdout: "[ 'orders' ]\n3 undefined\n", stderr: '' };

installed('import gives a cluster, and prints nothing of its own', async () => {
  const imports = "import { startCluster } from 'conclave';\nimport { simulate } from 'conclave/testing';\n";
  assert.equal(await program('import.mjs', imports + work), printed);
});

installed('require gives a cluster, without a flag and without a warning', async () => {
  const requires = "const { startCluster } = require('conclave');\nconst { simulate } = require('conclave/testing');\n";
  const text = `${requires}(async () => {${work}})();\n`;
  assert.equal(await program('require.cjs', text), printed);
});

installed('the command tells its version, and survives its own drill', async () => {
  const { version } = JSON.parse(must(readProjectFile('package.json'), 'it is there')) as { version: string };
  assert.equal(await command('--version'), { stdout: `${version}\n`, stderr: '' });
  const { stdout } = await command('up', '--check', '-o', 'json');
  assert.type((JSON.parse(stdout) as { failoverMs: unknown }).failoverMs, 'number');
});

installed('without the package of etcd, one line says what is missing', async () => {
  const told = 'conclave: DependencyMissing: the engine etcd needs the package etcd3: npm install etcd3';
  const error = await command('up', '--engine', 'etcd').catch((failed: unknown) => failed);
  assert.instance(error, Error);
  assert.is((error as Error).message.trim().split('\n').at(-1), told);
});

installed.run();

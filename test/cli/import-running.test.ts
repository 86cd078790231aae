/** Files of other tools in and out of a cluster that runs, by the compiled command and its service. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageVersion } from '../../src/cli/version.js';
import { readKcatMetadata, startCluster, type Cluster } from '../../src/index.js';
import { printed, runCommand } from '../support/command.js';
import { withDataDir } from '../support/data-dirs.js';
import { KCAT, topic } from '../support/import-files.js';
import { withService } from '../support/service.js';

const test = suite('import and export, of a cluster that runs');

async function inAndOut(cluster: Cluster, url: string, folder: string): Promise<void> {
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  const [kcat, yaml] = [await file('runs.json', KCAT), await file('runs.yaml', topic('made', '{replicas: 2}'))];
  const there = ['--url', url, '--token', 'secret'];
  const bringIn = ['import', kcat, '--broker-offset', '1', ...there];
  const filled = '3 brokers registered, 1 fenced\n1 topic created\n';
  assert.is(await printed(...bringIn, '--dry-run'), `${filled}a dry run: nothing was changed\n`);
  assert.equal((await cluster.store().metadata()).topics, {});
  assert.is(await printed(...bringIn), filled);
  const exported = await printed('export', '--format', 'kcat', '--broker-offset', '-1', ...there);
  assert.equal(readKcatMetadata(exported), readKcatMetadata(KCAT), 'and out again');
  assert.is(await printed('import', yaml, ...there), '0 brokers registered\n1 topic created\n');
  const same = await file('as-it-is.json', await printed('export', '--format', 'reassignment', ...there));
  assert.is(await printed('import', same, ...there), '0 partitions reassigned\n');
  const move = { topic: 'orders', partition: 0, replicas: [2, 1] };
  const path = await file('move.json', JSON.stringify({ version: 1, partitions: [move] }));
  assert.is(await printed('import', path, ...there), '1 partition reassigned\n');
  assert.equal((await cluster.store().getPartition('orders', 0))?.replicas, [2, 1]);

  const greedy = await runCommand(['import', await file('greedy.yaml', topic('g', '{replicas: 7}')), ...there]);
  assert.is(greedy.exitCode, 1);
  assert.match(greedy.stderr, /^conclave: topic "g" refused: NotEnoughBrokers: .*; nothing was changed\n$/);
  const stranger = await runCommand(['export', '--format', 'kcat'], { CONCLAVE_URL: url });
  assert.equal([stranger.exitCode, stranger.stdout], [1, '']);
  assert.match(stranger.stderr, /^conclave: Unauthorized: .* --token or CONCLAVE_TOKEN\n$/);
  const nobody = await runCommand(['import', yaml, '--url', '127.0.0.1:1']);
  assert.equal([nobody.exitCode, nobody.stdout], [1, '']);
  assert.is(nobody.stderr, 'conclave: no cluster at http://127.0.0.1:1; start one with: conclave up\n');
  const both = await runCommand(['import', folder, yaml, '--url', url]);
  assert.is(both.exitCode, 2);
  assert.match(both.stderr, /^conclave: a folder or --url, not both: .*\n$/);
}

test('a cluster that runs, by its address: in, out, and what would be refused', () =>
  withDataDir(async (folder) => {
    await using cluster = await startCluster({ nodes: 1 });
    const options = { token: 'secret', version: packageVersion() };
    await withService(cluster, options, ({ url }) => inAndOut(cluster, url, folder));
  }));

test.run();

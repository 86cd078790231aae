/** What is there to be measured beside, and what the benchmark says where it is not. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isMet, reachedText } from '../../../bench/figure.js';
import { findProgram, importInstalled, notInstalled } from '../../../bench/peers/availability.js';
import { measureEtcd } from '../../../bench/peers/etcd.js';
import { withDataDir } from '../../support/data-dirs.js';

const availability = suite('availability of peers');

availability('a program is the first executable file of its name on the path', () =>
  withDataDir(async (folder) => {
    const first = join(folder, 'first');
    const second = join(folder, 'second');
    for (const path of [first, second]) mkdirSync(path);
    mkdirSync(join(first, 'folder-of-that-name'));
    for (const path of [join(first, 'data'), join(second, 'data'), join(second, 'folder-of-that-name')]) {
      writeFileSync(path, '');
    }
    chmodSync(join(second, 'data'), 0o755);
    chmodSync(join(second, 'folder-of-that-name'), 0o755);
    const searchPath = ['', first, second].join(delimiter);
    assert.is(findProgram('data', searchPath), join(second, 'data'));
    assert.is(findProgram('folder-of-that-name', searchPath), join(second, 'folder-of-that-name'));
    assert.is(findProgram('data', first), null);
  }),
);

availability('a package that is absent is null; one that fails to load says so', async () => {
  const absent: string = 'conclave-no-such-package';
  assert.is(await importInstalled(() => import(absent)), null);
  assert.is((await importInstalled(() => import('node:os')))?.EOL.length, 1);
  const broken: string = 'data:text/javascript,throw new Error("broken")';
  const failure: unknown = await importInstalled(() => import(broken)).catch((error: unknown) => error);
  assert.instance(failure, Error);
});

availability('a peer that is not installed is one line that misses no goal', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '';
  try {
    assert.equal(await measureEtcd({ quick: true }), [notInstalled('etcd', 'apt-get install etcd-server')]);
  } finally {
    process.env['PATH'] = path;
  }
  const figure = notInstalled('etcd', 'apt-get install etcd-server');
  assert.is(figure.note, 'not installed: apt-get install etcd-server');
  assert.is(reachedText(figure), '-');
  assert.ok(isMet(figure));
});

availability.run();

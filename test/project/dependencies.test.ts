/** The README's table of dependencies against package.json, the lock file and what is installed. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  compareTable,
  findInstallScripts,
  readDependencyFacts,
  readDependencyTable,
  readLock,
} from '../support/dependency-facts.js';
import { readProjectFile } from '../support/repository.js';

const dependencies = suite('dependencies');

const sample = `
| Package | Job | Rejected | Licence | Size | Brings | Install scripts |
| --- | --- | --- | --- | --- | --- | --- |
| \`immer\` | images | copies by hand | MIT | 3 kB | 0 | none |
`;
const immer = { name: 'immer', licence: 'MIT', size: '3 kB', brings: 0 };

dependencies('a table that says what is so has no differences', () => {
  assert.equal(compareTable(readDependencyTable(sample), [immer]), []);
});

dependencies('every cell that says otherwise, every missing and every surplus row is a difference', () => {
  const differ = (markdown: string, facts = [immer]): number =>
    compareTable(readDependencyTable(markdown), facts).length;
  assert.is(differ(sample.replace('MIT', 'ISC')), 1);
  assert.is(differ(sample.replace('3 kB', '4 kB')), 1);
  assert.is(differ(sample.replace('| 0 |', '| 1 |')), 1);
  assert.is(differ(sample.replace('none', 'postinstall')), 1);
  assert.is(differ(sample.replace('copies by hand', '')), 1);
  assert.is(differ(sample, []), 1);
  assert.is(differ('no table'), 1);
});

dependencies('what the README says of each is so', () => {
  const readme = readProjectFile('README.md');
  assert.ok(readme, 'there is no README.md');
  assert.is(compareTable(readDependencyTable(readme), readDependencyFacts(readLock())).join('\n'), '');
});

dependencies('no installed package runs a script on install', () => {
  assert.equal(findInstallScripts(readLock()), []);
});

dependencies('an install script is seen in the lock file', () => {
  assert.equal(findInstallScripts({ '': {}, 'node_modules/absent': { hasInstallScript: true } }), [
    'node_modules/absent',
  ]);
});

dependencies('every version is exact, so that the lock file and package.json say the same', () => {
  const { '': root } = readLock();
  const versions = Object.values({ ...root?.dependencies, ...root?.devDependencies });
  assert.equal(
    versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version)),
    [],
  );
});

dependencies.run();

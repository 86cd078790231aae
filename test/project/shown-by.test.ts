/**
 * What the README says is shown by a file, and by a test in it, is there: a test that is renamed or removed is noticed
 * here. Not whether it shows what the README says.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readProjectFile } from '../support/repository.js';

interface Reference {
  readonly path: string;
  /** Empty: the file as a whole. */
  readonly title: string;
}

/** The last cell of a row that is a path in backticks, and what stands behind its colon. */
function readReferences(markdown: string): Reference[] {
  return [...markdown.matchAll(/\| `((?:test|bench)\/[\w./-]+)`(?:: (.+?))? +\|$/gm)].map((match) => ({
    path: match[1] ?? '',
    title: match[2] ?? '',
  }));
}

const test = suite('shown by');

test('references are read with their path and title', () => {
  assert.equal(
    readReferences('| a | `test/a.test.ts`: it does, or not |\n| b | `bench/b.ts`   |\n| `test/c` | d |\n'),
    [
      { path: 'test/a.test.ts', title: 'it does, or not' },
      { path: 'bench/b.ts', title: '' },
    ],
  );
});

test('each file is there, and has a test of that title', () => {
  const references = readReferences(readProjectFile('README.md') ?? '');
  assert.ok(references.length > 40, `${references.length} references`);
  for (const { path, title } of references) {
    const file = readProjectFile(path);
    assert.ok(file, `${path} is not there`);
    assert.ok(title === '' || file.includes(`'${title}'`), `${path} has no test "${title}"`);
  }
});

test.run();

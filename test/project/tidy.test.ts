/** Style as a test: every rule over every file of the project, and for each rule a sample that it must find. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listProjectFiles, listTrackedFiles, readProjectFile } from '../support/repository.js';
import { tidyRules } from '../support/tidy-rules.js';

/** These two name what is forbidden. */
const exempt = ['test/support/tidy-rules.ts', 'test/project/tidy.test.ts'];

const samples: Record<string, readonly string[]> = {
  'a source opens with a comment that says what it is': ['export const limit = 3;\n/** Too late. */\n'],
  'lines are at most 120 columns': [`// ${'x'.repeat(120)}\n`],
  'words are spelled out': ['const idx = 1;', 'let lastIdx = 0;', 'const msg_count = 1;', 'import "./utils.js";'],
  'nothing is left over from development': ['// TODO: later', 'debugger;', "elections.only('wins', () => {});"],
  'a rule is switched off only with a reason': ['// eslint-disable-next-line complexity', '// @ts-expect-error'],
  'a test file runs its suites': [
    "const log = suite('log');\n",
    "const log = suite('log');\nconst vote = suite('vote');\n\nlog.run();\n",
  ],
  'a document has one title': ['# One\n\n# Two\n', 'No title\n', '```\n# only code\n```\n'],
  "no path of somebody's machine": ["read('/home/me/topics.yaml')"],
};

const tidySample = `/** A sample in which no rule finds anything. */
// eslint-disable-next-line complexity -- one flat dispatch
const elections = suite('elections');
elections('resumes: the message at the index is utilised', () => context.req.path);
elections.run();
`;

const rules = suite('tidy rules');

for (const rule of tidyRules) {
  rules(`find: ${rule.name}`, () => {
    const bad = samples[rule.name] ?? [];
    assert.ok(bad.length > 0, 'the rule has no failing sample');
    for (const sample of bad) assert.is.not(rule.find(sample).length, 0, sample);
  });
  rules(`stay silent: ${rule.name}`, () => {
    const tidy =
      rule.files.test('x.ts') || rule.files.test('x.test.ts') ? tidySample : '# Title\n\n```sh\n# comment\n```\n';
    assert.equal(rule.find(tidy), []);
  });
}

rules.run();

const project = suite('tidy project');

for (const rule of tidyRules) {
  project(rule.name, () => {
    const files = listProjectFiles().filter((path) => rule.files.test(path) && !exempt.includes(path));
    const findings = files.flatMap((path) =>
      rule.find(readProjectFile(path) ?? '').map((finding) => `${path} ${finding}`),
    );
    assert.equal(findings, []);
  });
}

/** What profilers and runs leave behind is easily committed with the next change. */
project('nothing else is committed at the top', () => {
  const tracked = listTrackedFiles();
  if (tracked === undefined) {
    console.log('skipped: what is committed at the top: no git repository');
    return;
  }
  const own = ['README.md', 'actors', 'bench', 'package.json', 'src', 'test', 'tsconfig.json'];
  const documents = ['CHANGELOG.md', 'LICENSE', 'package-lock.json'];
  const tools = ['eslint.config.js', 'knip.json'];
  const names = new Set(tracked.map((path) => path.split('/', 1)[0] ?? path).filter((name) => !name.startsWith('.')));
  assert.equal([...names].sort(), [...own, ...documents, ...tools].sort());
});

project.run();

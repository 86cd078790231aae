/**
 * The README's code blocks are run: each `js` block as a program of its own in a folder where `conclave` is
 * installed, each
 * `--help` line of a `sh` block. A `js` block whose first line is `// name.js` is also kept under that name for the
 * others.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readProjectFile, repositoryRoot } from '../support/repository.js';

interface CodeBlock {
  language: string;
  code: string;
  line: number;
}

function readCodeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    code: match[2] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}

const run = promisify(execFile);
const deadline = { timeout: 60_000, killSignal: 'SIGKILL' } as const;
const readme = readProjectFile('README.md');
const blocks = readCodeBlocks(readme ?? '');
const folder = mkdtempSync(join(tmpdir(), 'conclave-readme-'));

const examples = suite('readme');

examples.before(() => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(fileURLToPath(repositoryRoot), join(folder, 'node_modules', 'conclave'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
examples.after(() => rmSync(folder, { recursive: true }));

examples('blocks are found with their language, text and line', () => {
  const found = readCodeBlocks('# Title\n\n```sh\nnpm test\n```\n\n```js\nlet a = 1;\n```\n');
  assert.equal(found, [
    { language: 'sh', code: 'npm test\n', line: 3 },
    { language: 'js', code: 'let a = 1;\n', line: 7 },
  ]);
});

examples('the first commands are the quick starts', () => {
  assert.ok(readme, 'there is no README.md');
  const commands = blocks.filter((block) => block.language === 'sh').map((block) => block.code.trim());
  assert.equal(commands.slice(0, 3), [
    'npm ci\nnpm start\nnpx conclave status',
    'npm ci && npm start -- --check',
    'npm ci && npm test',
  ]);
});

examples('code that a user may copy is JavaScript, which is run here', () => {
  assert.equal(
    blocks.filter((block) => /^(ts|typescript|javascript|mjs)$/.test(block.language)),
    [],
  );
  assert.ok(
    blocks.some((block) => block.language === 'js'),
    'there is no js block',
  );
});

for (const [at, block] of blocks.filter(({ language }) => language === 'js').entries()) {
  examples(`the program at line ${block.line} runs to its end`, async () => {
    const name = /^\/\/ ([\w-]+\.js)\n/.exec(block.code)?.[1] ?? `block-${at}.js`;
    writeFileSync(join(folder, name), block.code);
    await run(process.execPath, [name], { ...deadline, cwd: folder });
  });
}

const helpLines = blocks
  .filter((block) => block.language === 'sh')
  .flatMap((block) => block.code.split('\n'))
  .filter((line) => /^(npx )?conclave .*--help\b/.test(line));
for (const line of helpLines) {
  examples(`"${line}" answers`, async () => {
    const words = line.replace(/^(npx )?conclave /, '').split(/ +/);
    const command = fileURLToPath(new URL('dist/src/cli/main.js', repositoryRoot));
    const { stdout } = await run(process.execPath, [command, ...words], deadline);
    assert.match(stdout, 'Usage');
  });
}

examples.run();

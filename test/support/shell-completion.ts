/** What a real shell proposes behind the words of a line, with a completion script of ours and nothing else loaded. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';

export type Shell = 'bash' | 'zsh' | 'fish';

const END = 'no more';

/** For each line, in the order of the alphabet; null where there is no such shell. */
export function proposedBy(shell: Shell, script: string, lines: readonly string[]): string[][] | null {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-shell-'));
  try {
    const files = { script, inner: ZSH_INNER, outer: ZSH_OUTER };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { error, status, stdout, stderr } = spawnSync(shell, COMMANDS[shell](lines), {
      encoding: 'utf8',
      timeout: 60_000,
      env: { PATH: process.env['PATH'], HOME: folder, TERM: 'dumb' },
      cwd: folder,
    });
    if (error !== undefined && 'code' in error && error.code === 'ENOENT') return null;
    assert.equal([error, status, stderr], [undefined, 0, ''], shell);
    const answers = stdout.replaceAll('\r', '').split(`${END}\n`).slice(0, -1);
    return answers.map((answer) => wordsIn(answer).sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Fish describes each behind a tab. */
function wordsIn(answer: string): string[] {
  return answer.split('\n').flatMap((line) => (line === '' ? [] : line.split('\t', 1)));
}

const COMMANDS: Readonly<Record<Shell, (lines: readonly string[]) => string[]>> = {
  bash: (lines) => {
    const proposals = lines.map((line) => {
      const words = line.split(' ').map((word) => `'${word}'`);
      const place = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}`;
      return `${place}; _conclave; printf '%s\\n' "\${COMPREPLY[@]}"`;
    });
    return ['--norc', '-c', ['. ./script', ...proposals.flatMap((each) => [each, `echo '${END}'`])].join('\n')];
  },
  fish: (lines) => {
    const proposals = lines.flatMap((line) => [`complete -C '${line}'`, `echo '${END}'`]);
    return ['--no-config', '-c', ['source ./script', ...proposals].join('; ')];
  },
  zsh: (lines) => ['-f', 'outer', ...lines],
};

/** Completion needs a line editor, so an interactive shell is typed to; it prints what would be proposed, and ends. */
const ZSH_OUTER = `
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'source ./inner'
while zpty -r inner out; do [[ $out == ready* ]] && break; done
for line in "$@"; do
  zpty -w -n inner $'\\C-u'"$line"$'\\t'
  while zpty -r inner out; do
    [[ $out == *'proposed: '* ]] && print -r -- \${out##*proposed: }
    [[ $out == *'${END}'* ]] && print '${END}' && break
  done
done
zpty -d inner
exit 0
`;

const ZSH_INNER = `
PROMPT=
autoload -Uz compinit
compinit -u -D
bindkey '^I' complete-word
last-word() { print -r -- '${END}'; comppostfuncs=(last-word) }
comppostfuncs=(last-word)
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
    builtin compadd "$@"
    return $?
  fi
  local -a hits
  builtin compadd -A hits "$@"
  local hit
  for hit in $hits; do print -r -- "proposed: $hit"; done
}
source ./script
print ready
`;

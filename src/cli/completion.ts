/**
 * `conclave completion`: scripts that complete the words of the command in bash, zsh and fish. They are made from the
 * commands themselves, so that none of them is written twice.
 */

import { Argument, Command, type Option } from 'commander';

export interface CompletionRequest {
  command: 'completion';
  script: string;
}

const HELP = `
Examples:
  $ source <(conclave completion bash)
  $ conclave completion zsh > "\${fpath[1]}/_conclave"
  $ conclave completion fish > ~/.config/fish/completions/conclave.fish`;

export function completionCommand(ask: (request: CompletionRequest) => void): Command {
  return new Command('completion')
    .description('print a script that completes words in your shell')
    .addArgument(new Argument('<shell>', 'whose').choices(Object.keys(SHELLS)))
    .addHelpText('after', HELP)
    .action((shell: string, _options: object, command: Command) => {
      const script = SHELLS[shell]?.(placesOf(command.parent ?? command)) ?? '';
      ask({ command: 'completion', script });
    });
}

/** Where one stands after some words, and what may follow. */
interface Place {
  /** "topic create", '' at the beginning. */
  path: string;
  words: readonly Word[];
  /** Options that have a few values only. */
  choices: readonly { flags: readonly string[]; values: readonly string[] }[];
  /** Options that take a value of any kind. */
  valued: readonly string[];
}

interface Word {
  word: string;
  description: string;
}

function placesOf(program: Command, path = ''): Place[] {
  const commands = program.commands.map((command): Word => ({
    word: command.name(),
    description: command.description(),
  }));
  const values = program.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const options = program.createHelp().visibleOptions(program);
  const place: Place = {
    path,
    words: [
      ...commands,
      ...values.map((word) => ({ word, description: '' })),
      ...options.flatMap((option) => flagsOf(option).map((word) => ({ word, description: option.description }))),
    ],
    choices: options.flatMap((option) => {
      const { argChoices: choices } = option;
      return choices === undefined ? [] : [{ flags: flagsOf(option), values: choices }];
    }),
    valued: options.flatMap((option) => (option.required && option.argChoices === undefined ? flagsOf(option) : [])),
  };
  const inner = (name: string): string => (path === '' ? name : `${path} ${name}`);
  return [place, ...program.commands.flatMap((command) => placesOf(command, inner(command.name())))];
}

function flagsOf({ short, long }: Option): string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

const SHELLS: Readonly<Record<string, (places: readonly Place[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The words so far that are commands lead to a place; what may stand there is looked up by it. */
function bashScript(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => `    ${quoted(path)}) words=${quoted(names(words))} ;;`);
  const values = places.flatMap(({ path, choices }) =>
    choices.flatMap(({ flags, values }) =>
      flags.map((flag) => `    ${quoted(`${path}|${flag}`)}) words=${quoted(values.join(' '))} ;;`),
    ),
  );
  const files = places.flatMap(({ path, valued }) => valued.map((flag) => quoted(`${path}|${flag}`)));
  return `# bash completion of conclave
_conclave() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${places.map(({ path }) => quoted(path)).join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path|$previous" in
${values.join('\n')}
    ${files.join('|')}) COMPREPLY=(); return ;;
    *) case "$path" in
${cases.map((line) => `  ${line}`).join('\n')}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _conclave conclave
`;
}

function zshScript(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const described = words.map(({ word, description }) => quoted(`${word.replaceAll(':', '\\:')}:${description}`));
    return `    ${quoted(path)}) found=(${described.join(' ')}) ;;`;
  });
  const values = places.flatMap(({ path, choices }) =>
    choices.flatMap(({ flags, values }) =>
      flags.map((flag) => `    ${quoted(`${path}|${flag}`)}) found=(${values.map(quoted).join(' ')}) ;;`),
    ),
  );
  const files = places.flatMap(({ path, valued }) => valued.map((flag) => quoted(`${path}|${flag}`)));
  return `#compdef conclave
_conclave() {
  local place='' word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${place:+$place }$word" in
      ${places.map(({ path }) => quoted(path)).join('|')}) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place|\${words[CURRENT-1]}" in
${values.join('\n')}
    ${files.join('|')}) _files; return ;;
    *) case "$place" in
${cases.map((line) => `  ${line}`).join('\n')}
      esac ;;
  esac
  _describe conclave found || _files
}
if [ "$funcstack[1]" = _conclave ]; then _conclave "$@"; else compdef _conclave conclave; fi
`;
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words, choices, valued }) => {
    const at = `complete -c conclave -n ${quoted(`test (__conclave_place) = "${path}"`)}`;
    const valuesOf = (word: string): string => {
      const values = choices.find(({ flags }) => flags.includes(word))?.values;
      if (values !== undefined) return ` -x -a ${quoted(values.join(' '))}`;
      return valued.includes(word) ? ' -r' : '';
    };
    return words.map(({ word, description }) => {
      const what = /^--/.test(word) ? `-l ${word.slice(2)}` : /^-/.test(word) ? `-s ${word.slice(1)}` : `-f -a ${word}`;
      return `${at} ${what}${valuesOf(word)} -d ${quoted(description)}`;
    });
  });
  return `# fish completion of conclave
function __conclave_place
  set -l place ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim -- "$place $word")
    switch "$next"
      case ${places.flatMap(({ path }) => (path === '' ? [] : [quoted(path)])).join(' ')}
        set place "$next"
    end
  end
  echo "$place"
end
${lines.join('\n')}
`;
}

function names(words: readonly Word[]): string {
  return words.map(({ word }) => word).join(' ');
}

/** For any of the shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

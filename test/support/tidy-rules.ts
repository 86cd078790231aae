/**
 * The rules of style that no tool checks: each looks at the text of one file and answers findings with their line.
 * What a tool can check (format, types, sizes, imports, dead code) belongs in that tool's configuration.
 */

export interface TidyRule {
  name: string;
  files: RegExp;
  /** One readable line a finding; empty when the text is tidy. */
  find(text: string): string[];
}

const anySource = /\.(ts|tsx|js|cjs)$/;
const anyText = /\.(ts|tsx|css|js|cjs|md)$/;

/**
 * Shortened words, and what to write instead. Matched as whole words within identifiers too: `lastIdx`, `msg_count`.
 */
const shortWords = new Map([
  ['idx', 'index'],
  ['msg', 'message'],
  ['cfg', 'config'],
  ['mgr', 'the name of what it manages'],
  ['ctx', 'context'],
  ['req', 'request'],
  ['res', 'response or result'],
  ['cmd', 'command'],
  ['util', 'the name of the concept'],
  ['utils', 'the name of the concept'],
]);

const findShortWords = (line: string): string[] =>
  line
    .replace(/node:\w+/g, '') // Node's names are its own
    .replace(/\bcontext\.req\b|\b(hono|node-server)\/utils\b/g, '') // and Hono's
    .split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/)
    .map((word) => word.toLowerCase())
    .flatMap((word) => {
      const replacement = shortWords.get(word);
      return replacement === undefined ? [] : [`"${word}": write ${replacement}`];
    });

const findMatch =
  (pattern: RegExp, finding: string) =>
  (line: string): string[] =>
    pattern.test(line) ? [finding] : [];

function eachLine(find: (line: string) => string[]): TidyRule['find'] {
  return (text) => text.split('\n').flatMap((line, at) => find(line).map((finding) => `line ${at + 1}: ${finding}`));
}

export const tidyRules: readonly TidyRule[] = [
  {
    name: 'a source opens with a comment that says what it is',
    files: anySource,
    find: (text) => (/^(#!.*\n)?\/[*/]/.test(text) ? [] : ['line 1: no opening comment']),
  },
  {
    name: 'lines are at most 120 columns',
    files: anySource,
    find: eachLine((line) => (line.length > 120 ? [`${line.length} columns`] : [])),
  },
  {
    name: 'words are spelled out',
    files: anySource,
    find: eachLine(findShortWords),
  },
  {
    name: 'nothing is left over from development',
    files: anySource,
    find: eachLine(findMatch(/\b(TODO|FIXME|XXX|HACK)\b|\bdebugger;|\.only\(/, 'a marker of unfinished work')),
  },
  {
    name: 'a rule is switched off only with a reason',
    files: anySource,
    find: eachLine(
      findMatch(/(eslint-disable|@ts-expect-error|prettier-ignore)(?!.*(--|: )\s*\w)/, 'give the reason after --'),
    ),
  },
  {
    name: 'a test file runs its suites',
    files: /\.test\.ts$/,
    find: (text) => {
      const suites = text.matchAll(/^const (\w+) = suite\b/gm);
      const idle = [...suites].map((match) => match[1] ?? '').filter((name) => !text.includes(`\n${name}.run();`));
      const none = /\.run\(\);/.test(text) ? [] : ['line 1: no suite is run'];
      return [...none, ...idle.map((name) => `line 1: the suite "${name}" is never run`)];
    },
  },
  {
    name: 'a document has one title',
    files: /\.md$/,
    find: (text) => {
      const titles = text.replace(/^```[\s\S]*?^```/gm, '').match(/^# .+$/gm) ?? [];
      return titles.length === 1 ? [] : [`line 1: ${titles.length} titles`];
    },
  },
  {
    name: "no path of somebody's machine",
    files: anyText,
    find: eachLine(findMatch(/(^|[\s'"`(])\/(work|home|root|Users)\//, 'a path that exists on one machine only')),
  },
];

/** `conclave link`: the links between the nodes of a running cluster, and their faults. */

import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { LinkFaults, LinkStatus } from '../index.js';
import { done, rowsOf } from './answer.js';
import { usageError } from './errors.js';
import { parseDuration, parseId, parseIds } from './options.js';
import { orDash, type Column } from './tables.js';
import { lookingVerb, noun, repeatable, verb, type AskRemote, type ParsedRemoteOptions } from './verbs.js';

const EXAMPLES = [
  'link cut 1 2                             both directions',
  'link cut 1 2 --from 1                    only what node 1 sends',
  'link delay 1 2 5ms..20ms --drop 1%',
  'link drop 2 3 10%',
  'link partition 1 2,3                     cut whatever joins the groups',
  'link heal                                all links, and all faults',
];

const COLUMNS: readonly Column<LinkStatus>[] = [
  { heading: 'LINK', text: nameOf },
  {
    heading: 'STATE',
    text: ({ state }) => state,
    colour: ({ state }) => (state === 'connected' ? 'green' : state === 'cut' ? 'red' : 'yellow'),
  },
  { heading: 'DELIVERED', text: ({ delivered }) => delivered, align: 'right' },
  { heading: 'DROPPED', text: ({ dropped }) => dropped, align: 'right' },
  { heading: 'RECONNECTS', text: ({ reconnects }) => reconnects, align: 'right' },
  { heading: 'LAST ERROR', text: ({ lastError = '' }) => orDash(lastError), wide: true },
];

interface DirectedOptions extends ParsedRemoteOptions {
  from?: number;
}

interface FaultOptions extends DirectedOptions {
  delay?: LinkFaults['delayMs'];
  drop?: number;
  duplicate?: number;
  reorder?: number;
}

export function linkCommands(ask: AskRemote): Command {
  const link = noun('link', 'links between nodes: cut, delay, drop, heal', EXAMPLES);
  link.addCommand(
    lookingVerb('list', 'the links, and what went over them').action((options: ParsedRemoteOptions) => {
      ask(options, async (remote) => rowsOf((await remote.get('/links')) as LinkStatus[], COLUMNS));
    }),
  );
  link.addCommand(
    directedVerb('cut', 'cut a link').action((a: number, b: number, options: DirectedOptions) => {
      change(ask, options, { path: `/links/${a}/${b}/cut`, body: direction(options.from, a, b), outcome: 'cut' });
    }),
  );
  link.addCommand(delayVerb(ask));
  link.addCommand(dropVerb(ask));
  link.addCommand(partitionVerb(ask));
  link.addCommand(healVerb(ask));
  return link;
}

function delayVerb(ask: AskRemote): Command {
  return directedVerb('delay', 'delay what goes over a link, instead of the faults it had')
    .addArgument(new Argument('<time>', 'such as 20ms or 5ms..20ms').argParser(parseDelay))
    .addOption(new Option('--drop <rate>', 'lose some of it, too: 0.1 or 10%').argParser(parseRate))
    .addOption(duplicateOption())
    .addOption(reorderOption())
    .action((a: number, b: number, delay: LinkFaults['delayMs'], options: FaultOptions) => {
      setFaults(ask, [a, b], { ...options, delay }, 'delayed');
    });
}

function dropVerb(ask: AskRemote): Command {
  return directedVerb('drop', 'lose some of what goes over a link, instead of the faults it had')
    .addArgument(new Argument('<rate>', 'such as 0.1 or 10%').argParser(parseRate))
    .addOption(new Option('--delay <time>', 'delay it, too: 20ms or 5ms..20ms').argParser(parseDelay))
    .addOption(duplicateOption())
    .addOption(reorderOption())
    .action((a: number, b: number, drop: number, options: FaultOptions) => {
      setFaults(ask, [a, b], { ...options, drop }, 'lossy');
    });
}

function partitionVerb(ask: AskRemote): Command {
  return verb('partition', 'cut every link between these groups of nodes')
    .addArgument(new Argument('<groups...>', 'such as 1 2,3').argParser(repeatable(parseIds)))
    .action((groups: number[][], options: ParsedRemoteOptions) => {
      if (groups.length < 2) throw usageError('at least two groups, such as: link partition 1 2,3');
      ask(options, async (remote) => {
        const links = (await remote.send('POST', '/partition', { groups })) as LinkStatus[];
        return rowsOf(links, COLUMNS);
      });
    });
}

function healVerb(ask: AskRemote): Command {
  return verb('heal', 'restore a link, or all of them, and clear the faults')
    .addArgument(new Argument('[a]', 'node at one end').argParser(parseId))
    .addArgument(new Argument('[b]', 'node at the other').argParser(parseId))
    .action((a: number | undefined, b: number | undefined, options: ParsedRemoteOptions) => {
      if (a === undefined) {
        ask(options, async (remote) => done(await remote.send('POST', '/heal'), 'all links healed'));
        return;
      }
      if (b === undefined) throw usageError('a link has two ends, such as: link heal 1 2');
      change(ask, options, { path: `/links/${a}/${b}/heal`, body: undefined, outcome: 'healed' });
    });
}

function directedVerb(name: string, description: string): Command {
  return verb(name, description)
    .addArgument(new Argument('<a>', 'node at one end').argParser(parseId))
    .addArgument(new Argument('<b>', 'node at the other').argParser(parseId))
    .addOption(new Option('--from <id>', 'only what this end sends').argParser(parseId));
}

function duplicateOption(): Option {
  return new Option('--duplicate <rate>', 'deliver some of it twice').argParser(parseRate);
}

function reorderOption(): Option {
  return new Option('--reorder <rate>', 'deliver some of it out of order').argParser(parseRate);
}

function setFaults(ask: AskRemote, [a, b]: readonly [number, number], options: FaultOptions, outcome: string): void {
  const { delay: delayMs, drop: dropRate, duplicate: duplicateRate, reorder: reorderRate, from } = options;
  const faults = { delayMs, dropRate, duplicateRate, reorderRate };
  const body: object = Object.fromEntries(Object.entries(faults).filter(([, value]) => value !== undefined));
  change(ask, options, { path: `/links/${a}/${b}/faults`, body: { ...body, ...direction(from, a, b) }, outcome });
}

/** `outcome`: what the link is then. */
function change(
  ask: AskRemote,
  options: DirectedOptions,
  { path, body, outcome }: { path: string; body: object | undefined; outcome: string },
): void {
  const side = options.from === undefined ? '' : ` from node ${options.from}`;
  ask(options, async (remote) => {
    const link = (await remote.send('POST', path, body)) as LinkStatus;
    return done(link, `link ${nameOf(link)} ${outcome}${side}`);
  });
}

function direction(from: number | undefined, a: number, b: number): { from?: number } {
  if (from === undefined) return {};
  if (from === a || from === b) return { from };
  throw usageError(`--from ${from}: the ends are ${a} and ${b}`);
}

function nameOf({ ends }: LinkStatus): string {
  return ends.join('-');
}

/** "0.1" or "10%". */
function parseRate(text: string): number {
  const [, digits, percent] = /^(\d{1,3}(?:\.\d{1,9})?)(%?)$/.exec(text) ?? [];
  const rate = Number(digits ?? NaN) / (percent === '%' ? 100 : 1);
  if (rate >= 0 && rate <= 1) return rate;
  throw new InvalidArgumentError('It must be a share such as 0.1 or 10%.');
}

/** "20ms", or from the shortest to the longest: "5ms..20ms". */
function parseDelay(text: string): NonNullable<LinkFaults['delayMs']> {
  const [shortest = '', longest, ...more] = text.split('..');
  if (more.length > 0) throw new InvalidArgumentError('It must be a time such as 20ms or 5ms..20ms.');
  const fromMs = parseDuration(shortest);
  return longest === undefined ? fromMs : [fromMs, parseDuration(longest)];
}

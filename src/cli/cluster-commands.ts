/** Verbs about a running cluster as a whole: `conclave status`, `conclave health`, `conclave watch`. */

import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ClusterEvent, ClusterStatus, EtcdStatus, HealthProblem } from '../index.js';
import { sections, type Answer } from './answer.js';
import { engineFacts, processText } from './engine-text.js';
import { CommandError, ExitCode } from './errors.js';
import { clusterLine, metadataLines, statusLine, type ChangedRecord } from './event-lines.js';
import { readEvents, type ServerEvent } from './event-stream.js';
import { NODE_COLUMNS } from './node-commands.js';
import { refusalIn, type Remote } from './remote.js';
import { countsText, factLines, listing, printable } from './tables.js';
import { lookingVerb, parseWholeNumber, verb, type AskRemote, type ParsedRemoteOptions } from './verbs.js';

interface Status {
  version: string;
  upMs: number;
  readOnly: boolean;
  status: ClusterStatus | EtcdStatus;
}

/** Who leads: a node, or a process where etcd orders the entries. */
type Health = Pick<ClusterStatus, 'healthy' | 'metadata'> & { reasons: readonly HealthProblem[] } & (
    Pick<ClusterStatus, 'leader'> | Pick<EtcdStatus, 'engine' | 'controller' | 'writer'>
  );

interface WatchOptions extends ParsedRemoteOptions {
  include: string[];
  fromIndex?: number;
}

const KINDS = ['cluster', 'metadata', 'status'];

const HEALTH_HELP = `
Examples:
  $ conclave health                       exit code 0, or 10 when unhealthy
  $ conclave health --exit-when-healthy --timeout 30s
  $ conclave health --watch -o json`;

const WATCH_HELP = `
Examples:
  $ conclave watch                        leaders, nodes, links, health, metadata: a line each
  $ conclave watch -o json --include metadata --from-index 1200
  $ conclave watch -o json | jq -r 'select(.event == "cluster").data.kind'

As JSON, each line has the event, its id (the index of the metadata, or null) and its data.`;

export function clusterCommands(ask: AskRemote): Command[] {
  const status = lookingVerb('status', 'the cluster at a glance: health, leader, nodes').action(
    (options: ParsedRemoteOptions) => {
      ask(options, async (remote) => {
        const answer = (await remote.get('/status')) as Status;
        remote.demandVersion(answer.version);
        return statusAnswer(remote.url, answer);
      });
    },
  );
  const health = lookingVerb('health', 'is it healthy, and why not; exit code 10 when it is not')
    .option('--exit-when-healthy', 'look until it is healthy, then end')
    .addHelpText('after', HEALTH_HELP)
    .action((options: ParsedRemoteOptions) => {
      ask(options, async (remote) => healthAnswer((await remote.get('/health')) as Health));
    });
  const watch = verb('watch', 'what happens in the cluster, as it happens')
    .addOption(
      new Option('--include <kinds>', `some of ${KINDS.join(',')}`)
        .argParser(parseKinds)
        .default(['cluster', 'metadata'], 'cluster,metadata'),
    )
    .addOption(
      new Option('--from-index <index>', 'go on behind this index of the metadata').argParser(parseWholeNumber),
    )
    .addHelpText('after', WATCH_HELP)
    .action((options: WatchOptions) => {
      const from = options.fromIndex === undefined ? '' : `&fromIndex=${options.fromIndex}`;
      const path = `/events?include=${options.include.join(',')}${from}`;
      const linesOf = options.output === 'json' ? jsonLines : textLines;
      ask(options, (remote, print) => follow(remote, path, linesOf, print));
    });
  return [status, health, watch];
}

function statusAnswer(url: string, answer: Status): Answer {
  const { version, upMs, readOnly, status } = answer;
  const { metadata, problems } = status;
  return {
    json: answer,
    text: (style) =>
      sections(
        factLines([
          ['cluster', `${url}, conclave ${version}, up ${upText(upMs)}${readOnly ? ', read-only' : ''}`],
          ['health', status.healthy ? 'healthy' : `unhealthy: ${problems.join('; ')}`],
          ...leadFacts(status),
          ['metadata', metadata === null ? 'unknown' : countsText(metadata)],
          ...(metadata?.problems ?? []).map(({ detail }) => ['', detail] as const),
        ]),
        'engine' in status ? '' : listing(NODE_COLUMNS, status.nodes, style),
      ),
  };
}

function leadFacts(status: ClusterStatus | EtcdStatus): (readonly [name: string, value: string])[] {
  if ('engine' in status) return engineFacts(status);
  const { leader, term } = status;
  return [['leader', leader === null ? 'none' : `node ${leader}, term ${term}`]];
}

function leaderName(answer: Health): string | null {
  if (!('engine' in answer)) return answer.leader === null ? null : `node ${answer.leader}`;
  const { controller, writer } = answer;
  return controller === null ? null : processText(controller, writer);
}

function healthAnswer(answer: Health): Answer {
  const { healthy, reasons, metadata } = answer;
  return {
    json: answer,
    text: ({ colours }) => {
      const colour = healthy ? colours.green : colours.red;
      const leader = leaderName(answer);
      const by = leader === null ? 'no leader' : `${leader} leads`;
      return [
        `${colour(healthy ? 'healthy' : 'unhealthy')}, ${by}`,
        ...[...reasons, ...(metadata?.problems ?? [])].map(({ detail }) => printable(`! ${detail}`)),
      ].join('\n');
    },
    exitCode: healthy ? ExitCode.ok : ExitCode.unhealthy,
  };
}

/** Until the stream ends, which is an error: it has no end of its own. */
async function follow(
  remote: Remote,
  path: string,
  linesOf: (event: ServerEvent, data: unknown) => string[],
  print: (line: string) => void,
): Promise<null> {
  for await (const event of readEvents(remote.stream(path))) {
    const data = JSON.parse(event.data) as unknown;
    const refused = event.event === 'failure' ? refusalIn(data) : undefined;
    if (refused !== undefined) throw refused;
    for (const line of linesOf(event, data)) print(line);
  }
  throw new CommandError(`the cluster at ${remote.url} has ended the stream`, ExitCode.failure);
}

function jsonLines({ event, id }: ServerEvent, data: unknown): string[] {
  return [JSON.stringify({ event, id: id === '' ? null : Number(id), data })];
}

function textLines({ event }: ServerEvent, data: unknown): string[] {
  switch (event) {
    case 'cluster':
      return [clusterLine(data as ClusterEvent)];
    case 'metadata': {
      const { index, events } = data as { index: number; events: ChangedRecord[] };
      return metadataLines(Date.now(), index, events);
    }
    case 'status':
      return [statusLine(Date.now(), data as ClusterStatus | EtcdStatus)];
    default:
      return [];
  }
}

function parseKinds(text: string): string[] {
  const kinds = text.split(',');
  if (kinds.every((kind) => KINDS.includes(kind))) return kinds;
  throw new InvalidArgumentError(`Some of these: ${KINDS.join(',')}.`);
}

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
] as const;

/** In the two largest units. */
function upText(upMs: number): string {
  let seconds = Math.floor(upMs / 1_000);
  const parts = UNITS.map(([size, name]) => {
    const count = Math.floor(seconds / size);
    seconds %= size;
    return [count, name] as const;
  });
  const shown = [...parts, [seconds, 's'] as const].filter(([count]) => count > 0).slice(0, 2);
  return shown.map(([count, name]) => `${count}${name}`).join(' ') || '0s';
}

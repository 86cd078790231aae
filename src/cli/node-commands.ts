/** `conclave node`: the Raft nodes of a running cluster, and what may happen to them. */

import { Argument, type Command } from 'commander';
import type { ClusterStatus, NodeStatus } from '../index.js';
import { done, rowsOf, type Answer } from './answer.js';
import { CommandError, ExitCode } from './errors.js';
import { parseId } from './options.js';
import type { Remote } from './remote.js';
import { ROLE_COLUMN, type Column } from './tables.js';
import { lookingVerb, noun, verb, type AskRemote, type ParsedRemoteOptions } from './verbs.js';

const EXAMPLES = [
  'node list',
  'node kill leader                         whoever leads now',
  'node restart 2 --wipe                    it comes back without its files, as a new member',
  'node pause 3 && conclave node resume 3',
  'node transfer 2                          node 2 leads from now on',
];

/** As `etcdctl endpoint status` has them. */
export const NODE_COLUMNS: readonly Column<NodeStatus>[] = [
  { heading: 'NODE', text: ({ id }) => id },
  ROLE_COLUMN,
  { heading: 'IS LEADER', text: ({ role }) => String(role === 'leader') },
  { heading: 'IS LEARNER', text: ({ voter }) => String(!voter) },
  { heading: 'RAFT TERM', text: ({ term }) => term, align: 'right' },
  { heading: 'RAFT INDEX', text: ({ commitIndex }) => commitIndex, align: 'right' },
  { heading: 'RAFT APPLIED INDEX', text: ({ appliedIndex }) => appliedIndex, align: 'right' },
  { heading: 'FIRST LOG', text: ({ firstLogIndex }) => firstLogIndex, align: 'right', wide: true },
  { heading: 'LAST LOG', text: ({ lastLogIndex }) => lastLogIndex, align: 'right', wide: true },
  { heading: 'SNAPSHOT', text: ({ snapshotIndex }) => snapshotIndex, align: 'right', wide: true },
  { heading: 'FOLLOWS', text: ({ leader }) => leader ?? 'none', align: 'right', wide: true },
];

type NodeName = number | 'leader';

/** Verbs that are one call without a body. */
const PLAIN_VERBS: readonly (readonly [name: string, description: string, outcome: string])[] = [
  ['kill', 'end its threads at once, like kill -9', 'killed'],
  ['stop', 'end it in an orderly way: a leader hands leadership over first', 'stopped'],
  ['pause', 'let its threads stand still, like a long garbage collection', 'paused'],
  ['resume', 'let them go on', 'resumed'],
  ['transfer', 'hand leadership to it', 'leads'],
];

export function nodeCommands(ask: AskRemote): Command {
  const node = noun('node', 'Raft nodes: kill, restart, pause, add, remove', EXAMPLES);
  node.addCommand(
    lookingVerb('list', 'the nodes, as etcdctl endpoint status shows them').action((options: ParsedRemoteOptions) => {
      ask(options, async (remote) => rowsOf((await remote.get('/nodes')) as NodeStatus[], NODE_COLUMNS));
    }),
  );
  node.addCommand(
    verb('add', 'add a node: a learner, then a voter').action((options: ParsedRemoteOptions) => {
      ask(options, async (remote) => {
        const added = (await remote.send('POST', '/nodes')) as NodeStatus;
        return done(added, `node ${added.id} added`);
      });
    }),
  );
  node.addCommand(
    namedVerb('remove', 'remove a node for good').action((name: NodeName, options: ParsedRemoteOptions) => {
      ask(options, async (remote) => {
        const id = await idOf(remote, name);
        await remote.send('DELETE', `/nodes/${id}`);
        return done({ removed: id }, `node ${id} removed`);
      });
    }),
  );
  node.addCommand(
    namedVerb('restart', 'bring it back: from its files, else as a new member')
      .option('--wipe', 'without its files')
      .action((name: NodeName, options: ParsedRemoteOptions & { wipe?: true }) => {
        const body = options.wipe === true ? { wipe: true } : {};
        ask(options, (remote) => act(remote, name, ['restart', 'restarted'], body));
      }),
  );
  node.addCommand(
    namedVerb('snapshot', 'take a snapshot of what it has applied').action(
      (name: NodeName, options: ParsedRemoteOptions) => {
        ask(options, async (remote) => {
          const id = await idOf(remote, name);
          const taken = (await remote.send('POST', `/nodes/${id}/snapshot`)) as { index: number };
          return done(taken, `node ${id}: a snapshot up to entry ${taken.index}`);
        });
      },
    ),
  );
  for (const [action, description, outcome] of PLAIN_VERBS) {
    node.addCommand(
      namedVerb(action, description).action((name: NodeName, options: ParsedRemoteOptions) => {
        ask(options, (remote) => act(remote, name, [action, outcome]));
      }),
    );
  }
  return node;
}

function namedVerb(name: string, description: string): Command {
  return verb(name, description).addArgument(
    new Argument('<id>', 'number of a node, or: leader').argParser((text) =>
      text === 'leader' ? text : parseId(text),
    ),
  );
}

async function act(
  remote: Remote,
  name: NodeName,
  [action, outcome]: readonly [string, string],
  body?: object,
): Promise<Answer> {
  const id = await idOf(remote, name);
  return done(await remote.send('POST', `/nodes/${id}/${action}`, body), `node ${id} ${outcome}`);
}

async function idOf(remote: Remote, name: NodeName): Promise<number> {
  if (name !== 'leader') return name;
  const { status } = (await remote.get('/status')) as { status: ClusterStatus };
  if (status.leader !== null) return status.leader;
  throw new CommandError('no node leads at the moment', ExitCode.failure);
}

/** `conclave group`: the consumer groups of a running cluster. */

import type { Command } from 'commander';
import type { CommittedOffset, GroupDescription, GroupListing, GroupMemberDescription } from '../index.js';
import { done, rowsOf, sections, type Answer } from './answer.js';
import { segment } from './remote.js';
import { factLines, formatDuration, listing, orDash, type Column } from './tables.js';
import { lookingVerb, noun, verb, type AskRemote, type ParsedRemoteOptions } from './verbs.js';

const EXAMPLES = ['group list', 'group describe billing', 'group delete billing'];

type Offset = Omit<CommittedOffset, 'committedAt'>;

interface Described {
  group: GroupDescription;
  offsets: Offset[];
}

const COLUMNS: readonly Column<GroupListing>[] = [
  { heading: 'GROUP', text: ({ groupId }) => groupId },
  { heading: 'STATE', text: ({ state }) => state, colour: ({ state }) => (state === 'Stable' ? 'green' : undefined) },
  { heading: 'PROTOCOL TYPE', text: ({ protocolType }) => orDash(protocolType) },
];

const MEMBER_COLUMNS: readonly Column<GroupMemberDescription>[] = [
  { heading: 'MEMBER', text: ({ memberId }) => memberId },
  { heading: 'SESSION', text: ({ sessionTimeoutMs }) => formatDuration(sessionTimeoutMs), align: 'right' },
  { heading: 'REBALANCE', text: ({ rebalanceTimeoutMs }) => formatDuration(rebalanceTimeoutMs), align: 'right' },
  { heading: 'ASSIGNMENT', text: ({ assignment }) => orDash(assignment) },
  { heading: 'METADATA', text: ({ metadata }) => orDash(metadata), wide: true },
];

const OFFSET_COLUMNS: readonly Column<Offset>[] = [
  { heading: 'TOPIC', text: ({ topic }) => topic },
  { heading: 'PARTITION', text: ({ partition }) => partition, align: 'right' },
  { heading: 'OFFSET', text: ({ offset }) => offset, align: 'right' },
  { heading: 'METADATA', text: ({ metadata }) => orDash(metadata), wide: true },
];

export function groupCommands(ask: AskRemote): Command {
  const group = noun('group', 'consumer groups: members and offsets', EXAMPLES);
  group.addCommand(
    lookingVerb('list', 'the groups, by id').action((options: ParsedRemoteOptions) => {
      ask(options, async (remote) => rowsOf((await remote.get('/groups')) as GroupListing[], COLUMNS));
    }),
  );
  group.addCommand(
    lookingVerb('describe <id>', 'a group, its members and offsets').action(
      (id: string, options: ParsedRemoteOptions) => {
        const path = `/groups/${segment(id)}`;
        ask(options, async (remote) => description((await remote.get(path)) as Described));
      },
    ),
  );
  group.addCommand(
    verb('delete <id>', 'delete a group without members, with its offsets').action(
      (id: string, options: ParsedRemoteOptions) => {
        const path = `/groups/${segment(id)}`;
        ask(options, async (remote) => {
          await remote.send('DELETE', path);
          return done({ deleted: id }, `group ${id} deleted`);
        });
      },
    ),
  );
  return group;
}

function description({ group, offsets }: Described): Answer {
  return {
    json: { group, offsets },
    text: (style) =>
      sections(
        factLines([
          ['group', group.groupId],
          ['state', group.state],
          ['generation', String(group.generation)],
          ['protocol', [group.protocolType, group.protocol].filter((each) => each !== '').join(', ') || '-'],
          ['leader', orDash(group.leader)],
        ]),
        group.members.length === 0 ? 'no members' : listing(MEMBER_COLUMNS, group.members, style),
        offsets.length === 0 ? 'no offsets' : listing(OFFSET_COLUMNS, offsets, style),
      ),
  };
}

/**
 * Checks of what a leader believes: how far each member has got only grows within a term, is never ahead of that
 * member's stable storage, and what is sent next lies behind it. A leader whose removal is committed leads no more.
 */
import { includesMember, latestConfiguration } from '../../raft/configuration.js';
import type { Member } from '../../raft/messages.js';
import type { Progress } from '../../raft/progress.js';
import type { RaftState } from '../../raft/state.js';
import { lastSyncedIndex, syncedTerm } from '../disk.js';
import { diskOf, type History } from './history.js';
import { demand } from './violation.js';

/** What was last seen of each; a node's next life has progress of its own. */
const seen = new WeakMap<Progress, { readonly term: number; readonly matchIndex: number }>();

export function checkLeader(history: History, leader: Member, state: RaftState): void {
  for (const peer of state.peers) checkProgress(history, leader, { state, peer });
  const { index, configuration } = latestConfiguration(state.configurations);
  demand(
    index > state.commitIndex || includesMember(configuration.voters, leader),
    'removed leader',
    () => `node ${leader.id} leads on although its removal at ${index} is committed`,
  );
}

function checkProgress(
  history: History,
  leader: Member,
  { state, peer }: { readonly state: RaftState; readonly peer: Progress },
): void {
  const { matchIndex, nextIndex, member } = peer;
  const before = seen.get(peer);
  const known = before?.term === state.term ? before.matchIndex : 0;
  const describe = (): string =>
    `leader ${leader.id} of term ${state.term} has member ${member.id} at ${matchIndex}, before at ${known}, ` +
    `next is ${nextIndex}`;
  demand(matchIndex >= known && nextIndex > matchIndex, 'replication progress', describe);
  if (matchIndex === known) return;
  seen.set(peer, { term: state.term, matchIndex });
  const disk = diskOf(history, member);
  demand(
    syncedTerm(disk) !== state.term || matchIndex <= Math.max(lastSyncedIndex(disk), disk.snapshot.description.index),
    'replication progress',
    () => `${describe()}; synced there is ${lastSyncedIndex(disk)}`,
  );
}

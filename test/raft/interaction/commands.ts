/** The language of the traces: each command by name. `README.md` of this folder says what they mean to a reader. */
import { must } from '../../../src/assert.js';
import type { RaftLimits } from '../../../src/raft/limits.js';
import type { Member, MembershipChange, RaftMessage, TimerName } from '../../../src/raft/messages.js';
import type { EntryRun } from '../../../src/raft/entries.js';
import { lastLogIndex } from '../../../src/raft/log.js';
import { memberOf, nodeOf, storedState, textPayloads, type NodeOptions } from '../support/network.js';
import { describeLog, describeMessage, describeProgress, describeRole, nameOf } from './describe.js';
import {
  act,
  addToStage,
  arrive,
  crash,
  doStoreWork,
  finishWrite,
  overtakeWrite,
  restart,
  say,
  takeSnapshot,
  type Stage,
} from './stage.js';

type Command = (stage: Stage, words: readonly string[]) => void;

/** What a command gives, as lines. */
export function performCommand(stage: Stage, text: string): readonly string[] {
  const [name = '', ...words] = text.trim().split(/\s+/);
  stage.lines = [];
  stage.tellsSends = true;
  stage.indent = '';
  if (name === 'quietly') {
    performCommand(stage, words.join(' '));
    return [];
  }
  must(commands.get(name), `a command ${name}`)(stage, words);
  return stage.lines;
}

const commands = new Map<string, Command>([
  ['add-nodes', addNodes],
  ['add-node', addOneNode],
  ['campaign', forEach((stage, id) => act(stage, id, { kind: 'campaign' }))],
  ['elect', forEach(elect)],
  ['timer', timer],
  ['propose', propose],
  ['commit', commit],
  ['read', read],
  ['deliver', (stage, words) => pick(stage, words).forEach((message) => arrive(stage, message))],
  ['deliver-during-write', (stage, words) => pick(stage, words).forEach((message) => overtakeWrite(stage, message))],
  ['drop', (stage, words) => pick(stage, words).forEach((message) => say(stage, `lost: ${describeMessage(message)}`))],
  ['duplicate', (stage, words) => duplicate(stage, words)],
  ['hold', (stage, words) => hold(stage, words)],
  ['release', (stage) => release(stage)],
  ['stabilize', stabilize],
  ['cut', (stage, words) => words.forEach((way) => stage.cuts.add(way))],
  ['isolate', forEach(isolate)],
  ['heal', (stage) => stage.cuts.clear()],
  ['slow-disk', forEach((stage, id) => stage.slowDisks.add(id))],
  ['fast-disk', forEach((stage, id) => stage.slowDisks.delete(id))],
  ['persist', forEach(finishWrite)],
  ['crash', (stage, [id = '', kept]) => crash(stage, idOf(id), kept === 'after-write')],
  ['restart', forEach(restart)],
  ['peer-down', (stage, [id = '', peer = '']) => act(stage, idOf(id), { kind: 'peerDown', member: parseMember(peer) })],
  ['peer-up', (stage, [id = '', peer = '']) => act(stage, idOf(id), { kind: 'peerUp', member: parseMember(peer) })],
  ['add-learner', (stage, words) => change(stage, 'addLearner', words)],
  ['promote', (stage, words) => change(stage, 'promote', words)],
  ['remove', (stage, words) => change(stage, 'remove', words)],
  ['transfer', transfer],
  ['snapshot', forEach(takeSnapshot)],
  ['store', (stage, [id = '', outcome]) => void doStoreWork(stage, idOf(id), outcome !== 'fails')],
  ['status', status],
  ['terms', terms],
  [
    'progress',
    forEach((stage, id) => nodeOf(stage.network, id).state.peers.forEach((peer) => say(stage, describeProgress(peer)))),
  ],
  ['timers', forEach((stage, id) => say(stage, `${id}: ${[...nodeOf(stage.network, id).timers].sort().join(', ')}`))],
  ['messages', (stage) => stage.network.queue.forEach((message) => say(stage, describeMessage(message)))],
]);

// ------------------------------------------------------------ words

function parseMember(word: string): Member {
  const [, id, incarnation] = /^(\d+)([a-z]?)$/.exec(word) ?? [];
  if (id === undefined) throw new Error(`no node: ${word}`);
  return incarnation === '' || incarnation === undefined ? memberOf(Number(id)) : memberOf(Number(id), incarnation);
}

function idOf(word: string): number {
  return parseMember(word).id;
}

function forEach(perform: (stage: Stage, id: number) => unknown): Command {
  return (stage, words) => words.forEach((word) => perform(stage, idOf(word)));
}

/** `name=value` among the words. */
function option(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

function listOf(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(',');
}

const LIMITS: ReadonlyMap<string, keyof RaftLimits> = new Map([
  ['trailing', 'trailingEntries'],
  ['retained', 'maxRetainedBytes'],
  ['chunk', 'snapshotChunkBytes'],
  ['inflight', 'maxInflightAppends'],
  ['append-bytes', 'maxAppendBytes'],
  ['lag', 'promotionLagEntries'],
]);

function limitsOf(words: readonly string[]): Partial<RaftLimits> {
  const found: [keyof RaftLimits, number][] = [];
  for (const [word, name] of LIMITS) {
    const value = option(words, word);
    if (value !== undefined) found.push([name, Number(value)]);
  }
  return Object.fromEntries(found);
}

// ------------------------------------------------------------ nodes

/** `add-nodes 3 learners=4`: they know each other from the start. */
function addNodes(stage: Stage, [count = '', ...words]: readonly string[]): void {
  const voters = Array.from({ length: Number(count) }, (_, place) => memberOf(place + 1));
  const learners = listOf(option(words, 'learners')).map(parseMember);
  stage.bootstrap = { voters, learners };
  const stored = storedState(stage.bootstrap);
  for (const member of [...voters, ...learners]) addToStage(stage, { member, stored, limits: limitsOf(words) });
}

/** `add-node 4`: a blank one. `add-node 4 voters=1,2,4 term=3 vote=1 log=1,1,3`: the log's terms, entry by entry. */
function addOneNode(stage: Stage, [name = '', ...words]: readonly string[]): void {
  const voters = listOf(option(words, 'voters')).map(parseMember);
  const vote = option(words, 'vote');
  const logTerms = listOf(option(words, 'log')).map(Number);
  const entries: EntryRun[] = logTerms.map((term, place) => {
    return { firstIndex: place + 1, term, ...textPayloads('x') };
  });
  const term = Number(option(words, 'term') ?? logTerms.at(-1) ?? 0);
  const stored = storedState(
    { voters, learners: [] },
    { term, vote: vote === undefined ? null : parseMember(vote), entries },
  );
  const node: NodeOptions = { member: parseMember(name), stored, limits: limitsOf(words) };
  stage.down.delete(node.member.id);
  addToStage(stage, node);
}

/** Only a timer that runs can fire. */
function timer(stage: Stage, [name = '', ...ids]: readonly string[]): void {
  for (const id of ids.map(idOf)) {
    const fired = name as TimerName;
    if (nodeOf(stage.network, id).timers.delete(fired)) act(stage, id, { kind: 'timer', timer: fired });
    else say(stage, `${id} has no timer ${name} running`);
  }
}

function propose(stage: Stage, [id = '', ...texts]: readonly string[]): void {
  const { admission } = nodeOf(stage.network, idOf(id)).state;
  if (admission === null) say(stage, `${id} takes no proposals`);
  else act(stage, idOf(id), { kind: 'propose', admission, payloads: textPayloads(...texts) });
}

/** The usual course of an election, untold: nobody holds a lease, this node wins, all have heard it. */
function elect(stage: Stage, id: number): void {
  const { nodes } = stage.network;
  for (const other of nodes.values()) {
    if (other.timers.has('leaderLease')) timer(stage, ['leaderLease', String(other.member.id)]);
  }
  act(stage, id, { kind: 'campaign' });
  spread(stage, id);
  const { leadership } = nodeOf(stage.network, id);
  stage.lines = [`${id} ${leadership === null ? 'is silent' : describeRole(leadership)}`];
}

/** The usual course of a proposal, untold. */
function commit(stage: Stage, words: readonly string[]): void {
  const id = idOf(words[0] ?? '');
  propose(stage, words);
  spread(stage, id);
  stage.lines = [`${id} has committed ${nodeOf(stage.network, id).state.commitIndex}`];
}

/** All that is on its way arrives, and a heartbeat tells what is committed. */
function spread(stage: Stage, id: number): void {
  stabilize(stage, []);
  timer(stage, ['heartbeat', String(id)]);
  stabilize(stage, []);
}

/** All of them in one turn. */
function read(stage: Stage, [id = '', ...reads]: readonly string[]): void {
  act(stage, idOf(id), ...reads.map((each) => ({ kind: 'read', id: Number(each) }) as const));
}

function change(stage: Stage, kind: MembershipChange['kind'], [id = '', member = '']: readonly string[]): void {
  stage.lastRequest += 1;
  act(stage, idOf(id), {
    kind: 'changeMembership',
    id: stage.lastRequest,
    change: { kind, member: parseMember(member) },
  });
}

function transfer(stage: Stage, [id = '', to = '']: readonly string[]): void {
  stage.lastRequest += 1;
  act(stage, idOf(id), { kind: 'transferLeadership', id: stage.lastRequest, to: idOf(to) });
}

// ------------------------------------------------------------ messages

/** `1->2`, `1->` and `->2` name a way; a kind, `first` and `last` narrow it; taken out of what is on its way. */
function pick(stage: Stage, words: readonly string[]): RaftMessage[] {
  const way = words.find((word) => word.includes('->')) ?? '->';
  const [from = '', to = ''] = way.split('->');
  const kind = words.find((word) => !word.includes('->') && word !== 'first' && word !== 'last');
  const matching = stage.network.queue.filter(
    (message) =>
      (from === '' || nameOf(message.from) === from) &&
      (to === '' || nameOf(message.to) === to) &&
      (kind === undefined || message.kind === kind),
  );
  const picked = words.includes('first')
    ? matching.slice(0, 1)
    : words.includes('last')
      ? matching.slice(-1)
      : matching;
  stage.network.queue = stage.network.queue.filter((message) => !picked.includes(message));
  if (picked.length === 0) say(stage, '(no such message)');
  return picked;
}

function duplicate(stage: Stage, words: readonly string[]): void {
  const picked = pick(stage, words);
  stage.network.queue.push(...picked, ...picked.map((message) => ({ ...message })));
  for (const message of picked) say(stage, `twice: ${describeMessage(message)}`);
}

function hold(stage: Stage, words: readonly string[]): void {
  const picked = pick(stage, words);
  stage.held.push(...picked);
  for (const message of picked) say(stage, `late: ${describeMessage(message)}`);
}

function release(stage: Stage): void {
  for (const message of stage.held) arrive(stage, message);
  stage.held = [];
}

/** Delivers until nothing is on its way, and lets state machines do their work; `stabilize 1 2`: among these alone. */
function stabilize(stage: Stage, words: readonly string[]): void {
  stage.tellsSends = false;
  const among = words.length === 0 ? null : words.map(idOf);
  const { network } = stage;
  for (let count = 0; count < 1000; count += 1) {
    const message = network.queue.find(
      ({ from, to }) => among === null || [from.id, to.id].every((id) => among.includes(id)),
    );
    if (message !== undefined) {
      network.queue.splice(network.queue.indexOf(message), 1);
      arrive(stage, message);
    } else if (!doStoreWork(stage, null)) return;
  }
  throw new Error('messages without end');
}

function isolate(stage: Stage, id: number): void {
  for (const other of [...stage.network.nodes.keys(), ...stage.down.keys()]) {
    if (other !== id) stage.cuts.add(`${id}->${other}`).add(`${other}->${id}`);
  }
}

// ------------------------------------------------------------ questions

function status(stage: Stage, words: readonly string[]): void {
  for (const [id, { member, state, leadership }] of [...stage.network.nodes].sort(([a], [b]) => a - b)) {
    if (words.length > 0 && !words.includes(String(id))) continue;
    const { term, vote, commitIndex, log, persistence } = state;
    const voted = vote === null ? 'no vote' : `vote for ${nameOf(vote)}`;
    const written = persistence.index < lastLogIndex(log) ? `, written up to ${persistence.index}` : '';
    say(
      stage,
      `${nameOf(member)}: ${leadership?.role ?? state.role}, term ${term}, ${voted}, committed ${commitIndex}, ` +
        `log: ${describeLog(log.runs, log.baseIndex)}${written}`,
    );
  }
}

/** The term of each entry, as the figures of the paper show logs. */
function terms(stage: Stage): void {
  for (const [id, { state }] of stage.network.nodes) {
    const list = state.log.runs.flatMap((run) => Array.from({ length: run.count }, () => run.term));
    say(stage, `${id}: ${list.join(' ')}`);
  }
}

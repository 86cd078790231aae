/** A counterexample for people: where it starts, then one line an event. */
import { lastLogIndex } from '../../src/raft/log.js';
import { TIMERS } from './actions.js';
import { describeMessage, describeRuns, plainly } from './describe.js';
import type { Violation } from '../../src/simulation/checks/violation.js';
import type { Explorer, State, Step } from './explorer.js';
import { taskText, type LocalNode } from './local-node.js';

export function describeTrace(
  explorer: Explorer,
  start: State,
  steps: readonly Step[],
  violation: Violation,
): string[] {
  const { turns, names } = explorer;
  const lines = explorer.nodesIn(start).map((node) => `start  ${describeNode(explorer, node)}`);
  for (const message of explorer.messagesIn(start)) {
    lines.push(`start  on its way: ${describeMessage(turns.messages.valueOf(message), names)}`);
  }
  steps.forEach((step, position) => lines.push(`${String(position + 1).padStart(5)}  ${describeStep(explorer, step)}`));
  return [...lines, `       ${violation.message}`].map(plainly);
}

function describeStep(explorer: Explorer, { action, outcome }: Step): string {
  const { turns, names } = explorer;
  const { kind, slot, argument } = action;
  const texts = turns.messagesOf(action).map((message) => describeMessage(turns.messages.valueOf(message), names));
  const what = texts.join(' and ');
  if (outcome === null) return `lost: ${what}`;
  const node = `node ${slot + 1}`;
  const after = turns.nodes.valueOf(outcome.node);
  const happened = {
    deliver: `receives ${what}`,
    duplicate: `receives a copy of ${what}`,
    together: `receives in one turn ${what}`,
    drop: '',
    timer: `${TIMERS[argument] ?? ''} fires`,
    propose: `takes proposal ${String.fromCharCode('a'.charCodeAt(0) + argument)}`,
    read: 'is asked to read',
    change: 'is asked to change the members',
    snapshot: 'takes a snapshot',
    transfer: `is asked to hand over to ${argument}`,
    task: 'finishes with its snapshot',
    peerDown: `hears that ${argument} has ended`,
    peerUp: `hears that ${argument} is there`,
    crash: 'crashes',
    restart: 'restarts',
  }[kind];
  const sent = outcome.messages.map((message) => describeMessage(turns.messages.valueOf(message), names));
  const sends = sent.length === 0 ? '' : `; sends ${sent.join(', ')}`;
  const ending = outcome.isCrash && kind !== 'crash' ? `${sends}, then crashes` : sends;
  return `${node} ${happened}${ending} => ${describeNode(explorer, after)}`;
}

function describeNode({ names }: Explorer, { member, state, disk, tasks }: LocalNode): string {
  if (state === null) return `${names.member(member)} down, term ${disk.term}`;
  const { role, term, vote, log, commitIndex } = state;
  const voted = vote === null ? '' : ` voted ${names.member(vote)}`;
  const base = log.baseIndex === 0 ? '' : `after ${log.baseIndex}.${log.baseTerm}: `;
  const entries = lastLogIndex(log) === log.baseIndex ? '' : describeRuns(log.runs, names);
  const owed = tasks.map((task) => `, ${taskText(task, names)}`).join('');
  return `${names.member(member)} ${role} term ${term}${voted} [${base}${entries}] commit ${commitIndex}${owed}`;
}

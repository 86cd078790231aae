/**
 * A link between two nodes that die and come back, with all that a dead life left in its ports arriving late, in any
 * order between ports: whoever lives hears nothing of a life that is not the one it is connected to, and nothing that
 * was meant for another life than its own.
 */
import { must } from '../../../src/assert.js';
import type { Hello, LinkToNode, NodeToLink } from '../../../src/messages.js';
import type { Member, RaftMessage } from '../../../src/raft/messages.js';
import { createRandom, drawChance, drawFraction, drawInteger, type Random } from '../../../src/random.js';
import { createEndpoint, type Endpoint } from '../../../src/transport/endpoint.js';
import { createLink, nextWakeUp, takePosts, type Link } from '../../../src/transport/link-state.js';
import { attach, cut, detached, heal, receive, setFaults, wake } from '../../../src/transport/link.js';
import { demand } from './finding.js';

const STEPS = 300;
const PEACE_STEPS = 2_000;

/** One run of a node, with the two directions of its port. */
interface Life {
  readonly hello: Hello;
  readonly endpoint: Endpoint;
  alive: boolean;
  readonly toLink: (NodeToLink | 'closed')[];
  readonly fromLink: LinkToNode[];
  /** Whom it is connected to. */
  peer: Hello | null;
}

interface Sent {
  readonly from: Hello;
  readonly to: Hello;
}

export function carry(seed: number): void {
  const run = new LinkRun(createRandom(seed));
  for (let step = 0; step < STEPS; step += 1) run.step();
  run.makePeace();
}

class LinkRun {
  readonly #random: Random;
  readonly #link: Link;
  /** Of each end, newest last; those before are dead. */
  readonly #lives: readonly [Life[], Life[]] = [[], []];
  /** By the round of the heartbeat. */
  readonly #sent: Sent[] = [];
  #received = 0;
  #nowMs = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#link = createLink({ ends: [1, 2], seed: drawInteger(random, 0, 1000) });
    this.#begin(0);
    this.#begin(1);
  }

  step(): void {
    const place = drawInteger(this.#random, 0, 2);
    const life = this.#newest(place);
    const kind = drawInteger(this.#random, 0, 40);
    if (kind < 10) this.#send(place);
    else if (kind < 34) this.#passOne();
    else if (kind < 36) this.#passTime(drawFraction(this.#random) * 30);
    else if (kind < 38) {
      if (life.alive) end(life);
      else this.#begin(place);
    } else this.#disturb();
  }

  /** Both live, nothing is cut: what is sent now arrives. */
  makePeace(): void {
    heal(this.#link, this.#nowMs);
    this.#post();
    for (const place of [0, 1]) if (!this.#newest(place).alive) this.#begin(place);
    const before = this.#received;
    for (let step = 0; step < PEACE_STEPS && this.#received < before + 2; step += 1) {
      if (step % 100 === 50) for (const place of [0, 1]) this.#send(place);
      if (step % 10 === 0) this.#passTime(100);
      this.#passOne();
    }
    demand(this.#received >= before + 2, 'connected again', () => `in peace: ${this.#link.connection.phase}`);
  }

  #newest(place: number): Life {
    return must(this.#lives[place]?.at(-1), 'a life');
  }

  /** A new life, sometimes with another storage; what the one before left in its port may still come. */
  #begin(place: number): void {
    const lives = must(this.#lives[place], 'an end');
    const before = lives.at(-1)?.hello;
    const wiped = drawChance(this.#random, 0.3);
    const incarnation = before === undefined || wiped ? `storage ${lives.length}` : before.member.incarnation;
    const member = { id: place + 1, incarnation };
    const hello = { clusterId: 'blue', protocolVersion: 1, member, life: (before?.life ?? 0) + 1 };
    const toLink: Life['toLink'] = [];
    const endpoint = createEndpoint(hello, { postMessage: (message) => toLink.push(message) }, this.#events(place));
    lives.push({ hello, endpoint, alive: true, toLink, fromLink: [], peer: null });
    attach(this.#link, hello, this.#nowMs);
    this.#post();
  }

  #events(place: number) {
    const ignore = (_: Member): void => undefined;
    const message = (received: RaftMessage): void => {
      this.#check(this.#newest(place), received);
    };
    return { peerUp: ignore, peerLost: ignore, peerDown: ignore, message };
  }

  #check(life: Life, message: RaftMessage): void {
    this.#received += 1;
    const { from, to } = must(this.#sent[message.kind === 'heartbeat' ? message.round : -1], 'a message sent');
    const describe = (): string =>
      `life ${life.hello.life} of node ${life.hello.member.id} hears life ${from.life} speak to life ${to.life}`;
    demand(to.life === life.hello.life, 'meant for this life', describe);
    demand(message.to.incarnation === life.hello.member.incarnation, 'meant for this storage', describe);
    demand(from.life === life.peer?.life, 'from the life connected', describe);
  }

  /** To the storage it knows, or to one before it: Raft may not have heard of the other end's news yet. */
  #send(place: number): void {
    const life = this.#newest(place);
    if (!life.alive || life.peer === null) return;
    const known = must(this.#lives[1 - place], 'the other end').map(({ hello }) => hello.member);
    const to = drawChance(this.#random, 0.2)
      ? must(known[drawInteger(this.#random, 0, known.length)], 'a member')
      : life.peer.member;
    const round = this.#sent.length;
    this.#sent.push({ from: life.hello, to: life.peer });
    life.endpoint.send([{ kind: 'heartbeat', to, from: life.hello.member, term: 1, commitIndex: 0, round }]);
  }

  /** The first of one port's direction, drawn among those that hold something. */
  #passOne(): void {
    const lives = this.#lives.flat();
    const inward = lives.filter(({ toLink }) => toLink.length > 0);
    const outward = lives.filter(({ fromLink, alive }) => alive && fromLink.length > 0);
    const drawn = drawInteger(this.#random, 0, Math.max(1, inward.length + outward.length));
    const sender = inward[drawn];
    const receiver = outward[drawn - inward.length];
    if (sender !== undefined) this.#passInward(sender);
    else if (receiver !== undefined) passOutward(receiver);
  }

  #passInward({ hello, toLink }: Life): void {
    const sender = { end: hello.member.id, life: hello.life };
    const message = must(toLink.shift(), 'a message');
    if (message === 'closed') detached(this.#link, sender);
    else receive(this.#link, sender, message, this.#nowMs);
    this.#post();
  }

  #passTime(durationMs: number): void {
    this.#nowMs += durationMs;
    const next = nextWakeUp(this.#link);
    if (next !== null && next <= this.#nowMs) wake(this.#link, this.#nowMs);
    this.#post();
  }

  #disturb(): void {
    const from = [1, 2, null][drawInteger(this.#random, 0, 3)] ?? null;
    const kind = drawInteger(this.#random, 0, 5);
    if (kind === 0) cut(this.#link, from);
    else if (kind <= 2) heal(this.#link, this.#nowMs);
    else if (kind === 3)
      setFaults(this.#link, { closeAfterMessages: drawInteger(this.#random, 0, 4) }, from, this.#nowMs);
    else setFaults(this.#link, { delayMs: [0, 20], duplicateRate: 0.3, reorderRate: 0.3 }, from, this.#nowMs);
    this.#post();
  }

  /** To the port of the newest life of an end, which is the one attached. */
  #post(): void {
    for (const { end: id, message } of takePosts(this.#link)) this.#newest(id - 1).fromLink.push(message);
  }
}

function end(life: Life): void {
  life.alive = false;
  life.toLink.push('closed');
}

function passOutward(life: Life): void {
  const message = must(life.fromLink.shift(), 'a message');
  if (message.kind === 'connected') life.peer = message.peer;
  if (message.kind === 'peerDown' && message.life === life.peer?.life) life.peer = null;
  life.endpoint.receive(message);
}

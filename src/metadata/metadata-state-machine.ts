/**
 * The metadata as a state machine: commands are `Operation`s as `operation-codec.ts` writes them, requests `Query`s;
 * every answer is an `OperationAnswer`. Holds the current image and, within a batch, its draft; knows nothing of
 * sessions or of Raft.
 */
import { Immer } from 'immer';
import { assert } from '../assert.js';
import { joinBytes } from '../state-machine/canonical-json.js';
import { NotYet } from '../state-machine/state-machine.js';
import type { ApplyContext, HostedStateMachine, StateMachine } from '../state-machine/state-machine.js';
import type { OperationAnswer } from './answer.js';
import { rejected } from './answer.js';
import { answerQuery } from './answer-query.js';
import { applyCommand } from './apply.js';
import { brokerKey } from './broker-key.js';
import type { MetadataDump } from './dump.js';
import { dumpImage } from './dump.js';
import type { Image, ImageDraft } from './image.js';
import { emptyImage } from './image.js';
import { draftOf, writeDraft } from './image-draft.js';
import { digestImage } from './image-digest.js';
import { MetadataChange } from './metadata-change.js';
import { decodeJson } from './operation-codec.js';
import { postAnswer } from './posted-answer.js';
import { ReplicaIndex } from './replica-index.js';
import { readSnapshot, writeSnapshot } from './snapshot.js';

/**
 * Drafts the image itself and nothing below it. Records freeze themselves; freezing every container as well would cost
 * a third of the throughput and more on single writes.
 */
const immer = new Immer({ autoFreeze: false });

const NO_KEYS: ReadonlySet<string> = new Set();

export interface MetadataMachine extends HostedStateMachine {
  apply(command: Uint8Array, context: Pick<ApplyContext, 'index'>): OperationAnswer;
  /** A `Query`, or one as JSON. */
  query(request: unknown): OperationAnswer | NotYet;
  readonly changedKeys: () => ReadonlySet<string>;
  /** What the batch that ended last changed, in log order; given once, and forgotten when the next one begins. */
  takeChanges(): readonly MetadataChange[];
  dump(): MetadataDump;
  /** Not between `begin` and `end`. For tests of what must hold of every image. */
  readonly image: () => Image;
  /** Of that image. */
  readonly replicas: () => ReplicaIndex;
}

export function createMetadataMachine(): MetadataMachine {
  let image: Image = emptyImage();
  let replicas = new ReplicaIndex();
  let draft: ImageDraft | null = null;
  let changes: MetadataChange[] = [];
  let changedKeys: ReadonlySet<string> = NO_KEYS;
  const settled = (): Image => {
    assert(draft === null, 'the image is settled only between batches');
    return image;
  };
  return {
    begin() {
      draft = draftOf(settled());
      changes = [];
    },
    apply(command, { index }) {
      assert(draft !== null, 'operations are applied within a batch');
      const answer = applyCommand(draft, command, { index, replicas });
      if (draft.changes.length > 0) {
        replicas.follow(draft.changes);
        changes.push(new MetadataChange(index, draft.changes));
        draft.changes = [];
      }
      return answer;
    },
    end() {
      assert(draft !== null, 'a batch that ends has begun');
      const changed = draft;
      image = immer.produce(image, (containers) => {
        writeDraft(changed, containers);
      });
      draft = null;
      changedKeys = keysOf(changed);
    },
    changedKeys: () => changedKeys,
    takeChanges() {
      settled();
      const taken = changes;
      changes = [];
      return taken;
    },
    toPosted: (answer) => postAnswer(answer as OperationAnswer),
    query(request) {
      const state = { image: settled(), replicas };
      return answerQuery(state, request instanceof Uint8Array ? decodeJson(request) : request);
    },
    capture() {
      const captured = settled();
      return { serialize: () => writeSnapshot(captured) };
    },
    restore(snapshot) {
      settled();
      image = readSnapshot(snapshot);
      replicas = ReplicaIndex.of(image);
      changes = [];
    },
    dump: () => dumpImage(settled()),
    digest: () => digestImage(settled()),
    image: settled,
    replicas: () => replicas,
  };
}

/** What answers may wait for: a group by its id, a broker by its key. */
function keysOf({ changedGroups, changedBrokers }: ImageDraft): ReadonlySet<string> {
  if (changedGroups.size === 0 && changedBrokers.size === 0) return NO_KEYS;
  const keys = new Set(changedGroups.keys());
  for (const id of changedBrokers.keys()) keys.add(brokerKey(id));
  return keys;
}

/** The metadata state machine by itself, without a cluster: entries are `Operation` as JSON. */
export function createMetadataStateMachine(): StateMachine {
  const machine = createMetadataMachine();
  return {
    apply(entry, context) {
      machine.begin();
      const answer = machine.apply(entry, context);
      machine.end();
      return answer;
    },
    query(request) {
      const answer = machine.query(request);
      return answer instanceof NotYet
        ? rejected('RebalanceInProgress', `group ${answer.key} is not so far yet`)
        : answer;
    },
    snapshot: () => joinBytes(machine.capture().serialize()),
    restore(snapshot) {
      machine.restore(snapshot);
    },
  };
}

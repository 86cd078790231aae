/**
 * Operations and queries of the metadata as calls of a router: arguments are read once, in one place, so that
 * whatever they are, the call settles and nothing malformed reaches the log. The methods by name are
 * `metadata-store.ts`.
 */
import { AssertionError } from '../assert.js';
import type { ErrorValue } from '../errors.js';
import { ClusterError, toClusterError } from '../errors.js';
import type { TopicInfo } from '../metadata/model.js';
import type { PlainOperation } from '../metadata/operation-codec.js';
import type { OperationType } from '../metadata/operations.js';
import { receiveAnswer } from '../metadata/posted-answer.js';
import type { ControllerRequestType, QueryType } from '../metadata/queries.js';
import type { AnswerForm, Call } from './call.js';
import { drawPlacementSeed, encodeOperation } from './encode-operation.js';
import type { MetadataView } from './metadata-view.js';
import { isValidateOnly, readCallArguments, readWatchOptions, unreadable } from './options.js';
import { outcomeUnknown, stopped } from './outcomes.js';
import { plainCopy } from './plain-copy.js';
import type { Read } from './reads.js';
import type { Router } from './router.js';
import { StoreViews } from './store-views.js';
import type { Holding } from './store-views.js';
import type { Watch } from './watch.js';
import type { Write, Writer } from './write.js';

/** What became of one topic of several. */
export type TopicResult = { name: string; topic: TopicInfo } | { name: string; error: ClusterError };

/** What a call resolves with, or the error it rejects with. */
type ValueOf = (index: number, result: unknown) => unknown;

const valueAlone: ValueOf = (_index, result) => {
  const answer = receiveAnswer(result);
  return 'error' in answer ? toClusterError(answer.error) : answer.value;
};
const valueWithIndex: ValueOf = (index, result) => {
  const answer = receiveAnswer(result);
  return 'error' in answer ? toClusterError(answer.error) : { index, value: answer.value };
};

const topicResults: ValueOf = (_index, result) => {
  const answer = receiveAnswer(result);
  if ('error' in answer) return toClusterError(answer.error);
  const results = answer.value as readonly ({ name: string } & ({ topic: TopicInfo } | { error: ErrorValue }))[];
  return results.map((each): TopicResult => {
    const { name } = each;
    return 'error' in each ? { name, error: toClusterError(each.error) } : { name, topic: each.topic };
  });
};

/** What follows a write. */
export interface Sequel {
  readonly query: { readonly type: QueryType; readonly [member: string]: unknown };
  /** What the caller hears where the write has succeeded, and this has not. */
  readonly failed: (error: ClusterError) => ClusterError;
}

/** Its answer is asked for again if it is interrupted. */
const holdingWrites: Holding<Write> = {
  held({ session, sequence }) {
    session.addUnknown(sequence);
  },
  released({ session, sequence }) {
    session.dropUnknown(sequence);
  },
  errorOf: outcomeUnknown,
};

interface Forms<Asked extends Call> {
  readonly valueAlone: AnswerForm<Asked>;
  readonly valueWithIndex: AnswerForm<Asked>;
  readonly topicResults: AnswerForm<Asked>;
}

export class MetadataCalls {
  readonly #router: Router;
  readonly #writer: Writer;
  readonly #views: StoreViews;
  readonly #writeForms: Forms<Write>;
  readonly #readForms: Forms<Read>;
  #closed = false;

  constructor(router: Router, nodeId: number | null) {
    this.#router = router;
    this.#writer = { nodeId, session: null };
    this.#views = new StoreViews(router, nodeId);
    this.#writeForms = this.#forms(holdingWrites);
    this.#readForms = this.#forms<Read>({
      held: () => undefined,
      released: () => undefined,
      errorOf: (_read, cause) => router.neverSent(cause),
    });
  }

  /** `data` reads the caller's arguments: it may throw anything. So for the three below. */
  write<Value>(type: OperationType, data: () => object, options: unknown): Promise<Value> {
    return this.#submit(() => ({ type, data: plainCopy(data()) }), options, 'valueAlone');
  }

  createTopics(data: () => object, options: unknown): Promise<TopicResult[]> {
    return this.#writeOrValidate('create_topics', data, options, 'topicResults');
  }

  alterTopicConfigs(data: () => object, options: unknown): Promise<TopicInfo> {
    return this.#writeOrValidate('alter_topic_configs', data, options, 'valueAlone');
  }

  read<Value>(type: QueryType | ControllerRequestType, members: () => object, options: unknown): Promise<Value> {
    return this.#ask(() => ({ type, ...members() }), options, 'valueAlone');
  }

  /**
   * A write, and then a read of what it comes to in time; of one deadline and one signal. `sequel` is given the data as
   * they were written, and the answer.
   */
  writeThenRead<Value>(
    type: OperationType,
    data: () => object,
    sequel: (data: never, written: never) => Sequel,
    options: unknown,
  ): Promise<Value> {
    try {
      const call = readCallArguments(options, this.#router.options.proposalTimeoutMs);
      const plainData = plainCopy(data());
      const command = encodeOperation({ type, data: plainData }, this.#router.options.random);
      if (this.#closed) throw stopped();
      return this.#router.propose(this.#writer, command, call, this.#writeForms.valueAlone).then((written) => {
        const { query, failed } = sequel(plainData as never, written as never);
        return this.#router
          .read(this.#writer.nodeId, query, { ...call, local: false }, this.#readForms.valueAlone)
          .catch((error: unknown) => {
            throw error instanceof ClusterError ? failed(error) : error;
          });
      }) as Promise<Value>;
    } catch (thrown) {
      return refuse(thrown);
    }
  }

  propose(operation: () => unknown, options: unknown): Promise<{ index: number; value: unknown }> {
    return this.#submit(() => plainCopy(operation()) as PlainOperation, options, 'valueWithIndex');
  }

  query(query: () => unknown, options: unknown): Promise<{ index: number; value: unknown }> {
    return this.#ask(query, options, 'valueWithIndex');
  }

  watch(options: unknown): Watch {
    const { fromIndex, signal } = readWatchOptions(options);
    if (this.#closed) throw stopped();
    return this.#router.watches.open({ store: this, nodeId: this.#writer.nodeId, fromIndex, signal });
  }

  view(options: unknown): Promise<MetadataView> {
    return this.#views.open(options);
  }

  drawPlacementSeed(): number {
    return drawPlacementSeed(this.#router.options.random);
  }

  close(): void {
    this.#closed = true;
    this.#router.watches.endAllOf(this);
    this.#views.close();
  }

  /**
   * What is only to be validated is asked as a linearizable read, of the state that the write would meet: the operation
   * itself would answer the same, but as an entry of the log, stored and synced by every node for nothing.
   */
  #writeOrValidate<Value>(
    type: OperationType,
    data: () => object,
    options: unknown,
    form: keyof Forms<Call>,
  ): Promise<Value> {
    const operation = (): PlainOperation => ({ type, data: plainCopy(data()) });
    try {
      if (!isValidateOnly(options)) return this.#submit(operation, options, form);
    } catch (thrown) {
      return refuse(thrown);
    }
    const validate = (): object => ({ type: 'validate', operation: { ...operation(), timestamp: Date.now() } });
    return this.#ask(validate, options, form);
  }

  #forms<Asked extends Call>(holding: Holding<Asked>): Forms<Asked> {
    const form = (valueOf: ValueOf): AnswerForm<Asked> => {
      return (index, result, call) => this.#views.settle({ index, call, value: valueOf(index, result) }, holding);
    };
    return {
      valueAlone: form(valueAlone),
      valueWithIndex: form(valueWithIndex),
      topicResults: form(topicResults),
    };
  }

  #submit<Value>(read: () => PlainOperation, o: unknown, form: keyof Forms<Write>): Promise<Value> {
    try {
      const call = readCallArguments(o, this.#router.options.proposalTimeoutMs);
      const command = encodeOperation(read(), this.#router.options.random);
      if (this.#closed) throw stopped();
      return this.#router.propose(this.#writer, command, call, this.#writeForms[form]) as Promise<Value>;
    } catch (thrown) {
      return refuse(thrown);
    }
  }

  #ask<Value>(query: () => unknown, o: unknown, form: keyof Forms<Read>): Promise<Value> {
    try {
      const call = readCallArguments(o, this.#router.options.proposalTimeoutMs);
      const request = plainCopy(query());
      if (this.#closed) throw stopped();
      return this.#router.read(this.#writer.nodeId, request, call, this.#readForms[form]) as Promise<Value>;
    } catch (thrown) {
      return refuse(thrown);
    }
  }
}

function refuse(thrown: unknown): Promise<never> {
  // A bug of ours, not of the caller's.
  if (thrown instanceof AssertionError) throw thrown;
  return Promise.reject(unreadable(thrown));
}

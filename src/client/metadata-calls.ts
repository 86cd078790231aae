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
import type { AnswerForm } from './call.js';
import { drawPlacementSeed, encodeOperation } from './encode-operation.js';
import { isValidateOnly, readCallArguments, unreadable } from './options.js';
import { stopped } from './outcomes.js';
import { plainCopy } from './plain-copy.js';
import type { Router } from './router.js';
import type { Writer } from './write.js';

/** What became of one topic of several. */
export type TopicResult = { name: string; topic: TopicInfo } | { name: string; error: ClusterError };

const valueAlone: AnswerForm = (_index, result) => {
  const answer = receiveAnswer(result);
  return 'error' in answer ? toClusterError(answer.error) : answer.value;
};
const valueWithIndex: AnswerForm = (index, result) => {
  const answer = receiveAnswer(result);
  return 'error' in answer ? toClusterError(answer.error) : { index, value: answer.value };
};

const topicResults: AnswerForm = (_index, result) => {
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

export class MetadataCalls {
  readonly #router: Router;
  readonly #writer: Writer;
  #closed = false;

  constructor(router: Router, nodeId: number | null) {
    this.#router = router;
    this.#writer = { nodeId, session: null };
  }

  /** `data` reads the caller's arguments: it may throw anything. So for the three below. */
  write<Value>(type: OperationType, data: () => object, options: unknown): Promise<Value> {
    return this.#submit(() => ({ type, data: plainCopy(data()) }), options, valueAlone);
  }

  createTopics(data: () => object, options: unknown): Promise<TopicResult[]> {
    return this.#writeOrValidate('create_topics', data, options, topicResults);
  }

  alterTopicConfigs(data: () => object, options: unknown): Promise<TopicInfo> {
    return this.#writeOrValidate('alter_topic_configs', data, options, valueAlone);
  }

  read<Value>(type: QueryType | ControllerRequestType, members: () => object, options: unknown): Promise<Value> {
    return this.#ask(() => ({ type, ...members() }), options, valueAlone);
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
      return this.#router.propose(this.#writer, command, call, valueAlone).then((written) => {
        const { query, failed } = sequel(plainData as never, written as never);
        return this.#router
          .read(this.#writer.nodeId, query, { ...call, local: false }, valueAlone)
          .catch((error: unknown) => {
            throw error instanceof ClusterError ? failed(error) : error;
          });
      }) as Promise<Value>;
    } catch (thrown) {
      return refuse(thrown);
    }
  }

  propose(operation: () => unknown, options: unknown): Promise<{ index: number; value: unknown }> {
    return this.#submit(() => plainCopy(operation()) as PlainOperation, options, valueWithIndex);
  }

  query(query: () => unknown, options: unknown): Promise<{ index: number; value: unknown }> {
    return this.#ask(query, options, valueWithIndex);
  }

  drawPlacementSeed(): number {
    return drawPlacementSeed(this.#router.options.random);
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * What is only to be validated is asked as a linearizable read, of the state that the write would meet: the operation
   * itself would answer the same, but as an entry of the log, stored and synced by every node for nothing.
   */
  #writeOrValidate<Value>(type: OperationType, data: () => object, options: unknown, form: AnswerForm): Promise<Value> {
    const operation = (): PlainOperation => ({ type, data: plainCopy(data()) });
    try {
      if (!isValidateOnly(options)) return this.#submit(operation, options, form);
    } catch (thrown) {
      return refuse(thrown);
    }
    const validate = (): object => ({ type: 'validate', operation: { ...operation(), timestamp: Date.now() } });
    return this.#ask(validate, options, form);
  }

  #submit<Value>(read: () => PlainOperation, o: unknown, form: AnswerForm): Promise<Value> {
    try {
      const call = readCallArguments(o, this.#router.options.proposalTimeoutMs);
      const command = encodeOperation(read(), this.#router.options.random);
      if (this.#closed) throw stopped();
      return this.#router.propose(this.#writer, command, call, form) as Promise<Value>;
    } catch (thrown) {
      return refuse(thrown);
    }
  }

  #ask<Value>(query: () => unknown, o: unknown, form: AnswerForm): Promise<Value> {
    try {
      const call = readCallArguments(o, this.#router.options.proposalTimeoutMs);
      const request = plainCopy(query());
      if (this.#closed) throw stopped();
      return this.#router.read(this.#writer.nodeId, request, call, form) as Promise<Value>;
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

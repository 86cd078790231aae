/**
 * `conclave up --engine etcd`: connect to the log in etcd, register brokers and create topics where nothing is there
 * yet, print, then stay up and serve. Other processes may do the same on the same prefix at the same time: what one of
 * them was faster in stays as it is.
 */

import { ClusterError, connectStore } from '../index.js';
import type { ConnectedStore, EtcdPlace, LogSink, Wait } from '../index.js';
import { countsOf, elapsedMs } from './check.js';
import { engineFacts } from './engine-text.js';
import { CommandError, ExitCode } from './errors.js';
import { readPlace, withAdvice } from './etcd-options.js';
import { Heartbeats } from './heartbeats.js';
import type { Filling } from './import-file.js';
import { writeEvents } from './live-events.js';
import { logWriter } from './log-lines.js';
import { createProgress, type Progress } from './progress.js';
import { checkFilling, differencesFrom, isOwn, missingFrom, refusalError, tryToFill } from './provision.js';
import { coloursFor, withPlainText } from './screen.js';
import { serve } from './serving.js';
import { countsText, factLines, formatDuration, plural, topicTable } from './tables.js';
import type { Terminal } from './terminal.js';
import type { UpEtcdRequest } from './up-command.js';
import { fillingOf, hasLocalBrokers, isSample } from './up-filling.js';
import { packageVersion } from './version.js';
import type { Service } from '../service/service.js';

/** Whoever is there answers sooner, or has no majority. */
const LONGEST_CONNECT_MS = 10_000;

interface Run {
  options: UpEtcdRequest;
  terminal: Terminal;
  progress: Progress;
  /** Bounds every call until the store stays up. */
  wait: Wait & { timeoutMs: number };
}

/** The exit code when it ends by itself; an interrupt rejects with whatever it broke off. */
export async function upOnEtcd(options: UpEtcdRequest, onTerminal: Terminal): Promise<number> {
  const stderr = options.logLevel === null ? onTerminal.stderr : withPlainText(onTerminal.stderr);
  const terminal = { ...onTerminal, stderr };
  const requested = await fillingOf(options);
  const place = await readPlace(options.etcd);
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort();
  }, options.timeoutMs);
  const wait = { timeoutMs: options.timeoutMs, signal: AbortSignal.any([deadline.signal, terminal.interrupt]) };
  const progress = createProgress(stderr, coloursFor(stderr, terminal.environment));
  const run = { options, terminal, progress, wait };
  const heartbeats = new Heartbeats();
  let store: ConnectedStore | undefined;
  let service: Service | undefined;
  try {
    store = await connect(run, place);
    await prepare(run, store, requested);
    heartbeats.begin(store, (await store.listBrokers(wait)).filter(isOwn));
    service = await serve(store, { ...options, version: packageVersion() }, stderr);
    await printState(run, store, service.url);
    clearTimeout(timer);
    await writeEvents(store, store, terminal.interrupt, stderr);
    // It has ended by itself: this rejects with what has ended it.
    if (!terminal.interrupt.aborted) await store.status();
    return ExitCode.ok;
  } catch (error) {
    if (error instanceof CommandError || !(deadline.signal.aborted || isTimeout(error))) throw error;
    const limit = formatDuration(options.timeoutMs);
    throw new CommandError(`timed out after ${limit}: ${progress.step}`, ExitCode.timeout);
  } finally {
    clearTimeout(timer);
    progress.stop();
    await service?.close();
    await heartbeats.end();
    await store?.close();
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof ClusterError && error.code === 'Timeout';
}

async function connect({ options, terminal, progress, wait }: Run, place: EtcdPlace): Promise<ConnectedStore> {
  const { logLevel, timeoutMs } = options;
  const endpoints = place.endpoints.join(', ');
  const write: LogSink['write'] = logWriter(terminal.stderr, coloursFor(terminal.stderr, terminal.environment));
  progress.begin(`Joining ${place.prefix} in etcd at ${endpoints}`);
  const beganAtMs = performance.now();
  try {
    const store = await connectStore({
      engine: 'etcd',
      ...place,
      ...(logLevel === null ? {} : { logger: { level: logLevel, write } }),
      startTimeoutMs: Math.min(Math.ceil(timeoutMs / 2), LONGEST_CONNECT_MS),
      ...(wait.signal === undefined ? {} : { signal: wait.signal }),
    });
    progress.end(`Joined ${place.prefix} in etcd at ${endpoints} in ${elapsedMs(beganAtMs)} ms`);
    return store;
  } catch (error) {
    throw withAdvice(error, place);
  }
}

/** Again as long as others were faster in something: what they did is there then. */
async function prepare(run: Run, store: ConnectedStore, requested: Filling): Promise<void> {
  const { progress, wait, options, terminal } = run;
  progress.begin('Reading the state');
  let isFirst = true;
  for (;;) {
    const found = await store.metadata(wait);
    const isAsked = options.topics !== null || options.brokers !== null;
    const isWanted = isAsked || (isSample(found, requested) && hasLocalBrokers(found));
    const wanted = isWanted ? requested : { brokers: [], fenced: [], topics: [] };
    if (isFirst) for (const line of differencesFrom(found, wanted)) terminal.stderr.write(`conclave: ${line}\n`);
    isFirst = false;
    const missing = missingFrom(found, wanted);
    const { brokers, topics } = missing;
    if (brokers.length + topics.length === 0) {
      progress.end(`${countsText(countsOf(found))} are there`);
      return;
    }
    progress.begin(`Registering ${plural(brokers.length, 'broker')} and creating ${plural(topics.length, 'topic')}`);
    await checkFilling(found, missing, wait);
    const refusals = await tryToFill(store, Object.keys(found.brokers).length + brokers.length, missing, wait);
    const others = refusals.filter(({ reason }) => reason.code !== 'BrokerExists' && reason.code !== 'TopicExists');
    if (others.length > 0) throw refusalError(others);
  }
}

async function printState(
  { options, terminal, progress, wait }: Run,
  store: ConnectedStore,
  url: string,
): Promise<void> {
  const { stdout, stderr, environment } = terminal;
  progress.begin('Reading the state');
  const status = await store.status();
  const [brokers, topics] = await Promise.all([store.listBrokers(wait), store.listTopics(wait)]);
  progress.stop();
  if (options.output === 'json') {
    stdout.write(`${JSON.stringify({ url, status, brokers, topics })}\n`);
    return;
  }
  if (stderr.isTTY === true) stderr.write('\n');
  stdout.write(`${factLines(engineFacts(status))}\n\n${topicTable(topics, coloursFor(stdout, environment))}\n`);
}

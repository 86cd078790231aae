/**
 * Does what a verb asks of a running cluster, and shows it: once, or again whenever it has changed. Data goes to
 * stdout, everything else to stderr.
 */

import { answerText } from './answer.js';
import { CommandError, ExitCode } from './errors.js';
import { blockPainter } from './painters.js';
import { createProgress } from './progress.js';
import { connect, NOT_OURS, type Remote } from './remote.js';
import { coloursFor } from './screen.js';
import type { Terminal } from './terminal.js';
import type { RemoteOptions, RemoteRequest } from './verbs.js';
import { packageVersion } from './version.js';

const LOOK_AGAIN_MS = 1_000;
/** Whoever is answered sooner needs no word of waiting. */
const PATIENCE_MS = 300;

interface Shown {
  text: string;
  exitCode: number;
}

/** The exit code. */
export async function workRemote(request: RemoteRequest, terminal: Terminal): Promise<number> {
  const { watch, untilWell } = request.options;
  const remote = connect({ ...request.options, version: packageVersion(), interrupt: terminal.interrupt });
  const show = createShow(request.options, terminal);
  for (;;) {
    const shown = await look(request, remote, terminal);
    if (shown === null) return ExitCode.ok;
    show(shown.text);
    if (!watch || (untilWell && shown.exitCode === ExitCode.ok)) return shown.exitCode;
    await remote.pause(LOOK_AGAIN_MS);
  }
}

async function look({ options, work }: RemoteRequest, remote: Remote, terminal: Terminal): Promise<Shown | null> {
  const { stdout, stderr, environment } = terminal;
  const progress = createProgress(stderr, coloursFor(stderr, environment));
  const timer = setTimeout(() => {
    progress.begin(`Waiting for ${remote.url}`);
  }, PATIENCE_MS);
  const print = (line: string): void => {
    clearTimeout(timer);
    progress.stop();
    stdout.write(`${line}\n`);
  };
  try {
    const answer = await work(remote, print);
    if (answer === null) return null;
    const style = {
      colours: coloursFor(stdout, environment),
      wide: options.output === 'wide',
      headers: options.headers,
    };
    return { text: answerText(answer, options.output, style), exitCode: answer.exitCode ?? ExitCode.ok };
  } catch (error) {
    throw await explained(error, remote);
  } finally {
    clearTimeout(timer);
    progress.stop();
  }
}

/** Who answers in a way that nobody expects may be of another version: then that is the error. */
async function explained(error: unknown, remote: Remote): Promise<unknown> {
  const isOurs = error instanceof CommandError && !/^NotFound:/.test(error.message);
  if (isOurs && !error.message.includes(NOT_OURS)) return error;
  const answer = await remote.get('/status').catch(() => null);
  if (typeof answer === 'object' && answer !== null && 'version' in answer)
    remote.demandVersion(String(answer.version));
  return error instanceof CommandError ? error : new CommandError(`${remote.url} ${NOT_OURS}`, ExitCode.failure);
}

/** Shows a text unless it is the one before: on a terminal in its place, elsewhere below it. */
function createShow({ watch, output }: RemoteOptions, { stdout }: Terminal): (text: string) => void {
  const draw = watch && output !== 'json' && stdout.isTTY === true ? blockPainter(stdout) : undefined;
  let before: string | undefined;
  return (text) => {
    if (text === before) return;
    before = text;
    if (draw === undefined) stdout.write(text === '' ? '' : `${text}\n`);
    else draw(text.split('\n'));
  };
}

/** Verbs against a running cluster, run without a process and a port: their words parsed, their calls answered. */
import * as assert from 'uvu/assert';
import { answerText } from '../../src/cli/answer.js';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { CommandError } from '../../src/cli/errors.js';
import type { Remote } from '../../src/cli/remote.js';
import { coloursFor } from '../../src/cli/screen.js';
import type { RemoteRequest } from '../../src/cli/verbs.js';
import { cannedAnswers } from './canned-cluster.js';

const plain = coloursFor({ write: () => true }, { NO_COLOR: '1' });

export function parseVerb(words: string): RemoteRequest {
  const request = parseCommandLine(words.split(' '), { stdout: () => undefined, columns: 100 });
  if (request?.command === 'remote') return request;
  throw new Error(`${words} asks no cluster`);
}

interface Done {
  /** "POST /nodes/2/kill" and its body, if any. */
  sent: unknown[];
  shown: string;
  exitCode: number;
}

export async function runVerb(words: string): Promise<Done> {
  const { options, work } = parseVerb(words);
  const sent: unknown[] = [];
  const answer = (call: string, body?: unknown): Promise<unknown> => {
    sent.push(call, ...(body === undefined ? [] : [body]));
    assert.ok(call in cannedAnswers, call);
    return Promise.resolve(cannedAnswers[call]);
  };
  const remote: Remote = {
    url: options.url,
    get: (path) => answer(`GET ${path}`),
    send: (method, path, body) => answer(`${method} ${path}`, body),
    stream: () => unasked('a stream'),
    pause: () => unasked('a pause'),
    demandVersion: () => undefined,
  };
  const given = await work(remote, () => unasked('printing'));
  if (given === null) throw new Error(`${words} shows nothing`);
  const { headers, output } = options;
  const shown = answerText(given, output, { colours: plain, wide: output === 'wide', headers });
  return { sent, shown, exitCode: given.exitCode ?? 0 };
}

export function complaintOf(words: string): string {
  try {
    parseVerb(words);
  } catch (error) {
    assert.instance(error, CommandError);
    assert.is((error as CommandError).exitCode, 2);
    return (error as CommandError).message;
  }
  return 'accepted';
}

function unasked(what: string): never {
  throw new Error(`only watch needs ${what}`);
}

/** Requests to the service that this page came from, and its refusals as they are told. */
import type { BrowsePage } from '../index.js';
import { authorization } from './token.js';

/** What the service, or the way to it, refused. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  return new ApiFailure('Unreachable', 'the service does not answer');
}

export async function post(path: string, body: object = {}): Promise<void> {
  await ask(path, {
    method: 'POST',
    headers: { ...authorization(), 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

export async function browse<Row>(of: string, wanted: Readonly<Record<string, string>>): Promise<BrowsePage<Row>> {
  const answer = await ask(`/v1/browse/${of}?${new URLSearchParams(wanted).toString()}`, { headers: authorization() });
  return (await answer.json()) as BrowsePage<Row>;
}

/** Rejects with an `ApiFailure` where it is refused, with the browser's error where nobody answers. */
export async function ask(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(path, { ...init, cache: 'no-store' });
  if (answer.ok) return answer;
  const told = (await answer.json().catch(() => null)) as { error?: { code?: string; message?: string } } | null;
  throw new ApiFailure(told?.error?.code ?? `HTTP ${answer.status}`, told?.error?.message ?? answer.statusText);
}

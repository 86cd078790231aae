/**
 * Who may ask what, before any route is looked at: how often, under which name of this machine (a page of another site
 * may have pointed its own name here), from which page, with which token, and whether for more than a look.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { PAGE_PATHS } from './page-routes.js';
import { hasBody, tooLarge } from './body.js';
import { Refusal } from './error-response.js';
import type { Parts } from './parts.js';
import { createRateLimit } from './rate-limit.js';
import type { App, Context } from './web.js';

type Guard = (context: Context) => void;

/**
 * For whoever looks after the process: they have no token, and learn nothing else. And the files of the live page,
 * which say nothing of this cluster: it asks for a token where one is needed.
 */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', ...PAGE_PATHS]);

export function addGuards(app: App, { options, limits }: Parts): void {
  const guards: Guard[] = [
    rateGuard(createRateLimit(limits, () => performance.now())),
    hostGuard(options.host),
    originGuard,
    ...(options.token === null ? [] : [tokenGuard(options.token)]),
    ...(options.readOnly ? [readOnlyGuard] : []),
    ({ env: { incoming } }) => {
      if (Number(incoming.headers['content-length'] ?? 0) > limits.bodyBytes) throw tooLarge(limits);
    },
    typeGuard,
  ];
  app.use(async (context, next) => {
    for (const guard of guards) guard(context);
    await next();
  });
}

function rateGuard(take: (address: string) => boolean): Guard {
  return ({ env: { incoming } }) => {
    if (take(incoming.socket.remoteAddress ?? '')) return;
    throw new Refusal('Overloaded', 'too many requests from this address');
  };
}

function hostGuard(listenHost: string): Guard {
  const own = new Set(['localhost', '127.0.0.1', '[::1]', bracketed(listenHost.toLowerCase())]);
  // Listening everywhere, it has addresses that it does not know; a name could be anybody's, a number is ours.
  const isEverywhere = listenHost === '0.0.0.0' || listenHost === '::';
  return (context) => {
    const { hostname } = new URL(context.req.url);
    if (own.has(hostname)) return;
    if (isEverywhere && isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return;
    throw new Refusal('Forbidden', 'the host of the request is not this service');
  };
}

/** As in a URL. */
export function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** A browser tells where a request comes from; everybody else says nothing. */
function originGuard(context: Context): void {
  const { origin, 'sec-fetch-site': site } = context.env.incoming.headers;
  const isForeign = origin !== undefined && hostOf(origin) !== new URL(context.req.url).host;
  const isEmbedded = (site === 'cross-site' || site === 'same-site') && context.req.path.startsWith('/v1/');
  if (isForeign || isEmbedded) throw new Refusal('Forbidden', 'the request comes from a page of another site');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function tokenGuard(token: string): Guard {
  const expected = digest(`Bearer ${token}`);
  return (context) => {
    if (OPEN_PATHS.has(context.req.path)) return;
    const given = digest(context.env.incoming.headers.authorization ?? '');
    if (timingSafeEqual(given, expected)) return;
    throw new Refusal('Unauthorized', 'a token is needed: Authorization: Bearer TOKEN', {
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  };
}

/** Of equal length, whatever is compared. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function readOnlyGuard({ env: { incoming } }: Context): void {
  if (incoming.method === 'GET' || incoming.method === 'HEAD') return;
  throw new Refusal('ReadOnly', 'this service is read-only');
}

/** A form of another site can send text without asking first; JSON it cannot. */
function typeGuard({ env: { incoming } }: Context): void {
  if (!hasBody(incoming)) return;
  const [type = ''] = (incoming.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() === 'application/json') return;
  throw new Refusal('UnsupportedMediaType', 'a body must be application/json');
}

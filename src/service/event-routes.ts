/** The stream of events: which of them, and from where on. */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { invalid } from './error-response.js';
import { readWhole } from './body.js';
import { topics, type Topic } from './event-streams.js';
import type { Parts } from './parts.js';
import type { App, Context } from './web.js';

export function addEventRoutes(app: App, { streams }: Parts): void {
  app.get('/v1/events', (context) => {
    if (context.req.method === 'HEAD') return context.body(null);
    streams.open(context.env.outgoing, { fromIndex: readFromIndex(context), topics: readTopics(context) });
    return RESPONSE_ALREADY_SENT;
  });
}

/** A client that comes again asks with the URL of its first time: what it has had since counts. */
function readFromIndex(context: Context): number | null {
  const last = context.env.incoming.headers['last-event-id'];
  if (typeof last === 'string' && last !== '') return readWhole(last, 'Last-Event-ID');
  const from = context.req.query('fromIndex');
  return from === undefined ? null : readWhole(from, 'fromIndex');
}

function readTopics(context: Context): ReadonlySet<Topic> {
  const text = context.req.query('include');
  if (text === undefined) return new Set(topics.filter((topic) => topic !== 'picture'));
  const known: ReadonlySet<string> = new Set(topics);
  const names = text.split(',');
  if (!names.every((name) => known.has(name))) throw invalid(`include must be some of ${topics.join(',')}`);
  return new Set(names as Topic[]);
}

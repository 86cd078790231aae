/** The types of Hono as they are used here. Types only. */
import type { HttpBindings } from '@hono/node-server';
import type { Context as HonoContext, Hono } from 'hono';

interface Environment {
  Bindings: HttpBindings;
}

export type App = Hono<Environment>;
export type Context = HonoContext<Environment>;

/**
 * The live page: a few files that the build made of `src/page`, as they are. They come with the package, and ask for
 * nothing that is not here.
 */
import { readFile } from 'node:fs/promises';
import { Refusal } from './error-response.js';
import type { App } from './web.js';

/** Seen from dist/src/service. */
const FOLDER = new URL('../../page/', import.meta.url);

const files: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
};

export const PAGE_PATHS = Object.keys(files);

/** No script, style, picture or address but its own; nobody may frame it, and its forms go nowhere by themselves. */
const headers = {
  'Content-Security-Policy':
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function addPageRoutes(app: App): void {
  for (const [path, { file, type }] of Object.entries(files)) {
    app.get(path, async (context) => context.body(await read(file), 200, { ...headers, 'Content-Type': type }));
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(new URL(file, FOLDER), 'utf8');
  } catch {
    throw new Refusal('NotFound', 'the live page is not built: npm run build');
  }
}

/** Entry point of the live page: shows it, and begins to listen. */
import { render } from 'preact';
import { App } from './components/app.js';
import { Feed } from './feed.js';
import { tell } from './store.js';
import { keepToken } from './token.js';

const feed = new Feed(tell);

function takeToken(token: string | null): void {
  keepToken(token);
  tell({ kind: 'connection', connection: { kind: 'connecting' } });
  feed.start();
}

const place = document.getElementById('page');
if (place !== null) render(<App onToken={takeToken} />, place);
feed.start();

/** What the drawn messages stand for. */
import type { JSX } from 'preact';
import type { Shape } from '../state/traffic.js';

const SHAPES: readonly (readonly [shape: Shape, text: string, path: string])[] = [
  ['append', 'append', 'M2 6a4 4 0 1 0 8 0a4 4 0 1 0-8 0'],
  ['acknowledge', 'acknowledgement', 'M2.5 6a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0'],
  ['heartbeat', 'heartbeat, read', 'M4 6a2 2 0 1 0 4 0a2 2 0 1 0-4 0'],
  ['vote', 'vote, transfer', 'M6 1.5 10.5 6 6 10.5 1.5 6Z'],
  ['snapshot', 'snapshot', 'M2 2h8v8h-8Z'],
  ['lost', 'lost', 'M2 2l8 8m0-8l-8 8'],
];

export function Legend(): JSX.Element {
  return (
    <>
      <ul class="legend" aria-label="What the drawn messages are">
        {SHAPES.map(([shape, text, path]) => (
          <li key={shape}>
            <svg viewBox="0 0 12 12" width="12" height="12" class={`shape ${shape}`} aria-hidden="true">
              <path d={path} />
            </svg>
            {text}
          </li>
        ))}
      </ul>
      <p class="note">
        A sample of the messages that passed: at most three for each direction between two looks, slowed down.
      </p>
    </>
  );
}

/**
 * Messages on their way over the links of the ring, on a canvas: what `traffic.ts` has picked from those that were
 * counted. Their order and kinds are real, their speed is not to scale.
 */
import { directionLine, placeNodes, pointOn, RING, type Line } from '../state/ring.js';
import type { PageState } from '../state/page-state.js';
import type { Shape } from '../state/traffic.js';
import { watch } from '../store.js';

const TRAVEL_MS = 620;
const MAX_DOTS = 600;

interface Dot {
  readonly line: Line;
  readonly shape: Shape;
  readonly startsAtMs: number;
}

/** Returns what ends it. Draws nothing for whoever wants no motion. */
export function drawMessages(canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext('2d');
  const stillness = matchMedia('(prefers-reduced-motion: reduce)');
  let dots: Dot[] = [];
  let frame: number | null = null;

  const draw = (nowMs: number): void => {
    frame = null;
    if (context === null) return;
    const scale = fit(canvas);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, RING.width, RING.height);
    const colours = getComputedStyle(canvas);
    dots = dots.filter((dot) => nowMs < dot.startsAtMs + TRAVEL_MS);
    for (const dot of dots) drawDot(context, dot, nowMs, colours);
    if (dots.length > 0) frame = requestAnimationFrame(draw);
  };

  const unwatch = watch((state) => {
    if (stillness.matches || state.drawn.length === 0) return;
    const room = MAX_DOTS - dots.length;
    dots.push(...setOut(state, performance.now()).slice(0, Math.max(0, room)));
    frame ??= requestAnimationFrame(draw);
  });
  return () => {
    unwatch();
    if (frame !== null) cancelAnimationFrame(frame);
  };
}

let lastDrawn: PageState['drawn'] = [];

/** Those of the last picture, unless they have set out already. */
function setOut({ drawn, drawnOverMs, picture }: PageState, nowMs: number): Dot[] {
  if (drawn === lastDrawn || picture === null) return [];
  lastDrawn = drawn;
  const places = placeNodes(picture.nodes.map(({ id }) => id));
  return drawn.flatMap(({ from, to, shape }, position) => {
    const [start, end] = [places.get(from), places.get(to)];
    if (start === undefined || end === undefined) return [];
    const startsAtMs = nowMs + ((position * 0.618) % 1) * drawnOverMs;
    return [{ line: directionLine(start, end), shape, startsAtMs }];
  });
}

/** Device pixels for each unit of the ring. */
function fit(canvas: HTMLCanvasElement): number {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round((width * RING.height) / RING.width);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return width / RING.width;
}

function drawDot(
  context: CanvasRenderingContext2D,
  { line, shape, startsAtMs }: Dot,
  nowMs: number,
  colours: CSSStyleDeclaration,
): void {
  const share = (nowMs - startsAtMs) / TRAVEL_MS;
  if (share < 0) return;
  // What was lost comes half of the way.
  const { x, y } = pointOn(line, shape === 'lost' ? share / 2 : share);
  context.globalAlpha = shape === 'lost' ? 1 - share : 1;
  const colour = colours.getPropertyValue(`--dot-${shape}`);
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  trace(context, shape, x, y);
  if (shape === 'acknowledge' || shape === 'lost') context.stroke();
  else context.fill();
  context.globalAlpha = 1;
}

function trace(context: CanvasRenderingContext2D, shape: Shape, x: number, y: number): void {
  switch (shape) {
    case 'vote':
    case 'transfer':
      context.moveTo(x, y - 5);
      context.lineTo(x + 5, y);
      context.lineTo(x, y + 5);
      context.lineTo(x - 5, y);
      return;
    case 'snapshot':
      context.rect(x - 4, y - 4, 8, 8);
      return;
    case 'lost':
      context.moveTo(x - 4, y - 4);
      context.lineTo(x + 4, y + 4);
      context.moveTo(x + 4, y - 4);
      context.lineTo(x - 4, y + 4);
      return;
    default:
      context.arc(x, y, shape === 'append' ? 3.5 : shape === 'acknowledge' ? 3 : 2, 0, 2 * Math.PI);
  }
}

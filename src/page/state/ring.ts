/** Where nodes stand and links run, in the units of the ring's own view box. */

export const RING = { width: 400, height: 340, radius: 122, nodeRadius: 27 };

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** By id, the first at the top, clockwise. */
export function placeNodes(ids: readonly number[]): Map<number, Point> {
  const { width, height, radius } = RING;
  const sorted = [...ids].sort((a, b) => a - b);
  return new Map(
    sorted.map((id, place) => {
      const angle = (2 * Math.PI * place) / sorted.length - Math.PI / 2;
      return [id, { x: width / 2 + radius * Math.cos(angle), y: height / 2 + radius * Math.sin(angle) + lift(sorted) }];
    }),
  );
}

/** Three nodes make a triangle whose middle lies above that of its circle. */
function lift(ids: readonly number[]): number {
  return ids.length === 3 ? RING.radius / 6 : 0;
}

export interface Line {
  readonly start: Point;
  readonly end: Point;
}

/** One direction of a link: beside the line between the two nodes, from the edge of one to the edge of the other. */
export function directionLine(from: Point, to: Point): Line {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const [ox, oy] = [-uy * SIDE, ux * SIDE];
  const inset = RING.nodeRadius + 5;
  return {
    start: { x: from.x + ux * inset + ox, y: from.y + uy * inset + oy },
    end: { x: to.x - ux * inset + ox, y: to.y - uy * inset + oy },
  };
}

const SIDE = 3.5;

export function pointOn({ start, end }: Line, share: number): Point {
  return { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share };
}

/** Where a label of that direction stands: off the line, on its own side. */
export function besideLine(line: Line, share: number): Point {
  const { x, y } = pointOn(line, share);
  const [dx, dy] = [line.end.x - line.start.x, line.end.y - line.start.y];
  const length = Math.hypot(dx, dy) || 1;
  return { x: x - (dy / length) * LABEL_OFFSET, y: y + (dx / length) * LABEL_OFFSET };
}

const LABEL_OFFSET = 10;

/** By the even-odd rule. */
export function isInside(point: Point, outline: readonly Point[]): boolean {
  let inside = false;
  outline.forEach((corner, place) => {
    const before = outline.at(place - 1) ?? corner;
    const crosses = corner.y > point.y !== before.y > point.y;
    const crossing = ((before.x - corner.x) * (point.y - corner.y)) / (before.y - corner.y) + corner.x;
    if (crosses && point.x < crossing) inside = !inside;
  });
  return inside;
}

/** A line drawn round nodes with a pointer: those inside go into the next free group. */
import type { SVGAttributes, TargetedPointerEvent } from 'preact';
import { useState } from 'preact/hooks';
import { assign, nextGroup, type Groups } from '../state/groups.js';
import { isInside, RING, type Point } from '../state/ring.js';

interface LassoTerms {
  readonly places: ReadonlyMap<number, Point>;
  readonly groups: Groups;
  /** Null: it may not be drawn. */
  readonly onGroups: ((groups: Groups) => void) | null;
}

interface Lasso {
  /** Path data; '' while nothing is drawn. */
  readonly outline: string;
  readonly handlers: SVGAttributes<SVGSVGElement>;
}

type Pointing = TargetedPointerEvent<SVGSVGElement>;

export function useLasso({ places, groups, onGroups }: LassoTerms): Lasso {
  const [points, setPoints] = useState<readonly Point[]>([]);
  if (onGroups === null) return { outline: '', handlers: {} };
  const end = (): void => {
    const inside = [...places].filter(([, place]) => isInside(place, points)).map(([id]) => id);
    if (inside.length > 0) onGroups(assign(groups, inside, nextGroup(groups, [...places.keys()])));
    setPoints([]);
  };
  return {
    outline: points.length < 2 ? '' : `M${points.map(({ x, y }) => `${x} ${y}`).join('L')}Z`,
    handlers: {
      onPointerDown: (event: Pointing) => {
        if (event.button !== 0) return;
        setPoints([pointOf(event)]);
      },
      onPointerMove: (event: Pointing) => {
        if (points.length === 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setPoints([...points, pointOf(event)]);
      },
      onPointerUp: end,
      onPointerCancel: () => {
        setPoints([]);
      },
    },
  };
}

/** In the units of the view box. */
function pointOf(event: Pointing): Point {
  const { left, top, width } = event.currentTarget.getBoundingClientRect();
  const scale = RING.width / width;
  return { x: (event.clientX - left) * scale, y: (event.clientY - top) * scale };
}

/**
 * The nodes in a ring, the two directions of each link between them, and over them the messages that pass (`dots.ts`).
 * A line drawn round nodes puts them into a group of their own. For pointers: keyboards have the lists beside it.
 */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { DirectionReport } from '../../index.js';
import type { LinkPicture, NodePicture, Picture } from '../../service/picture.js';
import { groupOf, isSplit, type Groups } from '../state/groups.js';
import { roleText, termTone } from '../state/node-text.js';
import { besideLine, directionLine, placeNodes, pointOn, RING, type Line, type Point } from '../state/ring.js';
import { shortFaultText, type Selection } from '../state/link-text.js';
import { drawMessages } from './dots.js';
import { useLasso } from './lasso.js';
import { Legend } from './legend.js';
import { Panel } from './panel.js';

interface RingProps {
  readonly picture: Picture;
  readonly selection: Selection | null;
  readonly groups: Groups;
  readonly onSelect: (selection: Selection) => void;
  /** Null: groups may not be drawn. */
  readonly onGroups: ((groups: Groups) => void) | null;
}

export function Ring({ picture, selection, groups, onSelect, onGroups }: RingProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ids = picture.nodes.map(({ id }) => id);
  const places = placeNodes(ids);
  const lasso = useLasso({ places, groups, onGroups });
  useEffect(() => (canvas.current === null ? undefined : drawMessages(canvas.current)), []);
  const split = isSplit(groups, ids);
  return (
    <Panel title="Ring" aside={<span class="note">{onGroups !== null && 'draw round nodes to group them'}</span>}>
      <div class="ring">
        <svg viewBox={`0 0 ${RING.width} ${RING.height}`} role="img" aria-label={ringText(picture)} {...lasso.handlers}>
          {picture.links.map((link) => (
            <LinkLines
              key={link.ends.join('-')}
              link={link}
              places={places}
              selection={selection}
              onSelect={onSelect}
            />
          ))}
          {picture.nodes.map((node) => (
            <NodeMark
              key={node.id}
              node={node}
              place={places.get(node.id) ?? { x: 0, y: 0 }}
              leads={node.id === picture.leader}
              group={split ? groupOf(groups, node.id) : null}
            />
          ))}
          {lasso.outline !== '' && <path class="lasso" d={lasso.outline} />}
        </svg>
        <canvas ref={canvas} aria-hidden="true" />
      </div>
      <Legend />
    </Panel>
  );
}

function ringText({ nodes, links }: Picture): string {
  const told = nodes.map((node) => `node ${node.id} ${roleText(node)} in term ${node.term}`);
  const faulty = links
    .filter(({ state }) => state !== 'connected')
    .map(({ ends, state }) => `link ${ends.join('–')} ${state}`);
  return [...told, ...faulty].join(', ');
}

interface LinkLinesProps {
  readonly link: LinkPicture;
  readonly places: ReadonlyMap<number, Point>;
  readonly selection: Selection | null;
  readonly onSelect: (selection: Selection) => void;
}

function LinkLines({ link, places, selection, onSelect }: LinkLinesProps): JSX.Element {
  const [a, b] = link.ends;
  const directions = [
    { from: a, to: b },
    { from: b, to: a },
  ];
  return (
    <>
      {directions.map(({ from, to }) => {
        const [start, end] = [places.get(from), places.get(to)];
        if (start === undefined || end === undefined) return null;
        return (
          <DirectionLine
            key={from}
            line={directionLine(start, end)}
            report={link.directions.find((direction) => direction.from === from)}
            isDown={link.state !== 'connected'}
            isSelected={selection?.from === from && selection.to === to}
            onPick={() => {
              onSelect({ from, to });
            }}
          />
        );
      })}
    </>
  );
}

interface DirectionLineProps {
  readonly line: Line;
  readonly report: DirectionReport | undefined;
  readonly isDown: boolean;
  readonly isSelected: boolean;
  readonly onPick: () => void;
}

function DirectionLine({ line, report, isDown, isSelected, onPick }: DirectionLineProps): JSX.Element {
  const isCut = report?.cut === true;
  const faults = report === undefined ? '' : shortFaultText(report.faults);
  const middle = pointOn(line, 0.36);
  const label = besideLine(line, 0.3);
  const ends = { x1: line.start.x, y1: line.start.y, x2: line.end.x, y2: line.end.y };
  const kind = isCut ? 'cut' : isDown ? 'down' : faults === '' ? '' : 'faulty';
  return (
    <g class={`direction ${kind} ${isSelected ? 'selected' : ''}`}>
      <line {...ends} class="wire" />
      <line {...ends} class="wire-target" onClick={onPick} />
      {isCut && <path class="cross" d={cross(middle)} />}
      {faults !== '' && (
        <text class="fault" x={label.x} y={label.y + 4}>
          {faults}
        </text>
      )}
    </g>
  );
}

function cross({ x, y }: Point): string {
  return `M${x - 5} ${y - 5}l10 10m0-10l-10 10`;
}

interface NodeMarkProps {
  readonly node: NodePicture;
  readonly place: Point;
  readonly leads: boolean;
  /** Null: all are in one. */
  readonly group: string | null;
}

function NodeMark({ node, place: { x, y }, leads, group }: NodeMarkProps): JSX.Element {
  const { nodeRadius } = RING;
  const kind = node.role === 'stopped' ? 'stopped' : node.paused ? 'paused' : '';
  return (
    <g class={`mark-node term-${termTone(node.term)} ${kind} ${leads ? 'leads' : ''}`}>
      {leads && <circle cx={x} cy={y} r={nodeRadius + 4} class="halo" />}
      <circle cx={x} cy={y} r={nodeRadius} class="disc" />
      <text x={x} y={y + 1} class="mark-id">
        {node.id}
      </text>
      <text x={x} y={y + 15} class="mark-term">
        t{node.term}
      </text>
      <text x={x} y={y < RING.height / 2 ? y - nodeRadius - 10 : y + nodeRadius + 19} class="mark-role">
        {roleText(node)}
      </text>
      {group !== null && (
        <text x={x + nodeRadius - 2} y={y - nodeRadius + 6} class="mark-group">
          {group}
        </text>
      )}
    </g>
  );
}

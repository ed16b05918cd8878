/** The points of a map on a canvas. A line that is drawn around some of them chooses those. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { MapAnswer, MapPoint } from '../../src/contract/index.ts';
import { labelPlaces } from './label-places.ts';
import { isInside, type Place } from './lasso.ts';

/** Pixels around the points. */
const MARGIN = 24;
const DOT = 5;
/** Colours of clusters; there are not more of them. */
const HUES = [225, 25, 150, 285, 60, 335, 190, 100];

interface MapCanvasProps {
  readonly map: MapAnswer;
  readonly byScore: boolean;
  readonly chosen: ReadonlySet<number>;
  readonly onChoose: (points: readonly number[]) => void;
}

/** A picture is drawn for the light or the dark scheme of the system. */
const isDark = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches;

const lightness = (): number => (isDark() ? 65 : 40);

/** The colour of a group. */
export const groupColor = (cluster: number): string => `hsl(${HUES[cluster % HUES.length]} 60% ${lightness()}%)`;

/** Colours of points: the cluster, or the score from red to green. Grey has no score. */
function colorsOf(points: readonly MapPoint[], byScore: boolean): (point: MapPoint) => string {
  if (!byScore) return ({ cluster }) => groupColor(cluster);
  const light = lightness();
  let [low, high] = [0, 1];
  for (const { score = 0 } of points) [low, high] = [Math.min(low, score), Math.max(high, score)];
  return ({ score }) =>
    score === undefined ? `hsl(0 0% ${light}%)` : `hsl(${((score - low) / (high - low)) * 130} 70% ${light}%)`;
}

type ToPixels = (point: Pick<MapPoint, 'x' | 'y'>) => Place;

const pixelsOf =
  (width: number, height: number): ToPixels =>
  ({ x, y }) => [MARGIN + x * (width - 2 * MARGIN), MARGIN + y * (height - 2 * MARGIN)];

function draw(canvas: HTMLCanvasElement, props: MapCanvasProps, line: readonly Place[]): void {
  const { map, byScore, chosen } = props;
  const ratio = globalThis.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  const place = pixelsOf(width, height);
  const color = colorsOf(map.points, byScore);
  map.points.forEach((point, index) => {
    const [x, y] = place(point);
    context.globalAlpha = chosen.size === 0 || chosen.has(index) ? 0.8 : 0.15;
    context.fillStyle = color(point);
    context.fillRect(x - DOT / 2, y - DOT / 2, DOT, DOT);
  });
  if (line.length < 2) return;
  context.globalAlpha = 1;
  context.strokeStyle = isDark() ? '#fff' : '#000';
  context.beginPath();
  for (const [x, y] of line) context.lineTo(x, y);
  context.stroke();
}

export function MapCanvas(props: MapCanvasProps) {
  const { map, onChoose } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [line, setLine] = useState<readonly Place[]>([]);
  const [size, setSize] = useState<Place>([0, 0]);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setSize([element.clientWidth, element.clientHeight]));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, props, line);
  }, [map, props.byScore, props.chosen, line, size]);

  const place = pixelsOf(...size);
  const at = (event: PointerEvent): Place => {
    const box = canvas.current?.getBoundingClientRect();
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
  };
  return (
    <div class="map-plot">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${map.points.length} texts in ${map.clusters.length} groups. The groups are listed beside.`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setLine([at(event)]);
        }}
        onPointerMove={(event) => line.length > 0 && setLine([...line, at(event)])}
        onPointerUp={() => {
          // A click chooses nothing.
          const inside = map.points.flatMap((point, index) => (isInside(place(point), line) ? [index] : []));
          onChoose(inside);
          setLine([]);
        }}
      />
      {labelPlaces(map.clusters, size).map(({ label, left, top }) => (
        <span key={label} class="map-label" aria-hidden="true" style={{ left: `${left}px`, top: `${top}px` }}>
          {label}
        </span>
      ))}
    </div>
  );
}

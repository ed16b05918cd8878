/**
 * Values over time: lines with gaps where there is no value, or bars that stand on each other. Pointing shows the values
 * of a time, dragging chooses a range, and arrow keys with Enter do the same.
 */

import { useRef, useState } from 'preact/hooks';
import { formatBarTime } from '../format.ts';
import { dotPath, linePath, roundUp } from './scale.ts';

/** Height of the drawing, in its own units; the width is 1000. */
const HEIGHT = 100;
const WIDTH = 1000;

/** A series that is drawn. */
interface ChartSeries {
  readonly name: string;
  readonly points: readonly (readonly [timeMs: number, value: number])[];
}

interface ChartProps {
  readonly label: string;
  readonly kind: 'lines' | 'bars';
  readonly series: readonly ChartSeries[];
  readonly fromMs: number;
  /** Start of the last interval. */
  readonly toMs: number;
  readonly barMs: number;
  readonly format: (value: number) => string;
  /** The interval that is pointed at; `undefined` for none. */
  readonly onPoint: (timeMs: number | undefined) => void;
  readonly onRange: (fromMs: number, toMs: number) => void;
}

function highest({ kind, series }: Pick<ChartProps, 'kind' | 'series'>): number {
  if (kind === 'lines') return Math.max(0, ...series.flatMap(({ points }) => points.map(([, value]) => value)));
  const sums = new Map<number, number>();
  for (const { points } of series)
    for (const [time, value] of points) sums.set(time, (sums.get(time) ?? 0) + Math.max(0, value));
  return Math.max(0, ...sums.values());
}

function Bars({
  series,
  x,
  width,
  top,
}: {
  readonly series: readonly ChartSeries[];
  readonly x: (timeMs: number) => number;
  readonly width: number;
  readonly top: number;
}) {
  const reached = new Map<number, number>();
  return (
    <>
      {series.map(({ name, points }, index) => (
        <g key={name} class={`fill-${index}`}>
          {points.map(([time, value]) => {
            const from = reached.get(time) ?? 0;
            const height = (Math.max(0, value) / top) * HEIGHT;
            reached.set(time, from + height);
            return <rect key={time} x={x(time)} y={HEIGHT - from - height} width={width} height={height} />;
          })}
        </g>
      ))}
    </>
  );
}

export function Chart({ label, kind, series, fromMs, toMs, barMs, format, onPoint, onRange }: ChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(-1);
  const [start, setStart] = useState(-1);
  const count = Math.max(1, Math.round((toMs - fromMs) / barMs) + 1);
  const top = roundUp(highest({ kind, series }));
  const low = Math.min(0, ...series.flatMap(({ points }) => points.map(([, value]) => value)));
  const width = WIDTH / count;
  const x = (timeMs: number): number => ((timeMs - fromMs) / barMs) * width;
  const y = (value: number): number => HEIGHT - ((value - low) / (top - low)) * HEIGHT;
  const place = (time: number, value: number) => [x(time) + width / 2, y(value)] as const;
  const timeOf = (index: number): number => fromMs + index * barMs;
  const point = (index: number): void => {
    setAt(index);
    onPoint(index < 0 ? undefined : timeOf(index));
  };
  const indexOf = (event: PointerEvent): number => {
    const box = element.current?.getBoundingClientRect();
    if (box === undefined) return 0;
    return Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - box.left) / box.width) * count)));
  };
  const choose = (a: number, b: number): void => onRange(timeOf(Math.min(a, b)), timeOf(Math.max(a, b)) + barMs - 1);
  const [first, last] = start < 0 ? [at, at] : [Math.min(start, at), Math.max(start, at)];

  return (
    <div class="chart">
      <div
        class="plot"
        ref={element}
        role="group"
        aria-label={`${label} over time. Arrow keys choose a time, Enter shows its traces.`}
        tabIndex={0}
        onPointerMove={(event) => point(indexOf(event))}
        onPointerLeave={() => start < 0 && point(-1)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setStart(indexOf(event));
          point(indexOf(event));
        }}
        onPointerUp={(event) => {
          if (start >= 0) choose(start, indexOf(event));
          setStart(-1);
        }}
        onPointerCancel={() => setStart(-1)}
        onBlur={() => point(-1)}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (step !== undefined)
            point(Math.max(0, Math.min(count - 1, at < 0 ? (step < 0 ? count - 1 : 0) : at + step)));
          else if (event.key === 'Enter' && at >= 0) choose(at, at);
          else return;
          event.preventDefault();
        }}
      >
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {first >= 0 && (
            <rect class="brush" x={first * width} y={0} width={(last - first + 1) * width} height={HEIGHT} />
          )}
          {[0, 0.5, 1].map((share) => (
            <line key={share} class="grid" x1={0} x2={WIDTH} y1={share * HEIGHT} y2={share * HEIGHT} />
          ))}
          {kind === 'bars' ? (
            <Bars series={series} x={x} width={width * 0.86} top={top} />
          ) : (
            series.map(({ name, points }, index) => (
              <g key={name} class={`line-${index}`}>
                <path d={linePath(points, barMs, place)} />
                <path class="dots" d={dotPath(points, barMs, place)} />
              </g>
            ))
          )}
        </svg>
        <span class="limit">{format(top)}</span>
      </div>
      <div class="times">
        <span>{formatBarTime(fromMs, barMs)}</span>
        <span>{at >= 0 ? formatBarTime(timeOf(at), barMs) : ''}</span>
        <span>{formatBarTime(toMs + barMs, barMs)}</span>
      </div>
    </div>
  );
}

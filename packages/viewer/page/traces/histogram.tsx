/** Traces over time. Dragging over bars, or Enter on one, narrows the time. */

import { useRef, useState } from 'preact/hooks';
import type { HistogramBar } from '../../src/contract/index.ts';
import { formatBarTime } from '../format.ts';
import { change } from '../route.ts';

const HEIGHT = 44;

/** Bars without gaps from the first to the last, so that their place is their time. */
function fill(bars: readonly HistogramBar[], barMs: number): HistogramBar[] {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return [];
  const known = new Map(bars.map((bar) => [bar.startMs, bar]));
  const count = Math.round((last.startMs - first.startMs) / barMs) + 1;
  return Array.from({ length: Math.min(count, 200) }, (_, index) => {
    const startMs = first.startMs + index * barMs;
    return known.get(startMs) ?? { startMs, traces: 0, errors: 0 };
  });
}

export function Histogram({ bars, barMs }: { readonly bars: readonly HistogramBar[]; readonly barMs: number }) {
  const element = useRef<HTMLDivElement>(null);
  const [brush, setBrush] = useState<readonly [number, number] | undefined>(undefined);
  const all = fill(bars, barMs);
  const most = Math.max(1, ...all.map(({ traces }) => traces));

  const at = (event: PointerEvent): number => {
    const box = element.current?.getBoundingClientRect();
    if (box === undefined) return 0;
    return Math.max(0, Math.min(all.length - 1, Math.floor(((event.clientX - box.left) / box.width) * all.length)));
  };
  const choose = (a: number, b: number): void => {
    const from = all[Math.min(a, b)];
    const to = all[Math.max(a, b)];
    if (from === undefined || to === undefined) return;
    const iso = (ms: number): string => new Date(ms).toISOString();
    change({ since: '', from: iso(from.startMs), to: iso(to.startMs + barMs - 1) });
  };

  return (
    <div
      class="histogram"
      ref={element}
      role="group"
      aria-label="Traces over time"
      style={{ height: `${HEIGHT}px` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setBrush([at(event), at(event)]);
      }}
      onPointerMove={(event) => {
        if (brush !== undefined) setBrush([brush[0], at(event)]);
      }}
      onPointerUp={() => {
        if (brush !== undefined) choose(brush[0], brush[1]);
        setBrush(undefined);
      }}
    >
      {all.map(({ startMs, traces, errors }, index) => {
        const isIn = brush !== undefined && index >= Math.min(...brush) && index <= Math.max(...brush);
        const name = `${formatBarTime(startMs, barMs)}: ${traces} ${traces === 1 ? 'trace' : 'traces'}${errors > 0 ? `, ${errors} with errors` : ''}`;
        return (
          <button
            key={startMs}
            type="button"
            class={isIn ? 'bar in' : 'bar'}
            title={name}
            aria-label={name}
            tabIndex={index === 0 ? 0 : -1}
            onKeyDown={(event) => {
              const next = {
                ArrowRight: event.currentTarget.nextElementSibling,
                ArrowLeft: event.currentTarget.previousElementSibling,
              }[event.key];
              if (next instanceof HTMLElement) next.focus();
              else if (event.key === 'Enter') choose(index, index);
            }}
          >
            <span class="bar-ok" style={{ height: `${((traces - errors) / most) * HEIGHT}px` }} />
            <span class="bar-bad" style={{ height: `${(errors / most) * HEIGHT}px` }} />
          </button>
        );
      })}
    </div>
  );
}

/** The whole trace as a small picture. Dragging shows a part of it. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { SpanRow } from '../../src/contract/index.ts';
import type { Range } from './axis.ts';
import { drawSpans, MINIMAP_HEIGHT } from './minimap-picture.ts';

interface MinimapProps {
  readonly spans: readonly SpanRow[];
  readonly durationMs: number;
  readonly range: Range;
  /** A part of the time; `undefined` for all of it. */
  readonly onRange: (range: Range | undefined) => void;
}

export function Minimap({ spans, durationMs, range, onRange }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<readonly [number, number] | undefined>(undefined);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    let stop = (): void => {};
    const observer = new ResizeObserver(() => {
      stop();
      stop = drawSpans(element, spans, durationMs);
    });
    observer.observe(element);
    return () => {
      stop();
      observer.disconnect();
    };
  }, [spans, durationMs]);

  const at = (event: PointerEvent): number => {
    const box = canvas.current?.getBoundingClientRect();
    const share = box === undefined ? 0 : (event.clientX - box.left) / box.width;
    return Math.max(0, Math.min(1, share)) * durationMs;
  };
  const [from, to] = drag === undefined ? [range.fromMs, range.toMs] : [Math.min(...drag), Math.max(...drag)];
  const share = (ms: number): string => `${(ms / durationMs) * 100}%`;
  return (
    <div
      class="minimap"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag([at(event), at(event)]);
      }}
      onPointerMove={(event) => drag !== undefined && setDrag([drag[0], at(event)])}
      onPointerUp={() => {
        // A click shows everything again.
        const isClick = drag === undefined || Math.abs(drag[1] - drag[0]) < durationMs / 200;
        onRange(isClick ? undefined : { fromMs: from, toMs: to });
        setDrag(undefined);
      }}
    >
      <canvas ref={canvas} style={{ height: `${MINIMAP_HEIGHT}px` }} />
      <div class="shade" style={{ left: '0', width: share(from) }} />
      <div class="shade" style={{ left: share(to), width: share(Math.max(0, durationMs - to)) }} />
    </div>
  );
}

/** The whole trace on a canvas, drawn once. Dragging shows a part of it. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { SpanRow } from '../../src/contract/index.ts';
import type { Range } from './axis.ts';

const HEIGHT = 36;

function draw(canvas: HTMLCanvasElement, spans: readonly SpanRow[], durationMs: number): void {
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = HEIGHT * ratio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const colors = new Map<string, string>();
  // A canvas knows no variables: an element of the type has the colour.
  const probe = document.createElement('span');
  canvas.after(probe);
  const colorOf = (type: string, status: string | undefined): string => {
    const name = status === 'error' ? 'bad' : `type t-${type}`;
    const known = colors.get(name);
    if (known !== undefined) return known;
    probe.className = name;
    const { color } = getComputedStyle(probe);
    colors.set(name, color);
    return color;
  };
  const rowHeight = Math.max(canvas.height / Math.max(spans.length, 1), 0.2);
  const height = Math.max(ratio, Math.min(rowHeight * 0.8, 3 * ratio));
  spans.forEach(({ fromMs, durationMs: length, type, status }, index) => {
    context.fillStyle = colorOf(type, status);
    const x = (fromMs / durationMs) * canvas.width;
    context.fillRect(x, index * rowHeight, Math.max(ratio, (length / durationMs) * canvas.width), height);
  });
  probe.remove();
}

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
    let timer: ReturnType<typeof setTimeout> | undefined;
    // After the rows: a picture of all spans takes longer than theirs.
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => draw(element, spans, durationMs), 0);
    });
    observer.observe(element);
    return () => {
      clearTimeout(timer);
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
      <canvas ref={canvas} style={{ height: `${HEIGHT}px` }} />
      <div class="shade" style={{ left: '0', width: share(from) }} />
      <div class="shade" style={{ left: share(to), width: share(Math.max(0, durationMs - to)) }} />
    </div>
  );
}

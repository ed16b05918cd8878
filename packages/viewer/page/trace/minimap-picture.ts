/** All spans of a trace on a canvas, in the frames behind the first picture of their rows. */

import type { SpanRow } from '../../src/contract/index.ts';

/** In pixels. */
export const MINIMAP_HEIGHT = 36;
/** Milliseconds of a frame that the picture may take. */
const SLICE_MS = 6;
/** Spans that are drawn between two looks at the clock. */
const BATCH = 500;

/** The colours of the kinds of spans. A canvas knows no variables: an element of the kind has the colour. */
function readColors(canvas: HTMLCanvasElement) {
  const known = new Map<string, string>();
  return (type: string, status: string | undefined): string => {
    const name = status === 'error' ? 'bad' : `type t-${type}`;
    let color = known.get(name);
    if (color === undefined) {
      const probe = document.createElement('span');
      probe.className = name;
      canvas.after(probe);
      color = getComputedStyle(probe).color;
      probe.remove();
      known.set(name, color);
    }
    return color;
  };
}

/** Draws a row for each span. @returns a function that ends it */
export function drawSpans(canvas: HTMLCanvasElement, spans: readonly SpanRow[], durationMs: number): () => void {
  const ratio = globalThis.devicePixelRatio || 1;
  const colorOf = readColors(canvas);
  const rowHeight = Math.max((MINIMAP_HEIGHT * ratio) / Math.max(spans.length, 1), 0.2);
  const height = Math.max(ratio, Math.min(rowHeight * 0.8, 3 * ratio));
  let next = 0;
  let frame = 0;
  function drawBatch(context: CanvasRenderingContext2D): void {
    for (const end = Math.min(spans.length, next + BATCH); next < end; next++) {
      const { fromMs = 0, durationMs: length = 0, type = '', status } = spans[next] ?? {};
      context.fillStyle = colorOf(type, status);
      const x = (fromMs / durationMs) * canvas.width;
      const width = Math.max(ratio, (length / durationMs) * canvas.width);
      context.fillRect(x, next * rowHeight, width, height);
    }
  }
  function drawSlice(): void {
    const context = canvas.getContext('2d');
    if (context === null) return;
    if (next === 0) {
      canvas.width = canvas.clientWidth * ratio;
      canvas.height = MINIMAP_HEIGHT * ratio;
    }
    const until = performance.now() + SLICE_MS;
    do drawBatch(context);
    while (next < spans.length && performance.now() < until);
    if (next < spans.length) frame = requestAnimationFrame(drawSlice);
  }
  frame = requestAnimationFrame(drawSlice);
  return () => cancelAnimationFrame(frame);
}

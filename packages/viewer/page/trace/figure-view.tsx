/** A trace as a figure for a text: a waterfall with labels and an axis, in one unit, as an SVG of its own. */

import { useMemo, useRef } from 'preact/hooks';
import type { SpanRow, TraceAnswer } from '../../src/contract/index.ts';
import { formatCount } from '../format.ts';
import { Copy } from '../ui/copy.tsx';
import { download } from '../ui/download.ts';
import { figureOf } from './figure.ts';

/** Colours of types on white paper. */
const COLORS: Readonly<Record<string, string>> = {
  llm: '#7c4dcc',
  embedding: '#0f7f8a',
  retriever: '#1d6e33',
  reranker: '#4d7c0f',
  tool: '#96450a',
  agent: '#3451c6',
  guardrail: '#a3286f',
  evaluator: '#a3286f',
};
const colorOf = ({ type, status }: SpanRow): string =>
  status === 'error' ? '#c0262d' : Object.hasOwn(COLORS, type) ? (COLORS[type] ?? '') : '#51658a';

const FONT = 'system-ui, -apple-system, Helvetica, Arial, sans-serif';
const WIDTH = 960;
const ROW = 30;
const BAR = 14;
const SIDE = 24;
const TOP = 16;
const INDENT = 16;

/** Room of the labels, in pixels. About so wide is a character. */
const CHARACTER = 6.7;
const MAX_LABELS = 420;

export function FigureView({ trace }: { readonly trace: TraceAnswer }) {
  const svg = useRef<SVGSVGElement>(null);
  const { rows, ticks, endMs, unit, more } = useMemo(() => figureOf(trace), [trace]);
  const labels = Math.min(
    MAX_LABELS,
    Math.max(0, ...rows.map(({ label, span }) => label.length * CHARACTER + Math.min(span.depth, 8) * INDENT)) + 16,
  );
  const x0 = SIDE + labels;
  const x = (ms: number): number => Number((x0 + (ms / endMs) * (WIDTH - SIDE - x0)).toFixed(2));
  const bottom = TOP + rows.length * ROW + 6;
  const text = (): string => svg.current?.outerHTML ?? '';
  return (
    <section class="figure-view">
      <div class="bar-line">
        <p class="summary">
          {more === 0
            ? 'A picture of the trace for a text.'
            : `The first ${rows.length} spans; ${formatCount(more)} more are left out.`}
        </p>
        <Copy label="Copy SVG" text={text} />
        <button type="button" class="quiet" onClick={() => download('trace.svg', text(), 'image/svg+xml')}>
          Save SVG
        </button>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Figure">
        <svg
          ref={svg}
          xmlns="http://www.w3.org/2000/svg"
          viewBox={`0 0 ${WIDTH} ${bottom + 44}`}
          width={WIDTH}
          height={bottom + 44}
          role="img"
          aria-label={`Waterfall of ${rows[0]?.span.name ?? trace.id}`}
          font-family={FONT}
          font-size="12"
        >
          <rect width={WIDTH} height={bottom + 44} fill="#ffffff" />
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={x(tick)} y1={TOP} x2={x(tick)} y2={bottom} stroke="#e3e6ea" />
              <text x={x(tick)} y={bottom + 16} fill="#59636e" text-anchor="middle">
                {unit.format(tick)}
              </text>
            </g>
          ))}
          {rows.map(({ span, label }, index) => {
            const y = TOP + index * ROW;
            const left = SIDE + Math.min(span.depth, 8) * INDENT;
            const room = Math.floor((x0 - left - 8) / CHARACTER);
            return (
              <g key={index}>
                <title>{label}</title>
                <text x={left} y={y + 19} fill="#1c2127">
                  {label.length <= room ? label : `${label.slice(0, Math.max(1, room - 1))}…`}
                </text>
                <rect
                  x={x(span.fromMs)}
                  y={y + 8}
                  width={Math.max(1.5, Number((x(span.fromMs + span.durationMs) - x(span.fromMs)).toFixed(2)))}
                  height={BAR}
                  rx="2"
                  fill={colorOf(span)}
                />
              </g>
            );
          })}
          <line x1={x0} y1={bottom} x2={WIDTH - SIDE} y2={bottom} stroke="#59636e" />
          <text x={(x0 + WIDTH - SIDE) / 2} y={bottom + 36} fill="#59636e" text-anchor="middle">
            {`Time from the start (${unit.name})`}
          </text>
        </svg>
      </div>
    </section>
  );
}

import { type Glyphs, paint, type Tone } from './style.ts';
import type { Axis } from './timing.ts';
import type { SpanView } from './view.ts';

interface Half {
  readonly left: boolean;
  readonly right: boolean;
}

function glyphOf({ left, right }: Half, glyphs: Glyphs): string {
  if (left && right) return glyphs.bar;
  if (left) return glyphs.barEnd;
  return right ? glyphs.barStart : ' ';
}

/**
 * Draws the bar of a span on the time axis, `width` columns wide and exact to half a column. The wait for a model's
 * first token is drawn thin. The shortest span is still visible.
 */
export function drawBar(span: SpanView, axis: Axis, width: number, glyphs: Glyphs, color: boolean, tone: Tone): string {
  const total = axis.toMs - axis.fromMs;
  const halves = width * 2;
  const at = (ms: number): number => (total > 0 ? Math.round(((ms - axis.fromMs) / total) * halves) : 0);
  const from = Math.min(at(span.startMs), halves - 1);
  const to = total > 0 ? Math.min(Math.max(at(span.startMs + span.durationMs), from + 1), halves) : halves;
  const waitEnd = span.firstTokenMs === undefined ? from : Math.min(at(span.startMs + span.firstTokenMs), to);
  let wait = '';
  let work = '';
  for (let cell = Math.floor(from / 2); cell < Math.ceil(to / 2); cell++) {
    const left = cell * 2;
    if (left + 1 < waitEnd) wait += glyphs.barWait;
    else work += glyphOf({ left: left >= from, right: left + 1 < to }, glyphs);
  }
  const lead = Math.floor(from / 2);
  const bar = ' '.repeat(lead) + paint(wait, color, 'dim', tone) + paint(work, color, tone);
  return bar + ' '.repeat(width - lead - wait.length - work.length);
}

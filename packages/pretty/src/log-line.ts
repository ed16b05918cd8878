import type { ParsedLine, AttributeKey } from '@spanline/record';
import { formatTime } from './format.ts';
import { printable } from './printable.ts';
import { type Glyphs, paint, type Tone } from './style.ts';
import { ownFrame } from './view.ts';

const MESSAGE_LIMIT = 8000;
const VALUE_LIMIT = 300;
const KEY_LIMIT = 60;
const MAX_FIELDS = 40;
const LEVEL_WIDTH = 5;

const LEVEL_TONES: Readonly<Record<string, Tone>> = {
  trace: 'dim',
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
};

/** Keys that are on every line, or printed elsewhere on it. */
const HIDDEN: ReadonlySet<string> = new Set([
  ...([
    '@timestamp',
    'level',
    'message',
    'event.name',
    'event.outcome',
    'event.id',
    'spanline.schema',
    'spanline.project',
    'service.name',
    'service.version',
    'deployment.environment.name',
    'host.name',
    'process.pid',
    'trace_id',
    'span_id',
    'parent_span_id',
    'trace_flags',
    'error.stack',
    'gen_ai.evaluation.name',
    'gen_ai.evaluation.score.value',
    'spanline.evaluation.label',
    'spanline.evaluation.source',
  ] satisfies AttributeKey[]),
  // Of a pino logger of the user's own.
  'pid',
  'hostname',
  'v',
]);

function valueText(value: unknown): string {
  if (typeof value === 'string') {
    const text = printable(value, VALUE_LIMIT);
    return text === '' || /[\s"=]/.test(text) ? JSON.stringify(text) : text;
  }
  return printable(JSON.stringify(value) ?? '', VALUE_LIMIT);
}

function fieldsText(line: ParsedLine, color: boolean): string {
  let text = '';
  let shown = 0;
  const traced = line.record.trace_id !== undefined;
  for (const [key, value] of [...Object.entries(line.record), ...Object.entries(line.rest)]) {
    if (HIDDEN.has(key) || value === undefined || (traced && key === 'http.request.id')) continue;
    if (++shown > MAX_FIELDS) break;
    text += ` ${paint(`${printable(key, KEY_LIMIT)}=`, color, 'dim')}${valueText(value)}`;
  }
  return text;
}

/** `score faithfulness 0.92 (llm_judge)`, `score tone formal (user)`. */
function scoreText({ record }: ParsedLine): string {
  const value = record['gen_ai.evaluation.score.value'];
  const source = printable(record['spanline.evaluation.source'], VALUE_LIMIT);
  const parts = [
    'score',
    printable(record['gen_ai.evaluation.name'], VALUE_LIMIT),
    value === undefined ? '' : String(Number(value.toPrecision(4))),
    printable(record['spanline.evaluation.label'], VALUE_LIMIT),
    source === '' ? '' : `(${source})`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/**
 * Draws a line of the application, a score or an alert as one line: time (UTC, as logged), level, message, other
 * fields, short trace id. Below a logged error, the place in the application's code where it arose. Text is limited in
 * length, but not truncated to the terminal's width, so that a log message stays readable.
 */
export function drawLogLine(line: ParsedLine, color: boolean, glyphs: Glyphs): string {
  const { record } = line;
  const level = printable(record.level, KEY_LIMIT) || 'info';
  const tone = (Object.hasOwn(LEVEL_TONES, level) ? LEVEL_TONES[level] : undefined) ?? 'plain';
  const label = line.kind === 'alert' ? 'ALERT' : level.toUpperCase();
  const message = line.kind === 'score' ? scoreText(line) : printable(record.message, MESSAGE_LIMIT);
  const time = formatTime(printable(record['@timestamp'], KEY_LIMIT));
  let text = time === '' ? '' : `${paint(time, color, 'dim')} `;
  text += `${paint(label, color, tone, line.kind === 'alert' ? 'bold' : 'plain')}${' '.repeat(Math.max(0, LEVEL_WIDTH - label.length))} `;
  // The message of an alert says everything that its fields do.
  text += message + (line.kind === 'alert' ? '' : fieldsText(line, color));
  const traceId = printable(record.trace_id, KEY_LIMIT);
  if (traceId !== '') text += ` ${paint(traceId.slice(0, 8), color, 'dim')}`;
  const frame = ownFrame(record['error.stack']);
  return frame === '' ? text : `${text}\n  ${paint(`${glyphs.lastBranch}${frame}`, color, 'dim')}`;
}

/** Draws text that is no JSON. Only characters that could control the terminal are removed. */
export function drawPlainLine(text: string): string {
  return printable(text, MESSAGE_LIMIT);
}

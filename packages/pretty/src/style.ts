import type { SpanType } from '@spanline/record';

/** The look of a piece of text. */
export type Tone = 'plain' | 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'blue' | 'magenta' | 'cyan';

/** A piece of text and its look. */
export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** The signs of the tree. Each is one column wide, except for guides (three) and separators. */
export interface Glyphs {
  readonly ok: string;
  readonly error: string;
  readonly warn: string;
  readonly slowest: string;
  readonly ellipsis: string;
  readonly arrow: string;
  readonly times: string;
  readonly atLeast: string;
  readonly dot: string;
  readonly branch: string;
  readonly lastBranch: string;
  readonly pipe: string;
  /** Cells of a bar: whole, right half, left half, and waiting for the first token. */
  readonly bar: string;
  readonly barStart: string;
  readonly barEnd: string;
  readonly barWait: string;
}

const CODES: Readonly<Record<Tone, readonly [number, number] | undefined>> = {
  plain: undefined,
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

const UNICODE: Glyphs = {
  ok: '✓',
  error: '✗',
  warn: '!',
  slowest: '◀',
  ellipsis: '…',
  arrow: '→',
  times: '×',
  atLeast: '≥',
  dot: ' · ',
  branch: '├─ ',
  lastBranch: '└─ ',
  pipe: '│  ',
  bar: '━',
  barStart: '╺',
  barEnd: '╸',
  barWait: '─',
};

const PLAIN: Glyphs = {
  ok: '+',
  error: 'x',
  warn: '!',
  slowest: '<',
  ellipsis: '...',
  arrow: '->',
  times: 'x',
  atLeast: '>=',
  dot: ', ',
  branch: '|- ',
  lastBranch: '`- ',
  pipe: '|  ',
  bar: '=',
  barStart: '=',
  barEnd: '=',
  barWait: '-',
};

const TYPE_TONES: Readonly<Record<SpanType, Tone>> = {
  http: 'blue',
  chain: 'blue',
  agent: 'blue',
  llm: 'magenta',
  embedding: 'cyan',
  retriever: 'cyan',
  reranker: 'cyan',
  tool: 'green',
  prompt: 'plain',
  parser: 'plain',
  guardrail: 'yellow',
  evaluator: 'yellow',
  task: 'plain',
};

/** Signs in Unicode, or in ASCII for other locales. */
export function glyphsOf(unicode: boolean): Glyphs {
  return unicode ? UNICODE : PLAIN;
}

/** The colour of a span type. */
export function toneOfType(type: string): Tone {
  return Object.hasOwn(TYPE_TONES, type) ? TYPE_TONES[type as SpanType] : 'plain';
}

/**
 * Adds the codes of tones to a text; only of the 16 colours that every theme defines. Returns the plain text if colours
 * are off.
 */
export function paint(text: string, color: boolean, ...tones: readonly Tone[]): string {
  if (!color || text === '') return text;
  let painted = text;
  for (const tone of tones) {
    const codes = CODES[tone];
    if (codes !== undefined) painted = `\u001b[${codes[0]}m${painted}\u001b[${codes[1]}m`;
  }
  return painted;
}

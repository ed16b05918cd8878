/** Events of a server (SSE), as an application writes them. */
import { isObject } from '@spanline/record';
import type { Path, Shape } from '../gate/shape.ts';
import { Texts } from './fields.ts';

/** One event. */
export interface ServerEvent {
  /** The lines, without those of `data`. */
  readonly head: string;
  /** The data, parsed if it is JSON. */
  readonly data: unknown;
}

const END = /\r?\n\r?\n/;

/** Cuts a text into events. @returns the events that are complete, and the rest of the text */
export function readEvents(text: string): { readonly events: ServerEvent[]; readonly rest: string } {
  const parts = text.split(END);
  const rest = parts.pop() ?? '';
  return { events: parts.map(readEvent), rest };
}

function readEvent(text: string): ServerEvent {
  const lines = text.split(/\r?\n/);
  const isData = (line: string): boolean => line.startsWith('data:');
  const written = lines.filter(isData).map((line) => line.slice(5).replace(/^ /, ''));
  const head = lines.filter((line) => !isData(line)).join('\n');
  if (written.length === 0) return { head, data: undefined };
  const data = written.join('\n');
  try {
    return { head, data: JSON.parse(data) as unknown };
  } catch {
    return { head, data };
  }
}

/** An event as it goes over the wire. */
export function writeEvent({ head, data }: ServerEvent): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const lines =
    text === undefined
      ? ''
      : text
          .split('\n')
          .map((line) => `data: ${line}\n`)
          .join('');
  return `${head === '' ? '' : `${head}\n`}${lines}\n`;
}

const MAX_DEPTH = 8;

function isPiece(path: Path, patterns: readonly (readonly string[])[]): boolean {
  const inner = path.slice(1);
  return patterns.some(
    (keys) => keys.length === inner.length && keys.every((key, at) => key === '*' || key === String(inner[at])),
  );
}

function addLeaves(value: unknown, path: Path, patterns: readonly (readonly string[])[], texts: Texts): void {
  if (typeof value === 'string') {
    if (isPiece(path, patterns)) texts.piece(value, path, path.join('.'));
    else texts.complete(value, path);
  } else if (path.length > MAX_DEPTH) texts.each(value, path);
  else if (Array.isArray(value)) value.forEach((inner, at) => addLeaves(inner, [...path, at], patterns, texts));
  else if (isObject(value))
    for (const [key, inner] of Object.entries(value)) addLeaves(inner, [...path, key], patterns, texts);
}

/**
 * Creates the shape of the events of one response.
 *
 * @param pieces - fields of the data with pieces of one text (`choices.*.delta.content`). Other texts are complete
 */
export function eventsShape(pieces: readonly string[]): Shape<ServerEvent> {
  const patterns = pieces.map((path) => path.split('.'));
  return {
    read({ data }) {
      const texts = new Texts();
      if (typeof data === 'string' && data !== '[DONE]') texts.piece(data, ['data'], 'data');
      else if (data !== '[DONE]') addLeaves(data, ['data'], patterns, texts);
      return texts;
    },
    stopped: ({ data }, replacement) => {
      const isEnd = data === '[DONE]' || data === undefined;
      const shown = replacement === undefined ? [] : [{ head: '', data: replacement }];
      return { chunks: isEnd ? [...shown, { head: '', data }] : shown, isShown: replacement !== undefined };
    },
  };
}

/** Events of a server (SSE), as they go over the wire. */

/** One event. */
export interface ServerEvent {
  /** As it was written, with the empty line behind it; `undefined` if something in it was replaced. */
  readonly raw: string | undefined;
  /** The lines, without those of `data`: names, ids, `retry`, comments. */
  readonly head: readonly string[];
  /** The data, parsed if it is JSON; `undefined` without data. */
  readonly data: unknown;
}

/** Ends of lines are CR, LF or both. A CR at the very end may be the first half of one. */
const LINE = /\r\n|\n|\r(?!$)/;
const END = /(?:\r\n|\n|\r(?!\n|$)){2}/g;

/** Cuts a text into events. @returns the events that are complete, and the rest of the text */
export function readEvents(text: string): { readonly events: ServerEvent[]; readonly rest: string } {
  const events: ServerEvent[] = [];
  let from = 0;
  for (const { 0: end, index } of text.matchAll(END)) {
    events.push(readEvent(text.slice(from, index), end));
    from = index + end.length;
  }
  return { events, rest: text.slice(from) };
}

/** Reads what a stream ended with, which may lack the empty line behind it. */
export const lastEvent = (text: string): ServerEvent[] => (text === '' ? [] : [readEvent(text, '')]);

/** A part of an event that is too long to be read. */
export const fragmentOf = (text: string): ServerEvent => ({ raw: text, head: [], data: undefined });

/** An event with data alone. */
export const eventOf = (data: unknown, head: readonly string[] = []): ServerEvent => ({ raw: undefined, head, data });

const isData = (line: string): boolean => line === 'data' || line.startsWith('data:');

function readEvent(text: string, end: string): ServerEvent {
  const raw = text + end;
  const lines = text.replace(/[\r\n]+$/, '').split(LINE);
  const head = lines.filter((line) => !isData(line));
  const written = lines.filter(isData).map((line) => line.slice(5).replace(/^ /, ''));
  if (written.length === 0) return { raw, head, data: undefined };
  const data = written.join('\n');
  try {
    return { raw, head, data: JSON.parse(data) as unknown };
  } catch {
    return { raw, head, data };
  }
}

/** An event as it goes over the wire. */
export function writeEvent({ raw, head, data }: ServerEvent): string {
  if (raw !== undefined) return raw;
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const lines = text === undefined ? [] : text.split(LINE).map((line) => `data: ${line}`);
  return `${[...head, ...lines].join('\n')}\n\n`;
}

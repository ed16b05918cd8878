/** Files of dead letters in the folder of a shipper, and those that are being sent again. */

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseExactJson, props, text } from '@spanline/record';

/** A line that a target refused. */
export interface DeadLetter {
  readonly time: string;
  readonly sink: string;
  readonly reason: string;
  readonly source: string;
  /** Path of the file, or segment of the spool. */
  readonly file: string;
  readonly offset: number;
  /** Time that was found before the line, for a line without one: that of a container, or of a text. */
  readonly lineTime: string | undefined;
  readonly line: string;
}

/** Name of the folder. */
export const FOLDER = 'dead-letter';
const RETRY = 'retry';
const LETTERS = '.letters';
const LINES = '.lines';
const FILE = /^(?<sink>.+?)(?:\.1)?\.ndjson$/;
const MODE = 0o600;

function parseLetter(json: string): DeadLetter[] {
  try {
    const letter = props(parseExactJson(json));
    const line = text(letter['line']);
    if (line === undefined) return [];
    return [
      {
        time: text(letter['@timestamp']) ?? '',
        sink: text(letter['sink']) ?? '',
        reason: text(letter['reason']) ?? '',
        source: text(letter['source']) ?? '',
        file: text(letter['file']) ?? '',
        offset: Number(letter['offset']),
        lineTime: text(letter['time']),
        line,
      },
    ];
  } catch {
    return [];
  }
}

const sinkOf = (name: string): string | undefined => FILE.exec(name)?.groups?.['sink'];
const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).toSorted() : []);

/** Files of the letters of one target, or of all: the older one of a target first. */
export function filesOf(folder: string, sink?: string): string[] {
  const isWanted = (name: string): boolean => (sink === undefined ? FILE.test(name) : sinkOf(name) === sink);
  return namesIn(folder)
    .filter(isWanted)
    .map((name) => join(folder, name));
}

/** The letters of a file. */
export const lettersOf = (path: string): DeadLetter[] => readFileSync(path, 'utf8').split('\n').flatMap(parseLetter);

/** Lines of one target that are sent again stand here. The folder stays if that is interrupted, for the next time. */
export const asideOf = (folder: string, sink: string): string => join(folder, RETRY, sink);

/** The targets that refused lines, or were to get them again. */
export function sinksOf(folder: string): string[] {
  const names = namesIn(folder).flatMap((name) => sinkOf(name) ?? []);
  return [...new Set([...names, ...namesIn(join(folder, RETRY))])];
}

const withEnd = (folder: string, end: string): string[] =>
  namesIn(folder)
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name));

/**
 * A line as it is sent again. One with a time of its own from before it, or of several lines, gets the wrapper of a
 * container, which is removed when it is read.
 */
function writtenLine({ line, lineTime }: DeadLetter): string {
  if (lineTime === undefined && !line.includes('\n')) return `${line}\n`;
  return `${JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: lineTime ?? '' })}\n`;
}

/** Writes the lines of letters that were moved aside to a file of their own. Repeating it changes nothing. */
function extractLines(letters: string): void {
  const base = letters.slice(0, -LETTERS.length);
  if (existsSync(`${base}${LINES}`)) return;
  const lines = lettersOf(letters).map(writtenLine);
  writeFileSync(`${base}.part`, lines.join(''), { mode: MODE });
  renameSync(`${base}.part`, `${base}${LINES}`);
}

/**
 * Moves the letters of a target aside, as files of the lines themselves. After a crash each of them is in one place or
 * the other, and the next run goes on.
 */
export function takeOut(folder: string, sink: string): string[] {
  const aside = asideOf(folder, sink);
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  const now = Date.now();
  for (const path of filesOf(folder, sink)) renameSync(path, join(aside, `${now}-${basename(path)}${LETTERS}`));
  for (const letters of withEnd(aside, LETTERS)) extractLines(letters);
  return withEnd(aside, LINES);
}

/** Adds letters that were refused again to those of their target, with the place where the line was written first. */
export function putBack(folder: string, sink: string): void {
  const aside = asideOf(folder, sink);
  const before = withEnd(aside, LETTERS).flatMap(lettersOf);
  const places = new Map(before.map((letter) => [letter.line, letter]));
  for (const path of filesOf(join(aside, FOLDER))) {
    const lines = lettersOf(path).map(({ time, sink: target, reason, ...letter }) => {
      const { source, file, offset, lineTime } = places.get(letter.line) ?? letter;
      const place = { source, file, offset, time: lineTime };
      const again = { '@timestamp': time, sink: target, reason, ...place, line: letter.line };
      return `${JSON.stringify(again)}\n`;
    });
    appendFileSync(join(folder, basename(path)), lines.join(''), { mode: MODE });
  }
}

/** Helps of commands are written in lines of 120 characters. A narrower terminal gets them in lines that fit it. */

import type { CommandIo } from './command.ts';

const WRITTEN_WIDTH = 120;
/** Narrower columns of text would hold one word each. */
const MIN_TEXT_WIDTH = 20;

/** Place of the text in a line: behind the name of an option and two spaces, else behind the indentation. */
function textStart(line: string): number {
  const indent = line.length - line.trimStart().length;
  const name = /^ *\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0].length;
  return name ?? indent;
}

/** True if a line goes on in the next one because the next word did not fit in it. */
function goesOn(line: string, next: string | undefined): next is string {
  if (next === undefined || next.trim() === '' || line.trim() === '') return false;
  const indent = next.length - next.trimStart().length;
  const [word = ''] = next.trimStart().split(' ', 1);
  return indent === textStart(line) && line.length + 1 + word.length > WRITTEN_WIDTH;
}

function joinLines(text: string): string[] {
  const joined: string[] = [];
  let last = '';
  for (const line of text.split('\n')) {
    if (goesOn(last, line)) joined.push(`${joined.pop()} ${line.trimStart()}`);
    else joined.push(line);
    last = line;
  }
  return joined;
}

function wrapLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const start = textStart(line);
  const indent = start + MIN_TEXT_WIDTH > width ? 2 : start;
  const wrapped: string[] = [];
  let current = line.slice(0, start);
  let isEmpty = true;
  for (const word of line.slice(start).split(' ')) {
    if (!isEmpty && current.length + 1 + word.length > width) {
      wrapped.push(current);
      current = ' '.repeat(indent) + word;
    } else current += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...wrapped, current];
}

/** Wraps the text of a help. @param columns - of the terminal; `undefined` leaves the text as it is */
function wrapHelp(text: string, columns: number | undefined): string {
  if (columns === undefined || columns >= WRITTEN_WIDTH) return text;
  return joinLines(text)
    .flatMap((line) => wrapLine(line, columns))
    .join('\n');
}

/** Prints the help of a command. */
export function printHelp(help: string, { stdout }: CommandIo): void {
  stdout.write(wrapHelp(help, stdout.columns));
}

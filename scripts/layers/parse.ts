import { readFileSync } from 'node:fs';
import { parseSync, type ParseResult } from 'oxc-parser';

/** A TypeScript file, parsed. Its `program` is made when it is read first, which takes most of the time. */
export interface ParsedFile extends Pick<ParseResult, 'module'> {
  readonly text: string;
  readonly program: ParseResult['program'];
}

/** @throws Error with the complaints of the parser */
export function parseFile(file: string): ParsedFile {
  const text = readFileSync(file, 'utf8');
  const result = parseSync(file, text);
  if (result.errors.length > 0) {
    throw new Error(`${file}: ${result.errors.map((error) => error.message).join('; ')}`);
  }
  return {
    text,
    module: result.module,
    get program() {
      return result.program;
    },
  };
}

/** The line of a place in a text, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

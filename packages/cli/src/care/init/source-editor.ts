/** Adds statements to a source, in its own style, and leaves the rest as it is written. */

import MagicString from 'magic-string';
import type { SourceFile } from '../app/read-app.ts';
import { loadedBy, type ParsedSource, parseSource, rangeOf, type Statement } from './parse-source.ts';

/** Edits one source. */
export interface SourceEditor {
  readonly parsed: ParsedSource;
  /** Loads a module before all others. @param names - of its exports. @defaultValue none: the module is only run */
  loadFirst(module: string, names?: readonly string[]): void;
  /** Loads exports of a module behind the other ones. */
  load(module: string, names: readonly string[]): void;
  /** Adds a statement behind another one. */
  addBehind(statement: Statement, text: string): void;
  result(): string;
}

/** Settings must be there before anything else is loaded. */
const isSettings = (module: string | undefined): boolean => module !== undefined && /^dotenv(?:\/|$)/.test(module);

/** Creates the editor; `undefined` for a source that cannot be read, or that says that it is generated. */
export function createSourceEditor({ path, text }: SourceFile): SourceEditor | undefined {
  const parsed = parseSource(path, text);
  if (parsed === undefined || /^.*@generated/.test(text)) return undefined;
  const { body, isModule } = parsed;
  const edited = new MagicString(text);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const quote = /(?:\bfrom|\brequire\(|\bimport)\s*(["'])/.exec(text)?.[1] ?? "'";
  const isLoading = (statement: Statement): boolean => loadedBy(statement) !== undefined;
  const loads = body.filter(isLoading);
  const last = loads.at(-1);
  const end = (loads[0] ?? body[0]) === undefined || sourceOf(loads[0] ?? body[0]).endsWith(';') ? ';' : '';

  function sourceOf(statement: Statement | undefined): string {
    if (statement === undefined) return ';';
    const { start, end: to } = rangeOf(statement);
    return text.slice(start, to);
  }

  function loading(module: string, names: readonly string[]): string {
    const from = `${quote}${module}${quote}`;
    if (names.length === 0) return isModule ? `import ${from}${end}` : `require(${from})${end}`;
    const list = `{ ${names.join(', ')} }`;
    return isModule ? `import ${list} from ${from}${end}` : `const ${list} = require(${from})${end}`;
  }

  /** The end of the line of a statement, if only a comment follows there. */
  function lineEnd(statement: Statement): number {
    const { end: from } = rangeOf(statement);
    const rest = /^[ \t]*(?:\/\/[^\r\n]*)?(?=\r?\n|$)/.exec(text.slice(from))?.[0] ?? '';
    return from + rest.length;
  }

  function addBehind(statement: Statement, added: string): void {
    const { start } = rangeOf(statement);
    const indent = /[ \t]*$/.exec(text.slice(0, start))?.[0] ?? '';
    edited.appendLeft(lineEnd(statement), `${newline}${indent}${added}${added.endsWith(';') ? '' : end}`);
  }

  return {
    parsed,
    loadFirst(module, names = []) {
      const settings = loads.findLast((statement) => isSettings(loadedBy(statement)));
      const line = loading(module, names);
      if (settings !== undefined) addBehind(settings, line);
      else edited.appendLeft(body[0] === undefined ? text.length : rangeOf(body[0]).start, line + newline);
    },
    load(module, names) {
      const line = loading(module, names);
      if (last !== undefined) addBehind(last, line);
      else edited.appendLeft(body[0] === undefined ? text.length : rangeOf(body[0]).start, line + newline);
    },
    addBehind,
    result: () => edited.toString(),
  };
}

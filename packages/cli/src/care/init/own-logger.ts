/** The pino of an application: where it is made, and whether other files can import it. */

import type { App, SourceFile } from '../app/read-app.ts';
import {
  findMade,
  type Made,
  namesOf,
  type ParsedSource,
  parseSource,
  rangeOf,
  type Statement,
} from './parse-source.ts';

/** A logger. */
export interface FoundLogger {
  readonly source: SourceFile;
  readonly made: Made;
  /** How another file imports it; `undefined` if it cannot. */
  readonly exported: 'name' | 'default' | undefined;
}

function isMember(node: unknown, object: string, property: string): boolean {
  const {
    type,
    object: left,
    property: right,
  } = (node ?? {}) as Record<string, { name?: string } | string | undefined>;
  return (
    type === 'MemberExpression' &&
    (left as { name?: string }).name === object &&
    (right as { name?: string }).name === property
  );
}

/** `module.exports = logger`, `module.exports = { logger }`, `exports.logger = logger`, `export default logger`. */
function exportOf(statement: Statement, name: string): FoundLogger['exported'] {
  if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement;
    return declaration.type === 'Identifier' && declaration.name === name ? 'default' : undefined;
  }
  if (statement.type === 'ExportNamedDeclaration') {
    const isNamed = statement.specifiers.some(
      (one) =>
        one.type === 'ExportSpecifier' &&
        one.local.name === name &&
        'name' in one.exported &&
        one.exported.name === name,
    );
    return isNamed ? 'name' : undefined;
  }
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression')
    return undefined;
  const { left, right } = statement.expression;
  if (isMember(left, 'exports', name)) return 'name';
  if (!isMember(left, 'module', 'exports')) return undefined;
  if (right.type === 'Identifier') return right.name === name ? 'default' : undefined;
  const isListed =
    right.type === 'ObjectExpression' &&
    right.properties.some(
      (one) => one.type === 'ObjectProperty' && one.key.type === 'Identifier' && one.key.name === name,
    );
  return isListed ? 'name' : undefined;
}

/** A module that only makes a logger can be loaded before all others. */
const isAlone = ({ imports }: SourceFile): boolean =>
  imports.every((specifier) => !specifier.startsWith('.') && specifier !== 'express');

function exportedBy({ body }: ParsedSource, source: SourceFile, made: Made): FoundLogger['exported'] {
  if (!isAlone(source)) return undefined;
  if (made.isExported) return 'name';
  return body.map((statement) => exportOf(statement, made.name)).find((one) => one !== undefined);
}

/** A logger with levels of its own has a type that no other logger has. */
function hasOwnType({ path, text }: SourceFile, { statement }: Made): boolean {
  const { start, end } = rangeOf(statement);
  return /\.[cm]?tsx?$/.test(path) && text.slice(start, end).includes('customLevels');
}

/** Loggers that sources make with pino, without those of a type of their own. */
export function findLoggers({ sources }: App, entry: SourceFile | undefined): FoundLogger[] {
  return sources
    .filter(({ imports }) => imports.includes('pino'))
    .flatMap((source): FoundLogger[] => {
      const parsed = parseSource(source.path, source.text);
      if (parsed === undefined) return [];
      const plain = findMade(parsed, namesOf(parsed, 'pino', 'pino')).filter((made) => !hasOwnType(source, made));
      return plain.map((made) => {
        const exported = source === entry ? undefined : exportedBy(parsed, source, made);
        return { source, made, exported };
      });
    });
}

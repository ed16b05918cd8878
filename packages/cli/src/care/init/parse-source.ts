/** A source as a tree: its imports, and the places where something can be added. */

import { parse, type ParserPlugin } from '@babel/parser';

type Program = ReturnType<typeof parse>['program'];
/** A statement of a program. */
export type Statement = Program['body'][number];
type Declaration = Extract<Statement, { type: 'VariableDeclaration' }>;
/** An expression. */
export type Expression = NonNullable<Declaration['declarations'][number]['init']>;

/** A parsed source. */
export interface ParsedSource {
  readonly body: readonly Statement[];
  /** It has `import` or `export`. */
  readonly isModule: boolean;
}

/** The place of a node in the text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const PLUGINS: readonly ParserPlugin[] = ['decorators-legacy', 'explicitResourceManagement'];
const jsx = (path: string): ParserPlugin[] => (/\.[cm]?ts$/.test(path) ? [] : ['jsx']);
const isModuleStatement = ({ type }: Statement): boolean => /^(?:Import|Export)/.test(type);

/** Parses a source; `undefined` if it cannot be read. */
export function parseSource(path: string, text: string): ParsedSource | undefined {
  const isTypeScript = /\.[cm]?tsx?$/.test(path);
  const plugins = [...PLUGINS, ...(isTypeScript ? (['typescript'] as const) : []), ...jsx(path)];
  try {
    const { program } = parse(text, { sourceType: 'unambiguous', allowReturnOutsideFunction: true, plugins });
    return { body: program.body, isModule: program.body.some(isModuleStatement) };
  } catch {
    return undefined;
  }
}

/** The place of a node. @throws an error for a node that was not parsed from a text */
export function rangeOf({ start, end }: { readonly start?: number | null; readonly end?: number | null }): Range {
  if (typeof start !== 'number' || typeof end !== 'number') throw new TypeError('the node has no place');
  return { start, end };
}

/** The module that an expression requires: `require('express')`. */
function requiredBy(expression: Expression | null | undefined): string | undefined {
  if (expression?.type !== 'CallExpression' || expression.callee.type !== 'Identifier') return undefined;
  const [argument] = expression.arguments;
  return expression.callee.name === 'require' && argument?.type === 'StringLiteral' ? argument.value : undefined;
}

/** A statement that loads modules. */
export function loadedBy(statement: Statement): string | undefined {
  if (statement.type === 'ImportDeclaration') return statement.source.value;
  if (statement.type === 'ExpressionStatement') return requiredBy(statement.expression);
  if (statement.type !== 'VariableDeclaration') return undefined;
  return requiredBy(statement.declarations[0]?.init);
}

const nameOf = (node: { readonly type: string; readonly name?: string; readonly value?: string }): string =>
  node.name ?? node.value ?? '';

/** The names that a source gives to a module, or to one of its exports. */
export function namesOf({ body }: ParsedSource, module: string, exported: string): Set<string> {
  const names = new Set<string>();
  for (const statement of body) {
    if (statement.type === 'ImportDeclaration' && statement.source.value === module) {
      for (const one of statement.specifiers) {
        const named = one.type === 'ImportSpecifier' ? nameOf(one.imported) : undefined;
        if (named === undefined || named === exported || named === 'default') names.add(one.local.name);
      }
    }
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { id, init } of statement.declarations) {
      if (requiredBy(init) !== module) continue;
      if (id.type === 'Identifier') names.add(id.name);
      if (id.type !== 'ObjectPattern') continue;
      for (const one of id.properties) {
        const isNamed = one.type === 'ObjectProperty' && one.key.type === 'Identifier' && one.key.name === exported;
        if (isNamed && one.value.type === 'Identifier') names.add(one.value.name);
      }
    }
  }
  return names;
}

/** `const app = express()`: a variable of its own that holds the result of a call. */
export interface Made {
  readonly name: string;
  readonly statement: Statement;
  /** The statements around it. */
  readonly block: readonly Statement[];
  readonly isExported: boolean;
}

function bodiesOf(value: unknown, found: (readonly Statement[])[] = []): (readonly Statement[])[] {
  if (typeof value !== 'object' || value === null) return found;
  if (Array.isArray(value)) for (const entry of value) bodiesOf(entry, found);
  else {
    const node = value as { readonly type?: unknown; readonly body?: unknown };
    if (node.type === 'BlockStatement' && Array.isArray(node.body)) found.push(node.body as Statement[]);
    for (const [key, entry] of Object.entries(node))
      if (key !== 'loc' && !/comments$/i.test(key)) bodiesOf(entry, found);
  }
  return found;
}

function madeBy(statement: Statement, callees: ReadonlySet<string>): string | undefined {
  if (statement.type !== 'VariableDeclaration' || statement.declarations.length !== 1) return undefined;
  const [{ id, init }] = statement.declarations as [Declaration['declarations'][number]];
  if (id.type !== 'Identifier' || init?.type !== 'CallExpression') return undefined;
  return init.callee.type === 'Identifier' && callees.has(init.callee.name) ? id.name : undefined;
}

/** All variables that hold the result of a call of one of some functions. */
export function findMade({ body }: ParsedSource, callees: ReadonlySet<string>): Made[] {
  return [body, ...bodiesOf(body)].flatMap((block) =>
    block.flatMap((statement): Made[] => {
      const isExported = statement.type === 'ExportNamedDeclaration';
      const inner = isExported ? (statement.declaration ?? undefined) : statement;
      const name = inner && madeBy(inner, callees);
      return name === undefined ? [] : [{ name, statement, block, isExported }];
    }),
  );
}

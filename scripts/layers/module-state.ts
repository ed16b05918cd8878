import { type CallExpression, type Expression, type VariableDeclaration, Visitor } from 'oxc-parser';
import { lineAt, type ParsedFile } from './parse.ts';

/** A variable at the top of a module that can change. Two installed copies of a package have two of it. */
export interface StateSite {
  name: string;
  line: number;
}

const COLLECTIONS: ReadonlySet<string> = new Set(['BoundedMap', 'Map', 'Set', 'WeakMap', 'WeakSet']);
/** The words of every declaration of state. A file without them needs no walk. */
const MAY_BE_STATE = new RegExp(String.raw`\b(?:let|var|${[...COLLECTIONS].join('|')})\b`);
const MUTATORS: ReadonlySet<string> = new Set(['add', 'clear', 'delete', 'set']);

function collectionOf(value: Expression | null): 'empty' | 'filled' | undefined {
  if (value?.type !== 'NewExpression' || value.callee.type !== 'Identifier') return undefined;
  if (!COLLECTIONS.has(value.callee.name)) return undefined;
  return value.arguments.length === 0 ? 'empty' : 'filled';
}

/** The variable that a call like `seen.add(x)` changes. */
function changedBy({ callee }: CallExpression): string | undefined {
  if (callee.type !== 'MemberExpression' || callee.computed || callee.object.type !== 'Identifier') return undefined;
  return MUTATORS.has(callee.property.name) ? callee.object.name : undefined;
}

/**
 * Finds the state of a module: each top-level `let`, and each top-level `Map`, `Set`, `WeakMap` or `WeakSet` that is
 * created empty or changed later. A collection that is filled by its constructor and never changed is a constant.
 */
export function readModuleState(file: ParsedFile): StateSite[] {
  const { text } = file;
  if (!MAY_BE_STATE.test(text)) return [];
  const { program } = file;
  const declared = program.body.flatMap((statement): VariableDeclaration[] => {
    const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    return inner?.type === 'VariableDeclaration' && !inner.declare ? [inner] : [];
  });
  const changed = new Set<string>();
  new Visitor({
    CallExpression(node) {
      const name = changedBy(node);
      if (name !== undefined) changed.add(name);
    },
  }).visit(program);
  return declared.flatMap(({ kind, declarations }) =>
    declarations.flatMap(({ id, init, start }): StateSite[] => {
      const name = id.type === 'Identifier' ? id.name : text.slice(id.start, id.end);
      const collection = collectionOf(init);
      const isState = kind !== 'const' || collection === 'empty' || (collection === 'filled' && changed.has(name));
      return isState ? [{ name, line: lineAt(text, start) }] : [];
    }),
  );
}

import { readFileSync } from 'node:fs';
import { type CallExpression, type Expression, parseSync, type VariableDeclaration, Visitor } from 'oxc-parser';

/** A variable at the top of a module that can change. Two installed copies of a package have two of it. */
export interface StateSite {
  name: string;
  line: number;
}

const COLLECTIONS: ReadonlySet<string> = new Set(['BoundedMap', 'Map', 'Set', 'WeakMap', 'WeakSet']);
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
export function readModuleState(file: string): StateSite[] {
  const text = readFileSync(file, 'utf8');
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors.map((error) => error.message).join('; ')}`);
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
      return isState ? [{ name, line: text.slice(0, start).split('\n').length }] : [];
    }),
  );
}

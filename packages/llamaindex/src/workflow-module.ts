import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';

/** Not written where it is imported: a bundler would insist on an optional peer. */
const NAME = '@llamaindex/workflow';

/**
 * The very instance of the module that `import` gives, at once; `undefined` where `require` is not Node's own. tsx and its like make a copy of each module they require, and a second LlamaIndex warns the user of
 * itself; they are known by the extensions that Node has not.
 */
function loaded(): object | undefined {
  const require = createRequire(import.meta.url);
  const { extensions } = require as unknown as { extensions: object };
  if ('.tsx' in extensions || '.jsx' in extensions) return undefined;
  try {
    const module: unknown = require(fileURLToPath(import.meta.resolve(NAME)));
    return types.isModuleNamespaceObject(module) ? (module as object) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Hands over `@llamaindex/workflow` if it is installed: at once where Node can, else when `import` has given it. An optional peer cannot be imported statically, and a top-level `await` would shut out
 * applications that `require` this package.
 */
export function withWorkflowModule(use: (module: object) => void): void {
  if (typeof import.meta.resolve !== 'function') return;
  const module = loaded();
  if (module !== undefined) use(module);
  else void (import(NAME) as Promise<object>).then(use, () => undefined);
}

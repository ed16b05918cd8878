/** Finds `@llamaindex/workflow`, an optional peer. */

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';

/** Not written in the `import`: a bundler would insist on the optional peer. */
const NAME = '@llamaindex/workflow';

/**
 * Loads, synchronously, the same instance of the module that `import` gives; `undefined` where `require` is not Node's
 * own. tsx and its like make a copy of each module that they require, and a second LlamaIndex prints a warning. They
 * are recognised by file extensions that Node does not have.
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
 * Calls `use` with `@llamaindex/workflow` if it is installed: at once where Node can, otherwise when `import` has
 * loaded it. An optional peer cannot be imported statically, and applications could not `require` this package if it
 * had a top-level `await`.
 */
export function withWorkflowModule(use: (module: object) => void): void {
  if (typeof import.meta.resolve !== 'function') return;
  const module = loaded();
  if (module !== undefined) use(module);
  else void (import(NAME) as Promise<object>).then(use, () => undefined);
}

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';

/** Not written where it is imported: a bundler would insist on an optional peer. */
const NAME = '@llamaindex/workflow';

/**
 * The very instance of `@llamaindex/workflow` that `import` gives, at once. `undefined` where there is none, and where `require` is not Node's own: tsx makes a copy of each module it requires, which is not the
 * one the application runs.
 */
function loaded(): object | undefined {
  try {
    const path = fileURLToPath(import.meta.resolve(NAME));
    const module: unknown = createRequire(import.meta.url)(path);
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
  const module = loaded();
  if (module !== undefined) use(module);
  else void (import(NAME) as Promise<object>).then(use, () => undefined);
}

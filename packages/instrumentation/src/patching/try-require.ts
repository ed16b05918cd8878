/** CommonJS copies of modules. */

import { createRequire } from 'node:module';

/**
 * Loads the copy of a module that `require` gives, which may be another one than `import` gives.
 *
 * @param from - file or `import.meta.url` of the module that requires it
 * @returns `undefined` if it is not installed or cannot be loaded
 */
export function tryRequire(from: string, name: string): unknown {
  try {
    return createRequire(from)(name);
  } catch {
    return undefined;
  }
}

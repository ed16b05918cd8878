/** `instrumentLlamaIndex` for programs that load this package with `require`. */

import { createRequire } from 'node:module';
import { addModule, install, type InstrumentLlamaIndex } from './install.ts';

const require = createRequire(import.meta.url);

function tryRequire(name: string): unknown {
  try {
    return require(name);
  } catch {
    return undefined;
  }
}

/** {@inheritDoc InstrumentLlamaIndex} */
export const instrumentLlamaIndex: InstrumentLlamaIndex = (options) => {
  const uninstall = install(options);
  addModule(require('llamaindex'));
  addModule(tryRequire('@llamaindex/workflow'));
  return uninstall;
};

/**
 * Traces CommonJS copies of LlamaIndex when the application loads them. Loading them here would give an application
 * with one LlamaIndex a second one.
 */

import Module from 'node:module';
import { patchMethod } from '@spanline/instrumentation';
import { addModule } from './install.ts';

/** `require` of LlamaIndex's own modules and their parts (`llamaindex/engines`). */
const LLAMAINDEX = /^(?:llamaindex|@llamaindex\/(?:core|workflow))(?:\/|$)/;

/** Watches Node's loader of CommonJS modules. */
export function traceCommonCopies(): void {
  patchMethod(
    Module,
    '_load',
    (load) =>
      function _load(this: object, ...args: unknown[]): unknown {
        const module = Reflect.apply(load, this, args);
        if (typeof args[0] === 'string' && LLAMAINDEX.test(args[0])) addModule(module);
        return module;
      },
  );
}

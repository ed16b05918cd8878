import Module from 'node:module';
import { addModule } from './instrument.ts';

/** `require` of LlamaIndex's own modules, their parts (`llamaindex/engines`) included. */
const LLAMAINDEX = /^(?:llamaindex|@llamaindex\/(?:core|workflow))(?:\/|$)/;

type Load = (this: unknown, request: string, ...rest: unknown[]) => unknown;

/**
 * Traces CommonJS copies of LlamaIndex when the application loads them. Loading them for the application would give it two LlamaIndexes where it has one.
 */
export function traceCommonCopies(): void {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  loader._load = function _load(request, ...rest): unknown {
    const module = Reflect.apply(load, this, [request, ...rest]);
    if (typeof request === 'string' && LLAMAINDEX.test(request)) addModule(module);
    return module;
  };
}

/** Traces LlamaIndex in a program that is started with `--import @spanline/llamaindex/register`. */

import { defaultTracer } from '@spanline/core';
import { traceCommonCopies } from './install/common-copies.ts';

if (defaultTracer().enabled) {
  traceCommonCopies();
  const { instrumentLlamaIndex } = await import('./install/with-import.ts');
  instrumentLlamaIndex();
}

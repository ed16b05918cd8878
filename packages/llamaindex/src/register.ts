import { defaultTracer } from '@spanline/core';
import { traceCommonCopies } from './common-copies.ts';

if (defaultTracer().enabled) {
  traceCommonCopies();
  const { instrumentLlamaIndex } = await import('./with-import.ts');
  instrumentLlamaIndex();
}

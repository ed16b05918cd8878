import { defaultTracer } from '@spanline/core';
import { traceCommonCopies } from './common-copies.ts';
import { install } from './instrument.ts';

if (defaultTracer().enabled) {
  install();
  traceCommonCopies();
}

/** Traces LlamaIndex in a program that is started with `--require @spanline/llamaindex/register`. */

import { defaultTracer } from '@spanline/core';
import { traceCommonCopies } from './install/common-copies.ts';
import { install } from './install/install.ts';

if (defaultTracer().enabled) {
  install();
  traceCommonCopies();
}

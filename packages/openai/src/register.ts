/** Traces all OpenAI clients of a program that is started with `--import @spanline/openai/register`. */

import { OpenAI } from 'openai';
import { defaultTracer } from '@spanline/core';
import { props, tryRequire } from '@spanline/instrumentation';
import { traceCalls } from './wrap.ts';

if (defaultTracer().enabled) {
  const { OpenAI: Required } = props(tryRequire(import.meta.url, 'openai'));
  for (const Class of new Set([OpenAI, Required])) {
    if (typeof Class === 'function') traceCalls(Class.prototype as object, {});
  }
}

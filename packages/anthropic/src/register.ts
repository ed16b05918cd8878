/** Traces all Anthropic clients of a program that is started with `--import @spanline/anthropic/register`. */

import { Anthropic } from '@anthropic-ai/sdk';
import { defaultTracer } from '@spanline/core';
import { props, tryRequire } from '@spanline/instrumentation';
import { traceCalls } from './wrap.ts';

if (defaultTracer().enabled) {
  const { Anthropic: Required } = props(tryRequire(import.meta.url, '@anthropic-ai/sdk'));
  for (const Class of new Set([Anthropic, Required])) {
    if (typeof Class === 'function') traceCalls(Class.prototype as object, {});
  }
}

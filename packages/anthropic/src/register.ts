import { createRequire } from 'node:module';
import { Anthropic } from '@anthropic-ai/sdk';
import { defaultTracer } from '@spanline/core';
import { traceCalls } from './wrap.ts';

/** The copy that programs which use `require` get. */
function requiredClass(): unknown {
  try {
    return (createRequire(import.meta.url)('@anthropic-ai/sdk') as { Anthropic?: unknown }).Anthropic;
  } catch {
    return undefined;
  }
}

if (defaultTracer().enabled) {
  for (const Class of new Set([Anthropic, requiredClass()])) {
    if (typeof Class === 'function') traceCalls(Class.prototype as object, {});
  }
}

import { createRequire } from 'node:module';
import { OpenAI } from 'openai';
import { defaultTracer } from '@spanline/core';
import { traceCalls } from './wrap.ts';

/** The copy that programs which use `require` get. */
function requiredClass(): unknown {
  try {
    return (createRequire(import.meta.url)('openai') as { OpenAI?: unknown }).OpenAI;
  } catch {
    return undefined;
  }
}

if (defaultTracer().enabled) {
  for (const Class of new Set([OpenAI, requiredClass()])) {
    if (typeof Class === 'function') traceCalls(Class.prototype as object, {});
  }
}

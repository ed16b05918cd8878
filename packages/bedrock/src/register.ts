/** Traces all Bedrock clients of a program that is started with `--import @spanline/bedrock/register`. */

import * as imported from '@aws-sdk/client-bedrock-runtime';
import { defaultTracer } from '@spanline/core';
import { props, tryRequire } from '@spanline/instrumentation';
import { traceCalls } from './wrap.ts';

if (defaultTracer().enabled) {
  const required = tryRequire(import.meta.url, '@aws-sdk/client-bedrock-runtime');
  for (const Class of new Set([imported, required].map((module) => props(module)['BedrockRuntimeClient']))) {
    if (typeof Class === 'function') traceCalls(Class.prototype as object, {});
  }
}

/** Traces all Google Gen AI clients of a program that is started with `--import @spanline/google-genai/register`. */

import * as imported from '@google/genai';
import { defaultTracer } from '@spanline/core';
import { isObject, props, tryRequire } from '@spanline/instrumentation';
import { traceCalls } from './wrap.ts';

/** The package does not export the class that all resources send their requests through. A client has one. */
function apiClientClass(GoogleGenAI: unknown): object | undefined {
  if (typeof GoogleGenAI !== 'function') return undefined;
  const { apiClient } = props(Reflect.construct(GoogleGenAI, [{ apiKey: 'unused', vertexai: false }]));
  return isObject(apiClient) ? (Object.getPrototypeOf(apiClient) as object) : undefined;
}

if (defaultTracer().enabled) {
  const required = tryRequire(import.meta.url, '@google/genai');
  const classes = new Set([imported, required].map((module) => apiClientClass(props(module)['GoogleGenAI'])));
  for (const found of classes) if (found !== undefined) traceCalls(found, {});
}

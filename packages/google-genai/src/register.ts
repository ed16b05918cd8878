/** Traces all Google Gen AI clients of a program that is started with `--import @spanline/google-genai/register`. */

import * as imported from '@google/genai';
import { defaultTracer } from '@spanline/core';
import { isObject, props, tryRequire } from '@spanline/instrumentation';
import { traceCalls } from './wrap.ts';

/**
 * The classes that all resources send their requests through, and that call functions. The package does not export the
 * first one. A client has one of each.
 */
function prototypesOf(GoogleGenAI: unknown): { apiClient: object; models: object } | undefined {
  if (typeof GoogleGenAI !== 'function') return undefined;
  const { apiClient, models } = props(Reflect.construct(GoogleGenAI, [{ apiKey: 'unused', vertexai: false }]));
  if (!isObject(apiClient) || !isObject(models)) return undefined;
  return { apiClient: Object.getPrototypeOf(apiClient) as object, models: Object.getPrototypeOf(models) as object };
}

if (defaultTracer().enabled) {
  const required = tryRequire(import.meta.url, '@google/genai');
  const classes = new Set([imported, required].map((module) => props(module)['GoogleGenAI']));
  for (const GoogleGenAI of classes) {
    const found = prototypesOf(GoogleGenAI);
    if (found !== undefined) traceCalls(found, {});
  }
}

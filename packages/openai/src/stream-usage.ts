import type { SpanAttributes } from '@spanline/core';
import { type Bag, bag, text } from '@spanline/instrumentation';

/** Providers that answer an unknown parameter with an error. */
const REFUSING: readonly unknown[] = ['mistral_ai', 'azure.ai.inference'];

/** The first version of Azure's API that takes `stream_options`. */
const AZURE_SINCE = '2024-09-01';

/** True when the token counts of a stream have to be asked for, and may be: not when the application says for itself what it wants. */
export function asksForUsage(client: object, body: Bag, server: SpanAttributes): boolean {
  if (body['stream'] !== true || 'include_usage' in bag(body['stream_options'])) return false;
  const version = text(bag(client)['apiVersion']);
  if (version !== undefined && /^\d/.test(version) && version < AZURE_SINCE) return false;
  return !REFUSING.includes(server['gen_ai.provider.name']);
}

/** The body that is sent; the application's own is left as it is. */
export function withUsage(body: Bag): Bag {
  return { ...body, stream_options: { ...bag(body['stream_options']), include_usage: true } };
}

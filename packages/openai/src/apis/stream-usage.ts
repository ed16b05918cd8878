/** Token counts of streams, which the API sends only if asked. */

import type { SpanAttributes } from '@spanline/core';
import { type Props, props, isObject, list, type RequestRewrite, text } from '@spanline/instrumentation';

/** Providers that reject unknown parameters. */
const REFUSING: readonly unknown[] = ['mistral_ai', 'azure.ai.inference'];

/** The first version of Azure's API with `stream_options`. */
const AZURE_SINCE = '2024-09-01';

/**
 * True if token counts must be asked for and may be. An application that sets `include_usage` itself decides for
 * itself.
 */
export function needsUsage(client: object, body: Props, server: SpanAttributes): boolean {
  if (body['stream'] !== true || 'include_usage' in props(body['stream_options'])) return false;
  const version = text(props(client)['apiVersion']);
  if (version !== undefined && /^\d/.test(version) && version < AZURE_SINCE) return false;
  return !REFUSING.includes(server['gen_ai.provider.name']);
}

/**
 * Asks for the token counts of a stream, in a body of its own. The application gets the stream that it would have got
 * without them.
 */
export function askForUsage(body: Props): RequestRewrite {
  return {
    body: { ...body, stream_options: { ...props(body['stream_options']), include_usage: true } },
    restore(value): boolean {
      const chunk = props(value);
      const { usage } = chunk;
      if (usage === null) delete chunk['usage'];
      return list(chunk['choices']).length > 0 || !isObject(usage);
    },
  };
}

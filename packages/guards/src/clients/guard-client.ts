/** Guards a provider's client. */
import { sharedState } from '@spanline/instrumentation';
import { isObject, props, SpanlineError } from '@spanline/record';
import { Engine, type UseGuardsOptions } from '../guards/engine.ts';
import { guardStainless } from './stainless.ts';

/** Undoes of guarded clients, for all copies of this package. */
const guarded = sharedState('guards.clients', () => new WeakMap<object, () => void>());

/**
 * Guards an OpenAI or Anthropic client in place: chat completions, completions, responses and messages, also through
 * helpers such as `stream`. It stays the same object of the same class, and its promises and streams
 * keep their classes. Wrap the client with `wrapOpenAI` or `wrapAnthropic` first, so that its span has the answer of
 * the model. Guarding again replaces the guards.
 *
 * @returns the same client
 * @throws SpanlineError `ERR_INVALID_OPTION`, also for another client
 * @example
 * ```ts
 * import { blockOutput, guardClient, literals } from '@spanline/guards';
 * import OpenAI from 'openai';
 *
 * const openai = guardClient(new OpenAI({ apiKey: 'sk-…' }), {
 *   guards: [blockOutput({ rules: literals({ texts: ['Blue Heron'] }), failMode: 'closed' })],
 * });
 * ```
 */
export function guardClient<Client extends object>(client: Client, options: UseGuardsOptions): Client {
  const { post, chat, messages } = props(client);
  if (typeof post !== 'function' || !(isObject(chat) || isObject(messages))) {
    const expected = 'an OpenAI or Anthropic client';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'client', expected, got: client });
  }
  const engine = new Engine(options);
  guarded.get(client)?.();
  guarded.set(client, guardStainless(client, engine));
  return client;
}

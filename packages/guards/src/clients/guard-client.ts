/** Guards a provider's client. */
import { sharedState } from '@spanline/instrumentation';
import { isObject, props, SpanlineError } from '@spanline/record';
import { Engine, type UseGuardsOptions } from '../guards/engine.ts';
import { guardBedrock } from './bedrock.ts';
import { apiClientOf, guardGoogle } from './google.ts';
import { guardStainless } from './stainless.ts';

/** Undoes of guarded clients, for all copies of this package. */
const guarded = sharedState('guards.clients', () => new WeakMap<object, () => void>());

type Install = (client: object, engine: Engine) => () => void;

/** Finds out whose client it is, by its parts: a client of another installed version is guarded too. */
function installOf(client: unknown): Install | undefined {
  const { post, chat, messages, send, config, middlewareStack } = props(client);
  if (typeof post === 'function' && (isObject(chat) || isObject(messages))) return guardStainless;
  if (isObject(client) && apiClientOf(client) !== undefined) return guardGoogle;
  const isBedrock = props(config)['serviceId'] === 'Bedrock Runtime';
  return typeof send === 'function' && isObject(middlewareStack) && isBedrock ? guardBedrock : undefined;
}

/**
 * Guards a client in place:
 *
 * - OpenAI: chat completions, completions, responses, also those that are fetched later by their id
 * - Anthropic: messages
 * - Google Gen AI: `generateContent`, `generateContentStream`, chats
 * - Bedrock: `Converse`, `ConverseStream`, `InvokeModel`, `InvokeModelWithResponseStream`
 *
 * Helpers such as `stream` and `runTools` are guarded with them. The client stays the same object of the same class,
 * and its promises and streams keep their classes. Texts that are fetched in another way (threads, live sessions) are a
 * failure of the guards (`unmapped`). Wrap the client with `wrapOpenAI`, `wrapAnthropic`, `wrapGoogleGenAI` or
 * `wrapBedrock` first, so that its span has the answer of the model. Guarding again replaces the guards.
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
  const install = installOf(client);
  if (install === undefined) {
    const expected = 'a client of OpenAI, Anthropic, Google Gen AI or the Bedrock runtime';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'client', expected, got: client });
  }
  const engine = new Engine(options);
  guarded.get(client)?.();
  guarded.set(client, install(client, engine));
  return client;
}

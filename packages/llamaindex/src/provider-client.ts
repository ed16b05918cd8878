import { currentSpan, type Span } from '@spanline/core';
import {
  bag,
  type Guard,
  isObject,
  normalizeUsage,
  usageAttributes,
  watchStream,
  type Method,
  type Patches,
} from '@spanline/instrumentation';
import { createRawAnswer, type RawAnswer } from './raw-answer.ts';

const WHERE = 'llamaindex provider client';

/** Methods of provider SDKs whose answers LlamaIndex cuts: vectors without their counts, and streams without the events that have them. */
const CALLS = [
  ['embeddings', 'create'],
  ['messages', 'create'],
  ['models', 'generateContentStream'],
  ['chat', 'stream'],
] as const;

/** Spans that wait for what their provider's client hears. */
const waiting = new WeakMap<Span, RawAnswer>();
const inputTokens = new WeakMap<Span, number>();

/** Lets what the provider's SDK hears inside `span` be written on it. */
export function listenFor(span: Span): void {
  waiting.set(span, createRawAnswer());
}

/** What was heard on a span until now. */
export function heardOn(span: Span): RawAnswer | undefined {
  return waiting.get(span);
}

/** One embedding of the application may be several calls of the provider: batches. */
function addEmbeddingTokens(span: Span, response: unknown): void {
  const usage = normalizeUsage(response);
  if (usage?.inputTokens === undefined) return;
  const sum = (inputTokens.get(span) ?? 0) + usage.inputTokens;
  inputTokens.set(span, sum);
  span.set(usageAttributes({ source: usage.source, inputTokens: sum }));
}

function tellAnswer(span: Span, answer: RawAnswer): void {
  if (span.isRecording && answer.told) span.set(answer.attributes());
}

/** Reads along what came: an answer at once, a stream as its reader pulls it. */
function hear(span: Span, answer: RawAnswer, guard: Guard, value: unknown): void {
  if (span.type === 'embedding') return addEmbeddingTokens(span, value);
  if (!isObject(value) || Object.getPrototypeOf(value) === ReadableStream.prototype) return;
  const tell = (): void => {
    guard(WHERE, () => tellAnswer(span, answer));
  };
  const watched = watchStream(value, {
    run: (fn) => fn(),
    chunk: (chunk) => guard(WHERE, () => answer.add(chunk)),
    done: tell,
    abandoned: tell,
    failed: tell,
  });
  if (watched === undefined && answer.add(value)) tellAnswer(span, answer);
}

/** What a provider package's component is asked with is the span that is current; a call of the application's own on the same client is none of ours. */
function heard(guard: Guard, result: unknown): void {
  const span = currentSpan();
  const answer = span === undefined ? undefined : waiting.get(span);
  if (span === undefined || answer === undefined) return;
  whenSettled(result, (value) => guard(WHERE, () => hear(span, answer, guard, value)));
}

function whenSettled(value: unknown, use: (value: unknown) => void): void {
  if (typeof bag(value)['then'] === 'function') (value as PromiseLike<unknown>).then(use, () => undefined);
  else use(value);
}

/** Finds the SDK clients of LlamaIndex's components. */
export interface ProviderClients {
  /**
   * Reads along the answers that the component's client gets. The component is a language model or an embedding model of whatever class.
   *
   * @returns false for one that has no client
   */
  of(component: object): boolean;
}

/** Clients are found where the provider packages keep them: in `session` (Anthropic; OpenAI: a promise; Mistral: made by `getClient`) or `client` (Google). */
export function createProviderClients(patches: Patches, guard: Guard): ProviderClients {
  const known = new WeakSet<object>();

  function watch(client: unknown): void {
    for (const [resource, name] of CALLS) {
      const target = bag(client)[resource];
      if (!isObject(target)) continue;
      const wrap = (original: Method): Method =>
        function (this: object, ...args: unknown[]): unknown {
          const result = Reflect.apply(original, this, args);
          guard(WHERE, () => heard(guard, result));
          return result;
        };
      patches.method(target, name, wrap);
    }
  }

  function watchSession(session: object): void {
    watch(bag(session)['anthropic']);
    patches.method(session, 'getClient', (original) => {
      return function getClient(this: object, ...args: unknown[]): unknown {
        const result = Reflect.apply(original, this, args);
        whenSettled(result, (client) => guard(WHERE, () => watch(client)));
        return result;
      };
    });
  }

  return {
    of(component): boolean {
      const { session, client } = bag(component);
      if (isObject(client) && !known.has(client)) {
        known.add(client);
        watch(client);
      }
      if (isObject(session) && !known.has(session)) {
        known.add(session);
        if (typeof bag(session)['then'] === 'function') whenSettled(session, (made) => guard(WHERE, () => watch(made)));
        else watchSession(session);
      }
      return isObject(session) || isObject(client);
    },
  };
}

/** Observes the SDK clients of LlamaIndex's components: LlamaIndex drops part of their answers. */

import { currentSpan, type Span } from '@spanline/core';
import {
  addUsage,
  props,
  type Guard,
  isObject,
  type Method,
  type NormalizedUsage,
  normalizeUsage,
  type Patches,
  spanNotes,
  usageAttributes,
  watchStream,
} from '@spanline/instrumentation';
import { createRawAnswer, type RawAnswer } from './raw-answer.ts';

const WHERE = 'llamaindex provider client';

/**
 * Methods whose answers LlamaIndex cuts: vectors without their counts, and streams without the events that have them.
 */
const METHODS = [
  ['embeddings', 'create'],
  ['chat.completions', 'create'],
  ['responses', 'create'],
  ['messages', 'create'],
  ['models', 'generateContentStream'],
  ['chat', 'stream'],
] as const;

/** The answers that a client received inside of a span. */
interface Observation {
  readonly answer: RawAnswer;
  usage: NormalizedUsage | undefined;
}

const observations = spanNotes<Observation>('llamaindex.observations');

/** Records on `span` the answers that the provider's SDK receives inside of it. */
export function observeClient(span: Span): void {
  observations.put(span, { answer: createRawAnswer(), usage: undefined });
}

/** The answer that the provider's SDK has received inside of `span` so far. */
export function observedAnswer(span: Span): RawAnswer | undefined {
  return observations.of(span)?.answer;
}

/** One embedding of the application may be several calls of the provider: batches. */
function addEmbeddingTokens(span: Span, observation: Observation, response: unknown): void {
  const usage = normalizeUsage(response);
  if (usage === undefined) return;
  observation.usage = addUsage(observation.usage, usage);
  span.set(usageAttributes(observation.usage));
}

function setAnswer(span: Span, answer: RawAnswer, isBroken: boolean): void {
  if (!span.isRecording || !answer.isKnown()) return;
  const usage = answer.usage(isBroken);
  span.set({ ...answer.attributes(), ...(usage === undefined ? {} : usageAttributes(usage)) });
}

/** Reads an answer at once, and a stream as its reader pulls it. */
function observe(span: Span, observation: Observation, guard: Guard, value: unknown): void {
  if (span.type === 'embedding') return addEmbeddingTokens(span, observation, value);
  if (!isObject(value) || Object.getPrototypeOf(value) === ReadableStream.prototype) return;
  const { answer } = observation;
  const ended = (isBroken: boolean): void => {
    guard(WHERE, () => setAnswer(span, answer, isBroken));
  };
  const watched = watchStream(value, {
    run: (fn) => fn(),
    chunk: (chunk) => guard(WHERE, () => answer.add(chunk)),
    done: () => ended(false),
    abandoned: () => ended(true),
    failed: () => ended(true),
  });
  if (watched === undefined && answer.add(value)) setAnswer(span, answer, false);
}

function whenSettled(value: unknown, use: (value: unknown) => void): void {
  if (typeof props(value)['then'] === 'function') (value as PromiseLike<unknown>).then(use, () => undefined);
  else use(value);
}

/**
 * A component's call belongs to the current span. A call that the application makes on the same client belongs to none.
 */
function observeResult(guard: Guard, result: unknown): void {
  const span = currentSpan();
  const observation = span === undefined ? undefined : observations.of(span);
  if (span === undefined || observation === undefined) return;
  whenSettled(result, (value) => guard(WHERE, () => observe(span, observation, guard, value)));
}

/** Finds the SDK clients of components. */
export interface SdkClients {
  /**
   * Observes the client of a language model or an embedding model.
   *
   * @returns false for a component without a client
   */
  observe(component: object): boolean;
}

/**
 * Creates the finder. Provider packages keep their client in `session` (Anthropic; OpenAI: a promise; Mistral: made by
 * `getClient`) or in `client` (Google).
 */
export function createSdkClients(patches: Patches, guard: Guard): SdkClients {
  const known = new WeakSet<object>();

  function patchClient(client: unknown): void {
    for (const [resource, name] of METHODS) {
      const target = resource.split('.').reduce<unknown>((holder, name) => props(holder)[name], client);
      if (!isObject(target)) continue;
      const wrap = (original: Method): Method =>
        function (this: object, ...args: unknown[]): unknown {
          const result = Reflect.apply(original, this, args);
          guard(WHERE, () => observeResult(guard, result));
          return result;
        };
      patches.method(target, name, wrap);
    }
  }

  function patchSession(session: object): void {
    patchClient(props(session)['anthropic']);
    patches.method(
      session,
      'getClient',
      (original) =>
        function getClient(this: object, ...args: unknown[]): unknown {
          const result = Reflect.apply(original, this, args);
          whenSettled(result, (client) => guard(WHERE, () => patchClient(client)));
          return result;
        },
    );
  }

  /** Objects that are seen for the first time. */
  function isNew(value: unknown): value is object {
    if (!isObject(value) || known.has(value)) return false;
    known.add(value);
    return true;
  }

  return {
    observe(component): boolean {
      const { session, client } = props(component);
      if (isNew(client)) patchClient(client);
      if (isNew(session)) {
        const isPromise = typeof props(session)['then'] === 'function';
        if (isPromise) whenSettled(session, (made) => guard(WHERE, () => patchClient(made)));
        else patchSession(session);
      }
      return isObject(session) || isObject(client);
    },
  };
}
